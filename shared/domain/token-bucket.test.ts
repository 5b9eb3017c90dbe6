import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bucket, costOf, fillOf, latestArrival, retryAfterSeconds } from './token-bucket.ts';

const bucket = fc.record({
  ratePerSecond: fc.integer({ min: 1, max: 10_000 }),
  burst: fc.integer({ min: 1, max: 500 }),
});

/** What the table does, in memory. */
const run = (limits: Bucket, times: readonly number[]): boolean[] => {
  let arrival = Number.NEGATIVE_INFINITY;
  return times.map((now) => {
    if (arrival > latestArrival(limits, now) + 1e-6) return false;
    arrival = Math.max(arrival, now) + costOf(limits);
    return true;
  });
};

test('a full bucket lets its burst through at once, and no more', () => {
  fc.assert(
    fc.property(bucket, (limits) => {
      const said = run(
        limits,
        Array.from({ length: limits.burst + 5 }, () => 1_000_000),
      );
      expect(said.filter(Boolean)).toHaveLength(limits.burst);
    }),
  );
});

test('within any span no more passes than the burst and the rate together', () => {
  fc.assert(
    fc.property(bucket, fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 300 }), (limits, offsets) => {
      const times = offsets.toSorted((a, b) => a - b).map((offset) => 1_000_000 + offset);
      const passed = times.filter((_, i) => run(limits, times)[i]);
      const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
      expect(passed.length).toBeLessThanOrEqual(limits.burst + (span / 1000) * limits.ratePerSecond + 1);
    }),
    { numRuns: 50 },
  );
});

test('what is refused fits after as long as Retry-After says', () => {
  fc.assert(
    fc.property(bucket, fc.integer({ min: 1, max: 100_000 }), (limits, ahead) => {
      const now = 1_000_000;
      const arrival = latestArrival(limits, now) + ahead;
      const later = now + retryAfterSeconds(limits, arrival, now) * 1000;
      expect(arrival).toBeLessThanOrEqual(latestArrival(limits, later) + 1e-6);
    }),
  );
});

test('the fill counts down with each request and is whole again when the bucket is', () => {
  const limits = { ratePerSecond: 2, burst: 4 };
  expect(fillOf(limits, 1_000_500, 1_000_000)).toEqual({ limit: 4, remaining: 3, resetSeconds: 1 });
  expect(fillOf(limits, 1_002_000, 1_000_000)).toEqual({ limit: 4, remaining: 0, resetSeconds: 2 });
  expect(fillOf(limits, 999_000, 1_000_000)).toEqual({ limit: 4, remaining: 4, resetSeconds: 0 });
});
