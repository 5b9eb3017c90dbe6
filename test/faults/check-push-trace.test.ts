import { expect, test } from 'vitest';
import { checkTrace, type PushEvent } from './check-push-trace.ts';

const iccid = '8949000000000001016';
const event = (
  push_id: string,
  type: string,
  counter: number | null = null,
  isUsed: boolean | null = null,
): PushEvent => ({
  push_id,
  iccid,
  type,
  counter: counter === null ? null : `${counter}`,
  is_counter_used: isUsed,
});

test('a push that is given back with its counter, and sent in its turn, is as it should be', () => {
  const told = [
    event('a', 'BUILDING', 1),
    event('a', 'GIVEN_BACK', 1, false),
    event('a', 'BUILDING', 1),
    event('a', 'GIVEN_BACK', 1, true),
    event('a', 'BUILDING', 3),
    event('a', 'PACKET_BUILT', 3),
    event('a', 'AWAITING_POR'),
    event('a', 'UNKNOWN'),
    event('b', 'BUILDING', 4),
    event('a', 'ANSWERED'),
    event('b', 'PACKET_BUILT', 4),
    event('b', 'ANSWERED'),
  ];
  expect(checkTrace(told)).toEqual([]);
});

test('two pushes under way at once are found', () => {
  const told = [event('a', 'BUILDING', 1), event('a', 'PACKET_BUILT', 1), event('b', 'BUILDING', 2)];
  expect(checkTrace(told)).toEqual(['push b was taken while push a was under way']);
});

test.each([
  ['by a packet', [event('a', 'PACKET_BUILT', 1), event('a', 'UNKNOWN')]],
  ['in a call that came to nothing', [event('a', 'GIVEN_BACK', 1, true)]],
])('a counter that was spent %s and is used again is found', (_how, spending) => {
  const told = [event('a', 'BUILDING', 1), ...spending, event('b', 'BUILDING', 1)];
  expect(checkTrace(told)).toEqual(['push b was taken with counter 1, which push a had spent']);
});
