import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burstMs, createCarousel, expiryGuardMs } from './carousel.ts';
import type { CarouselEmm } from './carousel-emm.ts';
import { areSharesKept, laneNames, sharesOf, usualShares, wholeShares } from './class-shares.ts';
import { bandwidthNeeded, bandwidthOf, cycleSeconds, onAirSeconds } from './estimate.ts';
import { isWithinWindows, minuteOfDay } from './on-air-window.ts';
import { createPacer, octetsPerSecond } from './pacer.ts';

const start = Date.UTC(2026, 0, 1);
const forever = start + 10 * 365 * 86_400_000;

const emm = (id: number | string, more: Partial<CarouselEmm> = {}): CarouselEmm => ({
  id: `${id}`,
  class: 'unique',
  device: `${id}`,
  kind: 'entitlements',
  revision: 1,
  section: Buffer.alloc(120),
  starts_at: start,
  expires_at: forever,
  is_new: false,
  ...more,
});

interface Sent {
  readonly at: number;
  readonly id: string;
  readonly octets: number;
  readonly lane: string;
}

/** Runs a carousel at a bandwidth on a clock of its own, and gives what was sent. */
const run = (
  carousel: ReturnType<typeof createCarousel>,
  {
    from = start,
    seconds,
    kbit = 100,
    tickMs = 10,
  }: { from?: number; seconds: number; kbit?: number; tickMs?: number },
): Sent[] => {
  const pacer = createPacer(octetsPerSecond(kbit, 'section'), 256, from);
  const sent: Sent[] = [];
  for (let at = from; at <= from + seconds * 1000; at += tickMs)
    while (pacer.allows(256, at)) {
      const emission = carousel.next(at);
      if (!emission) break;
      pacer.sent(emission.emm.section.length);
      sent.push({ at, id: emission.emm.id, octets: emission.emm.section.length, lane: emission.lane });
    }
  return sent;
};

const octetsOf = (sent: readonly Sent[]): number => sent.reduce((sum, { octets }) => sum + octets, 0);

/** The most octets that went within any time of this length. */
const mostWithin = (sent: readonly Sent[], windowMs: number): number => {
  let most = 0;
  let used = 0;
  let oldest = 0;
  for (const each of sent) {
    used += each.octets;
    for (; (sent[oldest]?.at ?? 0) <= each.at - windowMs; oldest += 1) used -= sent[oldest]?.octets ?? 0;
    most = Math.max(most, used);
  }
  return most;
};

describe('bandwidth', () => {
  test('10,000 EMMs of 120 octets cycle in about 99 s at 100 kbit/s', () => {
    expect(bandwidthOf({ subscribers: 10_000, emms_per_subscriber: 1, section_octets: 120 }, 100)).toMatchObject({
      emissions_per_second: expect.closeTo(101.4, 1),
      cycle_seconds: expect.closeTo(98.6, 1),
    });
    expect(bandwidthNeeded({ subscribers: 10_000, emms_per_subscriber: 1, section_octets: 120 }, 98.7)).toBe(100);
  });

  test('is never above the allocation, and at least 0.98 of it when there is enough to send', () => {
    const sizes = fc.array(fc.integer({ min: 20, max: 256 }), { minLength: 1, maxLength: 20 });
    const tick = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 500 }), tick, sizes, (kbit, tickMs, lengths) => {
        const carousel = createCarousel();
        for (const [i, length] of lengths.entries()) carousel.put(emm(i, { section: Buffer.alloc(length) }), start);
        const sent = run(carousel, { seconds: 60, kbit, tickMs });
        const allowed = octetsPerSecond(kbit, 'section');
        expect(octetsOf(sent)).toBeLessThanOrEqual(allowed * 60);
        expect(octetsOf(sent)).toBeGreaterThanOrEqual(allowed * 60 * 0.98 - 256);
        const windowMs = 10_000 + (256 / allowed) * 1000 * 100 + tickMs;
        expect(mostWithin(sent, windowMs)).toBeLessThanOrEqual((allowed * windowMs) / 1000);
      }),
      { numRuns: 20 },
    );
  });

  test('after a rest nothing is made up for', () => {
    const pacer = createPacer(10_000, 256, 0);
    let octets = 0;
    while (pacer.allows(256, 3_600_000)) {
      pacer.sent(256);
      octets += 256;
    }
    expect(octets).toBeLessThanOrEqual(10_000 * 0.05 + 256);
  });

  test('an allocation that shrinks counts at once', () => {
    const pacer = createPacer(1_000_000, 256, 0);
    expect(pacer.allows(10_000, 1_000)).toBe(true);
    pacer.setRate(1_000, 1_000);
    expect(pacer.allows(306, 1_000)).toBe(false);
    pacer.setRate(0, 1_000);
    expect(pacer.allows(1, 100_000)).toBe(false);
  });
});

describe('shares', () => {
  const share = fc.record({
    weight: fc.integer({ min: 0, max: 10 }),
    floor: fc.double({ min: 0, max: 0.25, noNaN: true }),
  });
  const shares = fc.record({ new: share, unique: share, shared: share, global: share }).filter(areSharesKept);

  test('of those that have something to send make 1, and none is below its floor', () => {
    fc.assert(
      fc.property(shares, fc.subarray([...laneNames], { minLength: 1 }), (given, busy) => {
        const parts = sharesOf(given, busy);
        expect(laneNames.reduce((sum, name) => sum + parts[name], 0)).toBeCloseTo(1, 9);
        for (const name of busy) expect(parts[name]).toBeGreaterThanOrEqual(given[name].floor - 1e-9);
      }),
    );
  });

  test('are what each class gets while all have something to send', () => {
    const carousel = createCarousel();
    for (let i = 0; i < 50; i += 1)
      for (const each of ['unique', 'shared', 'global'] as const)
        carousel.put(emm(`${each}${i}`, { class: each }), start);
    const sent = run(carousel, { seconds: 30 });
    const expected = sharesOf(usualShares, ['unique', 'shared', 'global']);
    for (const name of ['unique', 'shared', 'global'] as const)
      expect(octetsOf(sent.filter(({ lane }) => lane === name)) / octetsOf(sent)).toBeCloseTo(expected[name], 1);
  });

  test('a carousel says only what is unusual, and cannot promise more than everything', () => {
    expect(wholeShares({ new: { floor: 0.5 } }).new).toEqual({ weight: 8, floor: 0.5 });
    expect(areSharesKept(wholeShares({ new: { floor: 0.9 } }))).toBe(false);
    expect(areSharesKept(wholeShares({ global: { weight: 0, floor: 0 } }))).toBe(false);
  });
});

describe('a new EMM', () => {
  test('is on air within its bound under full load', () => {
    const carousel = createCarousel();
    for (let i = 0; i < 10_000; i += 1)
      carousel.put(emm(i, { class: (['unique', 'shared', 'global'] as const)[i % 3] ?? 'unique' }), start);
    const at = start + 10_000;
    run(carousel, { seconds: 10 });
    for (let i = 0; i < 100; i += 1) carousel.put(emm(`new${i}`, { is_new: true }), at);
    const capacity = { bandwidth_kbit_s: 100, mode: 'section', shares: usualShares } as const;
    const bound = onAirSeconds(carousel.load, capacity, 0);
    const sent = run(carousel, { from: at, seconds: 60 });
    const first = Array.from({ length: 100 }, (_, i) => sent.find(({ id }) => id === `new${i}`)?.at ?? Infinity);
    expect(Math.max(...first) - at).toBeLessThanOrEqual((bound / 0.99) * 1000 + 60);
    expect(bound).toBeLessThan(3);
  });

  test('is repeated often, then ever less, then in the turns of its class alone', () => {
    const carousel = createCarousel();
    for (let i = 0; i < 10_000; i += 1) carousel.put(emm(i), start);
    carousel.put(emm('new', { is_new: true }), start);
    const times = run(carousel, { seconds: 95 }).filter(({ id, lane }) => id === 'new' && lane === 'new');
    const [first] = times;
    const after = times.slice(1).map(({ at }) => at - (first?.at ?? 0));
    expect(after).toHaveLength(burstMs.length);
    for (const [i, ms] of burstMs.entries()) expect((after[i] ?? 0) - ms).toBeLessThan(200);
  });

  test('does not take the floors of the others, however many there are', () => {
    const carousel = createCarousel();
    for (let i = 0; i < 5_000; i += 1) carousel.put(emm(`new${i}`, { is_new: true, class: 'unique' }), start);
    carousel.put(emm('g', { class: 'global' }), start);
    const sent = run(carousel, { seconds: 30 });
    expect(octetsOf(sent.filter(({ lane }) => lane === 'global')) / octetsOf(sent)).toBeGreaterThan(0.05);
  });
});

describe('what is on air', () => {
  test('is each EMM once in a cycle', () => {
    const carousel = createCarousel();
    for (let i = 0; i < 500; i += 1) carousel.put(emm(i), start);
    const capacity = { bandwidth_kbit_s: 100, mode: 'section', shares: usualShares } as const;
    const seconds = cycleSeconds(carousel.load, capacity) ?? 0;
    expect(seconds).toBeCloseTo(500 / 101.4, 1);
    const sent = Array.from({ length: 1_000 }, () => carousel.next(start)?.emm.id);
    expect(new Set(sent.slice(0, 500)).size).toBe(500);
    expect(sent.slice(500)).toEqual(sent.slice(0, 500));
  });

  test('ends before its expiry, begins when it should, and is the newest of its device and kind', () => {
    const step = fc.record({
      device: fc.nat(5),
      revision: fc.nat(20),
      startsIn: fc.nat(3_000),
      lasts: fc.nat(5_000),
      is_new: fc.boolean(),
      emissions: fc.nat(5),
      passMs: fc.nat(1_000),
      withdraw: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const carousel = createCarousel();
        const highest = new Map<string, number>();
        const withdrawn = new Set<string>();
        let now = start;
        for (const [i, { device, revision, startsIn, lasts, is_new, emissions, passMs, withdraw }] of steps.entries()) {
          const given = emm(i, { device: `${device}`, revision, is_new, starts_at: now + startsIn });
          const until = given.starts_at + lasts;
          carousel.put({ ...given, expires_at: until }, now);
          if (until - expiryGuardMs > now) highest.set(`${device}`, Math.max(revision, highest.get(`${device}`) ?? -1));
          if (withdraw < i) {
            carousel.withdraw(`${withdraw}`);
            withdrawn.add(`${withdraw}`);
          }
          for (let sent = 0; sent < emissions; sent += 1) {
            const found = carousel.next(now)?.emm;
            if (!found) break;
            expect(found.starts_at).toBeLessThanOrEqual(now);
            expect(found.expires_at).toBeGreaterThan(now);
            expect(withdrawn.has(found.id)).toBe(false);
            // One that is over may have been the highest; what came after it may be lower then.
            expect(steps[Number(found.id)]?.revision).toBe(found.revision);
          }
          now += passMs;
        }
        const { waiting, classes } = carousel.load;
        expect(classes.unique.octets).toBe(classes.unique.emms * 120);
        expect(waiting.octets).toBe(waiting.emms * 120);
        expect(carousel.size).toBeGreaterThanOrEqual(classes.unique.emms);
      }),
    );
  });

  test('is never an older one of the same device and kind', () => {
    const carousel = createCarousel();
    carousel.put(emm('second', { device: '1', revision: 2 }), start);
    carousel.put(emm('first', { device: '1', revision: 1 }), start);
    expect([carousel.next(start)?.emm.id, carousel.next(start)?.emm.id]).toEqual(['second', 'second']);
    carousel.put(emm('third', { device: '1', revision: 3 }), start);
    expect([carousel.next(start)?.emm.id, carousel.next(start)?.emm.id]).toEqual(['third', 'third']);
    carousel.put(emm('other', { device: '1', kind: 'pairing', revision: 1 }), start);
    expect(carousel.size).toBe(2);
  });

  test('keeps to the part of the day of its class', () => {
    const windows = { global: [{ from: 120, until: 300 }] };
    const carousel = createCarousel({ windows });
    carousel.put(emm('night', { class: 'global', is_new: true }), start);
    expect(carousel.next(start)).toBeUndefined();
    expect(carousel.next(start + 120 * 60_000)?.emm.id).toBe('night');
    expect(carousel.next(start + 300 * 60_000)).toBeUndefined();
    carousel.configure({});
    expect(carousel.next(start + 301 * 60_000)?.emm.id).toBe('night');
  });
});

test('a part of the day may go over midnight', () => {
  const night = [{ from: minuteOfDay('22:00') ?? 0, until: minuteOfDay('02:30') ?? 0 }];
  const at = (hour: number) => isWithinWindows(night, start + hour * 3_600_000);
  expect([at(21.9), at(22), at(0), at(2.4), at(2.5)]).toEqual([false, true, true, true, false]);
  expect([minuteOfDay('24:00'), minuteOfDay('7:00')]).toEqual([null, null]);
});
