import { expect, test } from 'vitest';
import { type AwsCall, createFaultRules, type FaultRule } from './faults.ts';

const call = (given: Partial<AwsCall> = {}): AwsCall => ({
  service: 'sqs',
  operation: 'SendMessageBatch',
  caller: 'signalbox-local-serve-api',
  body: '{}',
  ...given,
});

const rule = (given: Partial<FaultRule> = {}): FaultRule => ({
  name: 'a',
  service: 'sqs',
  skip: 0,
  times: 1,
  action: { kind: 'throttle' },
  ...given,
});

test('a rule passes over what it is to skip, meets so many calls, and counts them', () => {
  const rules = createFaultRules();
  rules.arm([rule({ skip: 1, times: 2 })]);
  const kinds = Array.from({ length: 5 }, () => rules.decide(call())?.kind);
  expect(kinds).toEqual([undefined, 'throttle', 'throttle', undefined, undefined]);
  expect(rules.met().get('a')).toBe(2);
});

test('a rule fits by service, operation and caller; the poller of a function is not the function', () => {
  const rules = createFaultRules();
  rules.arm([rule({ operation: /Delete/, caller: 'settle-outcomes', times: 10 })]);
  const fitting = { operation: 'DeleteMessageBatch', caller: 'signalbox-local-settle-outcomes' };
  expect(rules.decide(call(fitting))).toBeDefined();
  expect(rules.decide(call({ ...fitting, service: 'kms' }))).toBeUndefined();
  expect(rules.decide(call({ ...fitting, operation: 'ReceiveMessage' }))).toBeUndefined();
  expect(rules.decide(call({ ...fitting, caller: 'awslambda_signalbox-local-settle-outcomes' }))).toBeUndefined();
});

test('a rule fits by what stands in the body', () => {
  const rules = createFaultRules();
  rules.arm([rule({ body: /"attempt":[2-9]/, times: 10 })]);
  expect(rules.decide(call({ body: '{"attempt":2}' }))).toBeDefined();
  expect(rules.decide(call({ body: '{"attempt":1}' }))).toBeUndefined();
});

test('nothing is done by rules that were lifted, and what they met is still known', () => {
  const rules = createFaultRules();
  rules.arm([rule({ times: 5 })]);
  rules.decide(call());
  rules.lift();
  expect(rules.decide(call())).toBeUndefined();
  expect(rules.met().get('a')).toBe(1);
});

test('a rule that copies keeps the calls that no other rule decides on', () => {
  const rules = createFaultRules();
  rules.arm([rule({ name: 'copy', times: 2, action: { kind: 'copy' } })]);
  rules.arm([rule({ name: 'other' })]);
  const kinds = ['first', 'second', 'third', 'fourth'].map((body) => rules.decide(call({ body }))?.kind);
  expect(kinds).toEqual(['throttle', 'copy', 'copy', undefined]);
  rules.lift();
  expect(rules.copies('copy').map(({ body }) => body)).toEqual(['second', 'third']);
});
