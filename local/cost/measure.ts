import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Measurement, Phase } from '../../infra/cost/measurement.ts';
import type { Say } from '../run/say.ts';
import { type Signalbox, startSignalbox } from '../run/start-signalbox.ts';
import { type CallCounter, createCallCounter } from './count-calls.ts';
import { followLogs } from './read-log-growth.ts';

const idleSeconds = 20;
/** Even flows of 0.1 and 1, of 10 and of 100 million messages a month: 0.04 and 0.4, 3.8, 38 a second. */
const plans = [
  { rate: null, messages: 8 },
  { rate: 4, messages: 40 },
  { rate: 40, messages: 400 },
] as const;

interface Run {
  readonly signalbox: Signalbox;
  readonly counter: CallCounter;
  readonly database: pg.Client;
  readonly growth: ReturnType<typeof followLogs>;
  readonly metrics: Set<string>;
}

const attempts = 4;

/** As a client does: what was answered 5xx, for want of a machine that keeps up, is asked again under the same key. */
const post = async ({ signalbox: { cloud, client } }: Run, n: number): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(new URL('/v1/messages', cloud.apiUrl), {
      method: 'POST',
      headers: { 'x-api-key': client.apiKey, 'content-type': 'application/json', 'idempotency-key': `count-${n}` },
      body: JSON.stringify({ to: `+4917${String(n).padStart(8, '0')}9`, text: `Message ${n} of the count` }),
    });
    const text = await response.text();
    if (response.status === 202) return;
    if (response.status < 500 || attempt === attempts)
      throw new Error(`POST /v1/messages was answered ${response.status}: ${text}`);
    await sleep(500 * attempt);
  }
};

/** Until all are final and called back: only then are all their calls made. */
const untilDone = async ({ database }: Run): Promise<void> => {
  const deadline = performance.now() + 90_000;
  for (;;) {
    const { rows } = await database.query<{ readonly open: number }>(
      `SELECT (SELECT count(*) FROM messages WHERE final_at IS NULL)::int
         + (SELECT count(*) FROM callbacks WHERE state = 'PENDING')::int AS open`,
    );
    if (rows[0]?.open === 0) return;
    if (performance.now() > deadline) throw new Error(`${rows[0]?.open} messages or callbacks are not done.`);
    await sleep(50);
  }
};

const sizeOf = async ({ database }: Run): Promise<number> => {
  const { rows } = await database.query<{ readonly bytes: string }>(
    'SELECT pg_database_size(current_database()) AS bytes',
  );
  return Number(rows[0]?.bytes);
};

/** Posts as many at that rate, whether or not those before were answered; without a rate each waits for the one before. */
const sendAll = async (run: Run, { rate, messages }: (typeof plans)[number], from: number): Promise<void> => {
  if (rate === null) {
    for (let n = 0; n < messages; n += 1) {
      await post(run, from + n);
      await untilDone(run);
    }
    return;
  }
  const begin = performance.now();
  const posts: Promise<void>[] = [];
  for (let n = 0; n < messages; n += 1) {
    await sleep(Math.max(0, begin + (1000 * n) / rate - performance.now()));
    posts.push(post(run, from + n));
  }
  await Promise.all(posts);
  await untilDone(run);
};

const measurePhase = async (run: Run, plan: (typeof plans)[number], from: number): Promise<Phase> => {
  const before = await sizeOf(run);
  run.growth();
  run.counter.take();
  const begin = performance.now();
  await sendAll(run, plan, from);
  // The last deletes of the queues follow the callbacks.
  await sleep(1_500);
  const seconds = (performance.now() - begin) / 1000;
  const calls = run.counter.take();
  const { bytes, metrics } = run.growth();
  for (const metric of metrics) run.metrics.add(metric);
  const grown = Math.max(0, (await sizeOf(run)) - before);
  return { ...plan, seconds: Number(seconds.toFixed(1)), calls, log_bytes: bytes, database_bytes: grown };
};

const measureIdle = async ({ counter }: Run): Promise<Measurement['idle']> => {
  counter.take();
  await sleep(1000 * idleSeconds);
  return { seconds: idleSeconds, calls: tasksOnly(counter.take()) };
};

/** Schedules are counted apart, by the run, and Lambda's pollers ask in another way than those here. */
const tasksOnly = (calls: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(calls).filter(([key]) => /^(smpp|mux)-bridge /.test(key)));

const measureSchedules = async ({ signalbox: { cloud }, counter }: Run): Promise<Measurement['schedules']> => {
  const schedules: Record<string, Record<string, number>> = {};
  for (const schedule of cloud.scheduleNames) {
    const name = schedule.replace('signalbox-local-', '');
    counter.take();
    await cloud.runSchedule(schedule);
    schedules[name] = Object.fromEntries(Object.entries(counter.take()).filter(([key]) => key.startsWith(`${name} `)));
  }
  return schedules;
};

/** Told after each phase: what was counted so far is kept, should a machine not keep up with the next rate. */
type Keep = (measurement: Measurement) => void;

const measureAll = async (run: Run, say: Say, keep: Keep): Promise<void> => {
  // Whatever is read once, such as secrets, is read before anything is counted.
  for (let n = 0; n < 5; n += 1) await post(run, n);
  await untilDone(run);
  say(`nothing is sent for ${idleSeconds} s`);
  const idle = await measureIdle(run);
  const schedules = await measureSchedules(run);
  const phases: Phase[] = [];
  for (const [i, plan] of plans.entries()) {
    say(`${plan.messages} messages, ${plan.rate === null ? 'one by one' : `${plan.rate} a second`}`);
    phases.push(await measurePhase(run, plan, 10_000 * (i + 1)));
    keep({
      measured_at: new Date().toISOString().slice(0, 10),
      node: process.versions.node,
      idle,
      schedules,
      custom_metrics: run.metrics.size,
      phases,
    });
  }
};

/** Runs Signalbox, sends it messages at several rates, and counts what its programs ask of AWS. */
export const measure = async (say: Say, keep: Keep): Promise<void> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'signalbox-cost-'));
  const counter = createCallCounter();
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const signalbox = await startSignalbox({ repository, dataDirectory, apiPort: 0, fsync: false, faults: counter, say });
  const database = new pg.Client({ connectionString: signalbox.cloud.database.connectionString });
  try {
    await database.connect();
    const growth = followLogs(signalbox.cloud.logDirectory);
    await measureAll({ signalbox, counter, database, growth, metrics: new Set() }, say, keep);
  } finally {
    await database.end();
    await signalbox.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
};
