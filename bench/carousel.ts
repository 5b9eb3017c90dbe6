import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Carousel, createCarousel } from '#shared/domain/carousel/carousel.ts';
import type { CarouselEmm } from '#shared/domain/carousel/carousel-emm.ts';
import { usualShares } from '#shared/domain/carousel/class-shares.ts';
import { onAirSeconds } from '#shared/domain/carousel/estimate.ts';
import { createPacer, octetsPerSecond } from '#shared/domain/carousel/pacer.ts';
import { startMux } from '../local/mux/start-mux.ts';
import { createEmitter } from '../mux-bridge/src/emitter/emit.ts';
import { createMuxOutput } from '../mux-bridge/src/output/mux-output.ts';
import { median } from './median.ts';
import { percentile } from './percentile.ts';

const counts = [10_000, 100_000, 1_000_000] as const;
const turns = 5;
const emissionsATurn = 200_000;
const sectionOctets = 120;
const kbitS = 100;
const section = Buffer.alloc(sectionOctets, 0x82);
const classes = ['unique', 'unique', 'unique', 'shared', 'global'] as const;

const emm = (id: string, now: number, is_new: boolean, n = 0): CarouselEmm => ({
  id,
  class: classes[n % classes.length] ?? 'unique',
  device: id,
  kind: 'entitlements',
  revision: 1,
  section,
  starts_at: now,
  expires_at: now + 86_400_000 + n,
  is_new,
});

const filled = (count: number, now: number): Carousel => {
  const carousel = createCarousel();
  for (let n = 0; n < count; n += 1) carousel.put(emm(`${n}`, now, false, n), now);
  return carousel;
};

/** Every hundredth emission an EMM comes in place of an older one, and is new. */
const turn = (carousel: Carousel, from: number, round: number): number => {
  const startedAt = performance.now();
  for (let n = 0; n < emissionsATurn; n += 1) {
    carousel.next(from + n / 100);
    if (n % 100 === 0) carousel.put({ ...emm(`${n}`, from, true, n), id: `${round}-${n}`, revision: 2 + round }, from);
  }
  return emissionsATurn / ((performance.now() - startedAt) / 1000);
};

const benchPlanning = (): void => {
  console.log(
    `\nplanning: emissions/s, of which one in a hundred follows an EMM that is replaced; median of ${turns} turns`,
  );
  let first = Number.NaN;
  for (const count of counts) {
    const before = process.memoryUsage().rss;
    const now = Date.now();
    const carousel = filled(count, now);
    const held = (process.memoryUsage().rss - before) / 2 ** 20;
    const rates = Array.from({ length: turns }, (_, round) => turn(carousel, now + round * 10_000, round));
    const rate = median(rates);
    if (Number.isNaN(first)) first = rate;
    const cost = ((1e6 / rate) * 1000).toFixed(0);
    console.log(
      `${`${count}`.padStart(9)} EMMs on air: ${Math.round(rate)}/s, ${cost} ns each, ratio ${(first / rate).toFixed(2)}, ${held.toFixed(0)} MiB`,
    );
  }
};

/** The most octets within any ten seconds. */
const mostWithin = (sent: readonly { at: number; octets: number }[], windowMs: number): number => {
  let [most, used, oldest] = [0, 0, 0];
  for (const { at, octets } of sent) {
    used += octets;
    for (; (sent[oldest]?.at ?? 0) <= at - windowMs; oldest += 1) used -= sent[oldest]?.octets ?? 0;
    most = Math.max(most, used);
  }
  return most;
};

const simulate = (count: number): void => {
  const start = Date.now();
  const carousel = filled(count, start);
  const pacer = createPacer(octetsPerSecond(kbitS, 'section'), 256, start);
  const sent: { at: number; octets: number }[] = [];
  const waits: number[] = [];
  const made = new Map<string, number>();
  let bound = 0;
  for (let at = start; at < start + 60_000; at += 10) {
    if (at % 1_000 < 10 && at < start + 50_000) {
      for (let n = 0; n < 10; n += 1) {
        const id = `new ${at} ${n}`;
        carousel.put(emm(id, at, true, n), at);
        made.set(id, at);
      }
      bound = Math.max(
        bound,
        onAirSeconds(carousel.load, { bandwidth_kbit_s: kbitS, mode: 'section', shares: usualShares }, 0),
      );
    }
    while (pacer.allows(256, at)) {
      const emission = carousel.next(at);
      if (!emission) break;
      pacer.sent(emission.emm.section.length);
      sent.push({ at, octets: emission.emm.section.length });
      const since = made.get(emission.emm.id);
      if (since !== undefined) waits.push((at - since) / 1000);
      made.delete(emission.emm.id);
    }
  }
  const allowed = octetsPerSecond(kbitS, 'section');
  const used = sent.reduce((sum, { octets }) => sum + octets, 0) / (allowed * 60);
  const worst = mostWithin(sent, 10_000) / (allowed * 10);
  console.log(
    `${`${count}`.padStart(9)} EMMs: ${(100 * used).toFixed(2)} % of the allocation, at most ${(100 * worst).toFixed(2)} % within any 10 s; a new EMM was on air after ${percentile(waits, 50).toFixed(2)} s (median), ${Math.max(...waits).toFixed(2)} s (longest; bound ${bound.toFixed(2)} s), ${made.size} not at all`,
  );
};

const benchReal = async (): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  const mux = await startMux({ file: join(directory, 'emm.ts'), caSystemId: 1, bandwidthKbitS: kbitS });
  const ids = { client_id: 0x10001, channel_id: 1, stream_id: 1, data_id: 1 };
  const times = { answerMs: 5_000, quietMs: 30_000, stallMs: 5_000 };
  const output = createMuxOutput(
    { ...mux, ...ids, ...times, version: 3, mode: 'section', packs: true, bandwidth_kbit_s: kbitS, negotiates: true },
    () => undefined,
  );
  while (output.allocation === 0) await sleep(10);
  const world = { wallTime: Date.now, now: () => performance.now(), sent: () => undefined };
  const emitter = createEmitter(filled(10_000, Date.now()), output, world);
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const timer = setInterval(emitter.tick, 10);
  await sleep(10_000);
  clearInterval(timer);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  const used = emitter.octets / (octetsPerSecond(kbitS, 'section') * seconds);
  console.log(
    `\nby the real clock, over TCP to the simulator, ${seconds.toFixed(1)} s: ${(100 * used).toFixed(2)} % of ${kbitS} kbit/s, ${emitter.emissions} EMMs, ${((user + system) / 1e6 / seconds).toFixed(3)} cores with the simulator; the simulator complains of ${mux.faults.length} things`,
  );
  await output.close();
  await mux.stop();
  rmSync(directory, { recursive: true });
};

/** What an emission costs, and how much of the bandwidth is used: `npm run bench -- carousel`. */
export const benchCarousel = async (): Promise<void> => {
  console.log(`${cpus().length} cores (${cpus()[0]?.model}), Node ${process.versions.node}`);
  benchPlanning();
  console.log(`\nbandwidth over 60 s of a clock that is stepped, ${kbitS} kbit/s, ten new EMMs a second`);
  for (const count of counts.slice(0, 2)) simulate(count);
  await benchReal();
};
