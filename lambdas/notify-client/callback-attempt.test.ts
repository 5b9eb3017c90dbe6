import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelayMs, settlementOf } from './callback-attempt.ts';

const now = new Date('2026-11-21T12:00:00Z');
const callback = {
  id: '01910000-0000-7000-8000-00000000000a',
  attempt: 3,
  triedSince: new Date(now.getTime() - 60_000),
  attemptsBefore: 0,
};
const answered = (status: number) => ({ outcome: 'answered', status }) as const;
const unreachable = { outcome: 'unreachable', error: 'The connection failed (ECONNREFUSED)' } as const;

test('any 2xx delivers, and nothing else does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
      const { outcome } = settlementOf(callback, answered(status), now, 0.5);
      expect(outcome).toBe(status >= 200 && status <= 299 ? 'delivered' : 'retried');
    }),
  );
});

test('a failure is due again after a delay, and says what it was', () => {
  expect(settlementOf(callback, answered(503), now, 0.5)).toEqual({
    id: callback.id,
    attempt: 3,
    outcome: 'retried',
    nextAttemptAt: new Date(now.getTime() + 20_000),
    status: 503,
    error: 'Answered 503',
  });
  expect(settlementOf(callback, unreachable, now, 0.5)).toMatchObject({ status: null, error: unreachable.error });
});

test('a redirect is a failure which says why', () => {
  expect(settlementOf(callback, answered(302), now, 0).error).toBe('Answered 302: redirects are not followed');
});

test('a callback that the client asked for again begins with the shortest delay', () => {
  const again = { ...callback, attempt: 30, attemptsBefore: 29 };
  expect(settlementOf(again, unreachable, now, 0.5).nextAttemptAt).toEqual(new Date(now.getTime() + 5_000));
});

test('24 hours after it was made a callback that fails is given up, and one that is answered is delivered', () => {
  const old = { ...callback, triedSince: new Date(now.getTime() - 24 * 3_600_000) };
  expect(settlementOf(old, unreachable, now, 0.5)).toMatchObject({ outcome: 'given-up', nextAttemptAt: null });
  expect(settlementOf(old, answered(200), now, 0.5)).toMatchObject({ outcome: 'delivered' });
});

test('a URL that must not be called is not tried again', () => {
  const refused = { outcome: 'refused', error: 'The URL must begin with https://' } as const;
  expect(settlementOf(callback, refused, now, 0.5)).toMatchObject({ outcome: 'refused', error: refused.error });
});

test('delays grow from ten seconds to an hour, jittered over their whole length', () => {
  expect([1, 2, 3, 9, 10, 1_000].map((attempt) => retryDelayMs(attempt, 1))).toEqual([
    10_000, 20_000, 40_000, 2_560_000, 3_600_000, 3_600_000,
  ]);
  expect(retryDelayMs(5, 0)).toBe(0);
});
