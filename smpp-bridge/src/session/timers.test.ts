import { describe, expect, test } from 'vitest';
import { nextDeadline, type TimerState, verdictsDue } from './timers.ts';

const settings = {
  bindTimeoutMs: 10,
  enquireLinkIntervalMs: 1_000,
  enquireLinkTimeoutMs: 100,
  responseTimeoutMs: 50,
  readTimeoutMs: 20,
};

const quiet: TimerState = {
  phase: 'bound',
  openedAt: 0,
  heardAt: 0,
  readingSince: 0,
  enquireLinkSentAt: undefined,
  partialSince: undefined,
  blockedSince: undefined,
  oldestRequestAt: undefined,
  lastMessageAt: 0,
  drainUntil: undefined,
  unbindSentAt: undefined,
};

/** Says that nothing is due before a moment, and this at it. */
const expectAt = (
  state: Partial<TimerState>,
  verdict: string,
  at: number,
  more: Partial<typeof settings> & { inactivityTimeoutMs?: number } = {},
) => {
  const whole = { ...quiet, ...state };
  const all = { ...settings, ...more };
  expect(nextDeadline(whole, all)).toBe(at);
  expect(verdictsDue(whole, all, at - 1)).toEqual([]);
  expect(verdictsDue(whole, all, at)).toEqual([verdict]);
};

describe('each timer rings at its time and not before', () => {
  test('bind-timeout, from the start of the connection', () =>
    expectAt({ phase: 'binding', openedAt: 5 }, 'bind-timeout', 15));
  test('send-enquire-link, from the last PDU', () => expectAt({ heardAt: 7 }, 'send-enquire-link', 1_007));
  test('peer-dead, from the question', () => expectAt({ enquireLinkSentAt: 1_000 }, 'peer-dead', 1_100));
  test('response-timeout, from the oldest request', () => expectAt({ oldestRequestAt: 3 }, 'response-timeout', 53));
  test('read-timeout, from the first octet of the PDU', () => expectAt({ partialSince: 4 }, 'read-timeout', 24));
  test('write-timeout, since the peer took nothing', () => expectAt({ blockedSince: 6 }, 'write-timeout', 56));
  test('inactive, from the last message', () =>
    expectAt({ lastMessageAt: 9 }, 'inactive', 309, { inactivityTimeoutMs: 300 }));
  test('drained, at the end of the drain', () => expectAt({ phase: 'draining', drainUntil: 30 }, 'drained', 30));
  test('unbind-timeout, from the unbind', () =>
    expectAt({ phase: 'unbinding', unbindSentAt: 8 }, 'unbind-timeout', 108));
});

test('a PDU that is heard puts the question off', () => {
  expect(verdictsDue({ ...quiet, heardAt: 500 }, settings, 1_000)).toEqual([]);
});

test('while the session holds its peer back, silence says nothing', () => {
  const held = { ...quiet, readingSince: undefined, enquireLinkSentAt: 0, oldestRequestAt: 0, partialSince: 0 };
  expect(nextDeadline(held, settings)).toBeUndefined();
  expect(verdictsDue(held, settings, 1e9)).toEqual([]);
});

test('once it reads again, every wait for the peer begins anew', () => {
  const again = { ...quiet, readingSince: 1_000, oldestRequestAt: 0 };
  expect(nextDeadline(again, settings)).toBe(1_050);
  expect(nextDeadline({ ...again, oldestRequestAt: undefined, enquireLinkSentAt: 0 }, settings)).toBe(1_100);
});

test('without an inactivity timeout a silent bind is kept', () => {
  expect(verdictsDue({ ...quiet, heardAt: 1e9 }, settings, 1e9)).toEqual([]);
});

test('a session that is closed has no timer', () => {
  expect(nextDeadline({ ...quiet, phase: 'closed' }, settings)).toBeUndefined();
});
