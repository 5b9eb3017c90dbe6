import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextPartAt, type Pace, type PaceEvent, type PaceLimits, paceAfter, partsAllowed, startPace } from './pace.ts';
import { admissions, simulate } from './simulated-smsc.ts';

const known = { mostPerSecond: 10, burst: 5 };
const unknown = { burst: 10 };

/** Each event with its moment. */
const run = (limits: PaceLimits, events: readonly (readonly [at: number, event: PaceEvent])[]): Pace =>
  events.reduce((pace, [at, event]) => paceAfter(pace, event, limits, at), startPace(limits, 0));
const sent = { type: 'sent' } as const;
const held = { type: 'held' } as const;

test('a known rate is kept from the start, with its burst', () => {
  const pace = run(known, Array(5).fill([0, sent]));
  expect(partsAllowed(startPace(known, 0), known, 0)).toBe(5);
  expect(partsAllowed(pace, known, 0)).toBe(0);
  expect(nextPartAt(pace, 0)).toBe(100);
  expect([99, 100, 250, 1e6].map((at) => partsAllowed(pace, known, at))).toEqual([0, 1, 2, 5]);
});

test('an unknown rate grows while parts wait for it and are accepted, and not when nobody needs it', () => {
  const accepted = { type: 'accepted', sentAt: 1 } as const;
  expect(run(unknown, [[5, accepted]]).rate).toBe(50);
  expect(
    run(unknown, [
      [1, held],
      [5, accepted],
    ]).rate,
  ).toBeGreaterThan(51);
  expect(
    run(known, [
      [1, held],
      [5, accepted],
    ]).rate,
  ).toBe(10);
});

test('a throttled flight is a pause and one cut; pauses double until something is accepted', () => {
  const throttled = (sentAt: number) => ({ type: 'throttled', sentAt }) as const;
  const once = run(unknown, [
    [10, throttled(1)],
    [11, throttled(2)],
    [12, throttled(10)],
  ]);
  expect(once.rate).toBe(35);
  expect([29, 30].map((at) => partsAllowed(once, unknown, at) > 0)).toEqual([false, true]);
  const twice = paceAfter(once, throttled(30), unknown, 31);
  expect([twice.rate, twice.pauseMs]).toEqual([35, 40]);
  const accepted = paceAfter(twice, { type: 'accepted', sentAt: 80 }, unknown, 90);
  expect(paceAfter(accepted, throttled(100), unknown, 101).pauseMs).toBe(20);
});

describe('an SMSC that accepts 100 parts a second', () => {
  const parts = 3_000;
  for (const mostInFlight of [10, 50, 100])
    for (const roundTripMs of [1, 40])
      test(`gets at least 97, and refuses at most 1 %, window ${mostInFlight}, ${roundTripMs} ms`, () => {
        const admits = admissions.bucket(100);
        const { perSecond, rejectShare } = simulate({ parts, admits, roundTripMs, limits: unknown, mostInFlight });
        expect(perSecond).toBeGreaterThan(97);
        expect(rejectShare).toBeLessThan(0.01);
      });
});

test('a known rate is used to the full and never throttled, and one that is too high is corrected', () => {
  const at = (mostPerSecond: number) => {
    const limits = { mostPerSecond, burst: 5 };
    return simulate({ parts: 3_000, admits: admissions.bucket(100), roundTripMs: 40, limits, mostInFlight: 50 });
  };
  expect(at(98).rejectShare).toBe(0);
  expect(at(98).perSecond).toBeGreaterThan(97);
  expect(at(150).perSecond).toBeGreaterThan(97);
  expect(at(150).rejectShare).toBeLessThan(0.01);
});

test('however an SMSC counts and however far it is, it gets nine tenths of what it takes, and few parts twice', () => {
  const counting = fc.constantFrom(admissions.bucket, admissions.second, admissions.sliding);
  const most = fc.integer({ min: 20, max: 300 });
  fc.assert(
    fc.property(counting, most, fc.integer({ min: 1, max: 150 }), (make, perSecond, roundTripMs) => {
      const admits = make(perSecond);
      const parts = perSecond * 30;
      const simulated = simulate({ parts, admits, roundTripMs, limits: unknown, mostInFlight: 100 });
      expect(simulated.perSecond).toBeGreaterThan(perSecond * 0.9);
      expect(simulated.rejectShare).toBeLessThan(0.1);
    }),
    { numRuns: 30 },
  );
});

test('no more goes in any time than the rate and the burst allow, whatever happens', () => {
  const step = fc.record({
    after: fc.nat(500),
    type: fc.constantFrom('sent' as const, 'held' as const, 'accepted' as const, 'throttled' as const),
    ago: fc.nat(200),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 500 }), (steps, mostPerSecond) => {
      const limits = { mostPerSecond, burst: 7 };
      let pace = startPace(limits, 0);
      let [now, out] = [0, 0];
      for (const { after, type, ago } of steps) {
        now += after;
        if (type === 'sent') {
          if (partsAllowed(pace, limits, now) < 1) continue;
          out += 1;
          pace = paceAfter(pace, { type }, limits, now);
        } else if (type === 'held') pace = paceAfter(pace, { type }, limits, now);
        else pace = paceAfter(pace, { type, sentAt: now - ago }, limits, now);
        expect(pace.rate).toBeGreaterThanOrEqual(1);
        expect(pace.rate).toBeLessThanOrEqual(mostPerSecond);
        expect(out).toBeLessThanOrEqual(7 + (now / 1000) * mostPerSecond);
        expect(partsAllowed(pace, limits, nextPartAt(pace, now) + 0.001)).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});

test('a limit that is raised is the rate at once where nothing was throttled, and what was learnt stays where something was', () => {
  const raised = { mostPerSecond: 100, burst: 5 };
  const limited = { type: 'limited' } as const;
  expect(paceAfter(startPace(known, 0), limited, raised, 0).rate).toBe(100);
  expect(paceAfter(startPace(raised, 0), limited, known, 0).rate).toBe(10);
  expect(paceAfter(startPace(raised, 0), limited, unknown, 0)).toMatchObject({ rate: 100, ceiling: undefined });
  const throttled = run(raised, [
    [0, sent],
    [1_000, { type: 'throttled', sentAt: 0 }],
  ]);
  expect(throttled.rate).toBe(70);
  expect(paceAfter(throttled, limited, { mostPerSecond: 1_000, burst: 5 }, 1_000).rate).toBe(70);
  expect(paceAfter(throttled, limited, { mostPerSecond: 20, burst: 5 }, 1_000)).toMatchObject({
    rate: 20,
    ceiling: 20,
  });
});
