import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BindFailure, defaultBackoff, opensCircuit, retryDelayMs } from './backoff.ts';

const refused = (commandStatus: number): BindFailure => ({ kind: 'refused', commandStatus });
const unreachable: BindFailure = { kind: 'unreachable' };
const most = (failure: BindFailure, attempt: number) => retryDelayMs({ attempt, failure, random: 1 });
const least = (failure: BindFailure, attempt: number) => retryDelayMs({ attempt, failure, random: 0 });

test('the wait doubles up to a ceiling, with full jitter below it', () => {
  expect([1, 2, 3, 4].map((attempt) => most(unreachable, attempt))).toEqual([500, 1_000, 2_000, 4_000]);
  expect([8, 50, 5_000].map((attempt) => most(unreachable, attempt))).toEqual([60_000, 60_000, 60_000]);
  expect(least(unreachable, 5)).toBe(0);
});

test('a bind that failed at the SMSC begins slower', () => {
  expect([1, 2, 10].map((attempt) => most(refused(0x0d), attempt))).toEqual([5_000, 10_000, 60_000]);
});

test('already bound waits for the zombie, the first time as every time', () => {
  for (const attempt of [1, 9])
    expect([least(refused(0x05), attempt), most(refused(0x05), attempt)]).toEqual([60_000, 120_000]);
});

test.each([0x0e, 0x0f])('a wrong password or system_id opens the circuit: minutes, not seconds (0x%s)', (status) => {
  expect(opensCircuit(refused(status))).toBe(true);
  expect(least(refused(status), 1)).toBe(defaultBackoff.circuitOpenMs);
});

test.each([0x04, 0x05, 0x08, 0x0d, 0x58])('nothing else does (0x%s)', (status) => {
  expect(opensCircuit(refused(status))).toBe(false);
  expect(opensCircuit(unreachable)).toBe(false);
});

test('the wait is never negative and never endless', () => {
  const failure = fc.oneof(fc.constant(unreachable), fc.nat(0x500).map(refused));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      failure,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, why, random) => {
        const delay = retryDelayMs({ attempt, failure: why, random });
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(600_000);
      },
    ),
  );
});
