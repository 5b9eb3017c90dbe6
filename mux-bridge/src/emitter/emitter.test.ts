import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EmmOnAir } from '#shared/adapters/carousel/follow-emms.ts';
import { createCarousel } from '#shared/domain/carousel/carousel.ts';
import { until } from '../../../test/support/until.ts';
import type { Output } from '../output/output.ts';
import { inRows } from '../output/udp-output.ts';
import { createEmissionLog } from './emission-log.ts';
import { createEmitter } from './emit.ts';
import { type EmmSource, followEmms } from './follow.ts';
import { holdLease } from './hold-lease.ts';

const noon = Date.UTC(2026, 0, 1, 12);

const emm = (id: string, more: Partial<EmmOnAir> = {}): EmmOnAir => ({
  id,
  number: '1',
  class: 'unique',
  device: id,
  kind: 'entitlements',
  revision: 1,
  section: Buffer.alloc(100, 0x82).toString('base64'),
  sealed_at: new Date(noon),
  starts_at: new Date(noon),
  expires_at: new Date(noon + 3_600_000),
  ...more,
});

describe('the log', () => {
  test('counts every emission once, in the minute in which it was', () => {
    const emission = fc.record({ id: fc.constantFrom('a', 'b', 'c'), passMs: fc.nat(50_000), isTaken: fc.boolean() });
    fc.assert(
      fc.property(fc.array(emission), (emissions) => {
        const log = createEmissionLog();
        const told = new Map<string, number>();
        const sent = new Map<string, number>();
        const note = () => {
          // As the table has it: a count of a minute only grows.
          for (const { minute, emm_id, times } of log.take())
            told.set(`${minute} ${emm_id}`, Math.max(times, told.get(`${minute} ${emm_id}`) ?? 0));
        };
        let at = noon;
        for (const { id, passMs, isTaken } of emissions) {
          at += passMs;
          log.sent(id, at);
          const key = `${new Date(Math.floor(at / 60_000) * 60_000).toISOString()} ${id}`;
          sent.set(key, (sent.get(key) ?? 0) + 1);
          if (isTaken) note();
        }
        note();
        expect(told).toEqual(sent);
        expect(log.take()).toEqual([]);
      }),
    );
  });
});

describe('following', () => {
  const source = (looks: { all: EmmOnAir[]; sealed: EmmOnAir[]; withdrawn: string[]; fails?: boolean }): EmmSource => ({
    now: () => (looks.fails ? Promise.reject(new Error('no database')) : Promise.resolve(new Date(noon))),
    async *all() {
      yield looks.all;
    },
    async *sealedSince() {
      yield looks.sealed;
    },
    withdrawnSince: () => Promise.resolve(looks.withdrawn),
  });
  const options = { freshAfter: new Date(noon - 1), everyMs: 5, now: () => noon, fault: () => undefined };

  test('finds what is there, then what comes and what goes, however often it is told', async () => {
    const carousel = createCarousel();
    const looks = {
      all: [emm('old', { sealed_at: new Date(noon - 10), starts_at: new Date(noon - 10) })],
      sealed: [emm('new')],
      withdrawn: [] as string[],
    };
    const follower = followEmms(source(looks), carousel, options);
    await follower.loaded;
    await until('the new one is there', () => carousel.size === 2, { everyMs: 1 });
    // The new one was never on air; the other one may have been.
    expect(carousel.load.waiting.emms).toBe(1);
    looks.withdrawn.push('old');
    looks.sealed = [];
    await until('the old one is gone', () => carousel.size === 1, { everyMs: 1 });
    await follower.stop();
  });

  test('outlives a database that does not answer', async () => {
    const carousel = createCarousel();
    const looks = { all: [emm('a')], sealed: [], withdrawn: [], fails: true };
    let faults = 0;
    const follower = followEmms(source(looks), carousel, {
      ...options,
      fault: () => {
        faults += 1;
      },
    });
    await until('it has failed twice', () => faults >= 2, { everyMs: 1 });
    looks.fails = false;
    await follower.loaded;
    expect(carousel.size).toBe(1);
    await follower.stop();
  });
});

describe('emitting', () => {
  const setUp = (mode: 'section' | 'packet') => {
    const sent: Uint8Array[] = [];
    const output = { mode, isPacked: true, allocation: 100, send: (some: readonly Uint8Array[]) => sent.push(...some) };
    const carousel = createCarousel();
    for (const id of ['a', 'b', 'c'])
      carousel.put(
        {
          ...emm(id),
          section: Buffer.from(emm(id).section, 'base64'),
          starts_at: 0,
          expires_at: noon * 2,
          is_new: false,
        },
        noon,
      );
    let now = 0;
    const emitter = createEmitter(carousel, output as unknown as Output, {
      wallTime: () => noon + now,
      now: () => now,
      sent: () => undefined,
    });
    const run = (seconds: number) => {
      const before = sent.length;
      for (const end = now + seconds * 1_000; now < end; now += 10) emitter.tick();
      return sent.slice(before).reduce((sum, { length }) => sum + length, 0);
    };
    return { output, emitter, run };
  };

  test.each(['section', 'packet'] as const)('in %s mode uses 0.98 of what is allocated and never more', (mode) => {
    const { run } = setUp(mode);
    const allowed = mode === 'packet' ? 12_500 : (12_500 * 183) / 188;
    const octets = run(60);
    expect(octets).toBeLessThanOrEqual(allowed * 60);
    expect(octets).toBeGreaterThanOrEqual(allowed * 60 * 0.98);
  });

  test('sends nothing while nothing is allocated or it is paused, and makes up for none of it', () => {
    const { output, emitter, run } = setUp('section');
    run(1);
    output.allocation = 0;
    expect(run(60)).toBe(0);
    output.allocation = 100;
    expect(run(1)).toBeLessThanOrEqual(12_500);
    emitter.isPaused = true;
    expect(run(60)).toBe(0);
    emitter.isPaused = false;
    expect(run(1)).toBeLessThanOrEqual(12_500 * 1.05 + 256);
  });
});

test('a lease that is not renewed is not safe any more a second before its end', async () => {
  const lost: string[] = [];
  const lease = { name: 'x', holder: 'y', generation: 7, deadline: performance.now() + 1_300 };
  const held = await holdLease(
    {
      acquire: () => Promise.resolve(lease),
      renew: () => Promise.reject(new Error('no answer')),
      release: () => Promise.resolve(),
    },
    'x',
    'y',
    1.3,
    { lost: (reason) => void lost.push(reason), fault: () => undefined },
  );
  expect([held?.generation, held?.isSafe()]).toEqual([7, true]);
  await until('it is lost', () => lost.length > 0, { everyMs: 5 });
  expect([lost, held?.isSafe()]).toEqual([['deadline'], false]);
  expect(performance.now()).toBeLessThan(lease.deadline);
});

test('what goes over UDP is cut into rows of at most so many octets, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 })),
      fc.integer({ min: 300, max: 1_316 }),
      (given, most) => {
        const rows = inRows(given, most);
        expect(rows.flat()).toEqual(given);
        for (const row of rows) expect(row.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(most);
      },
    ),
  );
});
