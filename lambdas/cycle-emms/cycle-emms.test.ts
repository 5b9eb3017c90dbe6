import { describe, expect, test } from 'vitest';
import type { CarouselPlan, ClassLoad, PlannedCarousel } from '#shared/adapters/carousel/plan-carousels.ts';
import { cycleEmms } from './cycle-emms.ts';

const now = new Date('2026-03-01T12:00:00Z');

const carousel = (more: Partial<PlannedCarousel> = {}): PlannedCarousel => ({
  id: 'main',
  client_id: 'a',
  classes: {},
  bandwidth_kbit_s: 100,
  is_paused: false,
  last_sent_at: new Date(now.getTime() - 10_000),
  waiting_emms: 0,
  waiting_octets: 0,
  ...more,
});
const unique: ClassLoad = { client_id: 'a', class: 'unique', emms: 10_000, octets: 1_200_000 };

const run = async (carousels: readonly PlannedCarousel[], loads: readonly ClassLoad[]) => {
  const stored: CarouselPlan[] = [];
  const cycled = await cycleEmms({
    now: () => now,
    readCarousels: () => Promise.resolve(carousels),
    readLoads: () => Promise.resolve(loads),
    store: (plans) => {
      stored.push(...plans);
      return Promise.resolve();
    },
  });
  return { ...cycled, plan: stored[0] };
};

describe('the plan', () => {
  test('has the cycle of what is on air, and the wait of what is new', async () => {
    const { plan, silent } = await run([carousel()], [unique, { ...unique, client_id: 'b', emms: 7 }]);
    expect(plan?.emms).toEqual({ unique: 10_000, shared: 0, global: 0 });
    expect(plan?.cycle_seconds).toBeCloseTo(98.6, 0);
    expect(plan?.on_air_seconds).toBeGreaterThan(2);
    expect(plan?.on_air_seconds).toBeLessThan(3);
    expect(silent).toBe(0);
  });

  test('makes those wait longer who come behind many others', async () => {
    const { plan } = await run([carousel({ waiting_emms: 1_000, waiting_octets: 120_000 })], [unique]);
    expect(plan?.on_air_seconds).toBeGreaterThan(12);
  });

  test('promises nothing where nothing goes out, and says so', async () => {
    const silentSince = new Date(now.getTime() - 180_000);
    expect(await run([carousel({ last_sent_at: silentSince })], [unique])).toMatchObject({
      silent: 1,
      plan: { on_air_seconds: null, cycle_seconds: null },
    });
    expect(await run([carousel({ last_sent_at: null })], [unique])).toMatchObject({ silent: 1 });
  });

  test('takes a carousel that is paused, or has nothing to send, for no alarm', async () => {
    expect(await run([carousel({ is_paused: true, last_sent_at: null })], [unique])).toMatchObject({
      silent: 0,
      plan: { on_air_seconds: null },
    });
    expect(await run([carousel({ last_sent_at: null })], [])).toMatchObject({
      silent: 0,
      plan: { cycle_seconds: null, on_air_seconds: expect.closeTo(2.1, 0) },
    });
  });
});
