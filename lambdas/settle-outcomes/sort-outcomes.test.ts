import { expect, test } from 'vitest';
import { Outcome, type OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { sortOutcomes } from './sort-outcomes.ts';

const at = '2026-11-21T08:00:00.000Z';
const of = { message_id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3', part: 1, at };
const submitted = (attempt = 1, id: string | null = '0A1B') => ({
  type: 'PartSubmitted',
  ...of,
  attempt,
  smsc_message_id: id,
  late: false,
});
const unknown = (attempt = 1) => ({ type: 'PartUnknown', ...of, attempt, reason: 'session-lost' });
const refused = (attempt = 1) => ({ type: 'PartRefused', ...of, attempt, command_status: 0x58, retry: true });

const report = (...outcomes: object[]): OutcomesReported => ({
  type: 'OutcomesReported',
  version: 1,
  provider: 'primary',
  outcomes: outcomes.map((each) => Outcome.parse(each)),
});
const types = (...reports: OutcomesReported[]) =>
  sortOutcomes(reports).outcomes.map(({ type, attempt }) => `${type} ${attempt}`);

test('an answer beats a silence, whichever was reported first', () => {
  expect(types(report(unknown(), submitted()))).toEqual(['PartSubmitted 1']);
  expect(types(report(submitted()), report(unknown()))).toEqual(['PartSubmitted 1']);
  expect(types(report(unknown(), refused(), unknown()))).toEqual(['PartRefused 1']);
});

test('of two attempts neither is lost: that the earlier was taken after all is for the statement to weigh', () => {
  expect(types(report(submitted(1), unknown(2)))).toEqual(['PartSubmitted 1', 'PartUnknown 2']);
  expect(types(report(unknown(2), submitted(1)))).toEqual(['PartUnknown 2', 'PartSubmitted 1']);
});

test('an id is read in every way it may be meant', () => {
  expect(sortOutcomes([report(submitted())]).outcomes).toMatchObject([
    { smsc_message_id: '0A1B', as_decimal: null, as_hexadecimal: '2587', provider: 'primary' },
  ]);
  expect(sortOutcomes([report(submitted(1, null))]).outcomes).toMatchObject([{ smsc_message_id: null }]);
});

test('a refusal keeps its command_status in hexadecimal', () => {
  expect(sortOutcomes([report(refused())]).outcomes).toMatchObject([
    { error: 'command_status 0x00000058', retry: true },
  ]);
});
