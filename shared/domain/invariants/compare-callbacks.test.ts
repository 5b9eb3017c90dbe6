import { expect, test } from 'vitest';
import { compareCallbacks, type HeardCallback, type ToldCallback } from './compare-callbacks.ts';

const row = (given: Partial<ToldCallback> = {}): ToldCallback => ({
  id: 'callback-1',
  message_id: 'message-1',
  type: 'message.delivered',
  state: 'DELIVERED',
  ...given,
});
const came = (given: Partial<HeardCallback> = {}): HeardCallback => ({
  id: 'callback-1',
  messageId: 'message-1',
  type: 'message.delivered',
  verdict: 'valid',
  status: 204,
  ...given,
});
const rules = (told: ToldCallback[], heard: HeardCallback[]) => compareCallbacks(told, heard).map(({ rule }) => rule);

test('what came as its row says is no finding, however often it came', () => {
  expect(compareCallbacks([row()], [came({ status: 503 }), came(), came()])).toEqual([]);
});

test('a delivered callback that never came, or was never taken, is found with its message', () => {
  expect(compareCallbacks([row()], [])).toMatchObject([
    { rule: 'callback/heard', id: 'callback-1', messageId: 'message-1', problem: 'message.delivered never came' },
  ]);
  expect(rules([row()], [came({ status: 500 })])).toEqual(['callback/heard']);
});

test('a callback that is still to be made, or was given up, is not missed', () => {
  expect(compareCallbacks([row({ state: 'PENDING' }), row({ id: 'callback-2', state: 'FAILED' })], [])).toEqual([]);
});

test.each(['invalid', 'missing', 'malformed', 'expired'])('a callback whose signature is %s is found', (verdict) => {
  expect(rules([row()], [came({ verdict })])).toEqual(['callback/signed']);
});

test('a callback without a row, or of another message or type than its row, is found', () => {
  expect(rules([], [came()])).toEqual(['callback/known']);
  expect(rules([row()], [came({ messageId: 'message-2' })])).toEqual(['callback/known']);
  expect(rules([row()], [came({ type: 'message.failed' })])).toEqual(['callback/known']);
  expect(rules([], [came({ id: null, messageId: null, type: null })])).toEqual(['callback/known']);
});

test('the same news under two ids is found', () => {
  const told = [row(), row({ id: 'callback-2' })];
  expect(rules(told, [came(), came({ id: 'callback-2' })])).toEqual(['callback/one-id']);
});
