import { expect, test } from 'vitest';
import { MessageId } from '#shared/contracts/identifiers.ts';
import { Outcome } from '#shared/contracts/queue-messages.ts';
import { statusTable } from '../pdu/command-status.ts';
import { isRetried, toOutcomes } from './to-outcome.ts';

const token = { message_id: MessageId.parse('01a1fd77-b35a-7034-ac02-ae2ff88bcaf3'), attempt: 2, parts: [1] };
const at = { now: new Date('2026-11-21T08:00:00Z'), mayRetry: () => true };

test('every result is an outcome that the contract takes', () => {
  const results = [
    { outcome: 'accepted', messageId: 'a' },
    { outcome: 'accepted', messageId: '' },
    { outcome: 'refused', commandStatus: 0x0b },
    { outcome: 'unknown', reason: 'session-lost' },
    { outcome: 'not-sent' },
  ] as const;
  const outcomes = results.flatMap((result) => toOutcomes(token, result, at));
  expect(outcomes.map((outcome) => Outcome.parse(outcome))).toEqual(outcomes);
  expect(outcomes.map(({ type }) => type)).toEqual([
    'PartSubmitted',
    'PartSubmitted',
    'PartRefused',
    'PartUnknown',
    'PartNotSent',
  ]);
});

test('a part that was taken without a name has none', () => {
  expect(toOutcomes(token, { outcome: 'accepted', messageId: '' }, at)).toMatchObject([{ smsc_message_id: null }]);
});

test.each([
  [0x0b, 1, false],
  [0x08, 1, true],
  [0x58, 1, true],
  [0x401, 1, true],
  [0x401, 2, false],
  [0x45, 1, true],
  [0x45, 2, false],
])('status %i at attempt %i: tried again %s', (status, attempt, retried) => {
  expect(isRetried(statusTable(), status, attempt)).toBe(retried);
});

test('what was said of a payload was said of all its parts', () => {
  const outcomes = toOutcomes({ ...token, parts: [1, 2, 3] }, { outcome: 'accepted', messageId: 'x' }, at);
  expect(outcomes).toMatchObject([1, 2, 3].map((part) => ({ part, smsc_message_id: 'x' })));
});
