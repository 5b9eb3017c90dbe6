import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startSignalbox } from '../local/run/start-signalbox.ts';
import { percentile } from './percentile.ts';
import { createPoster, type Poster } from './poster.ts';
import { type Usage, usageOfAll } from './process-usage.ts';

const connections = 8;
const requiredPerSecond = 100;
const requiredPostMs = 100;

/** Posts so many messages over the connections, each its next as soon as the last was answered; gives milliseconds. */
const postAll = async ({ post }: Poster, count: number): Promise<number[]> => {
  const times: number[] = [];
  let next = 0;
  const connection = async () => {
    for (let n = next++; n < count; n = next++)
      times.push(
        await post('/v1/messages', { to: `+4917${String(n).padStart(8, '0')}9`, text: `Message ${n} of the journey` }),
      );
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return times;
};

interface Progress {
  readonly open: number;
  readonly delivered: number;
}

const untilFinal = async (database: pg.Client, count: number): Promise<void> => {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const { rows } = await database.query<Progress>(
      `SELECT count(*) FILTER (WHERE final_at IS NULL)::int AS open,
         count(*) FILTER (WHERE state = 'DELIVERED')::int AS delivered FROM messages`,
    );
    if (rows[0] && rows[0].open === 0 && rows[0].delivered >= count) return;
    if (performance.now() > deadline) throw new Error(`Not all were delivered: ${JSON.stringify(rows[0])}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const acceptToReceipt = async (database: pg.Client): Promise<number[]> => {
  const { rows } = await database.query<{ ms: number }>(
    `SELECT extract(epoch FROM e.at - m.created_at)::float8 * 1000 AS ms
     FROM messages m JOIN message_events e ON e.message_id = m.id AND e.type = 'RECEIPT'`,
  );
  return rows.map(({ ms }) => ms);
};

const printUsage = (before: readonly Usage[], after: readonly Usage[], seconds: number): void => {
  for (const { name, cpuSeconds, rssMiB } of after) {
    const used = cpuSeconds - (before.find((each) => each.name === name)?.cpuSeconds ?? 0);
    console.log(`${name.padEnd(32)} ${(used / seconds).toFixed(2)} cores, ${rssMiB.toFixed(0)} MiB`);
  }
};

const print = (name: string, times: readonly number[], note = ''): void =>
  console.log(
    `${name.padEnd(32)} p50 ${percentile(times, 50).toFixed(1)} ms, p99 ${percentile(times, 99).toFixed(1)} ms${note}`,
  );

/** Accept to DELIVERED, one message a request, against the whole dev cloud: `npm run bench -- journey [count]`. */
export const benchJourney = async ([countText = '3000']: readonly string[]): Promise<void> => {
  const count = Number(countText);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  const repository = fileURLToPath(new URL('..', import.meta.url));
  const signalbox = await startSignalbox({ repository, dataDirectory, apiPort: 0, say: () => undefined });
  const database = new pg.Client({ connectionString: signalbox.cloud.database.connectionString });
  const poster = createPoster(signalbox.cloud.apiUrl, signalbox.client.apiKey, connections);
  try {
    await database.connect();
    const warmUp = 300;
    await postAll(poster, warmUp);
    await untilFinal(database, warmUp);
    await database.query('DELETE FROM message_events');
    const before = usageOfAll();
    const startedAt = performance.now();
    const times = await postAll(poster, count);
    const acceptedAt = performance.now();
    await untilFinal(database, warmUp + count);
    const seconds = (performance.now() - startedAt) / 1000;
    const rate = count / seconds;
    const [cpu] = cpus();
    console.log(`${cpus().length} cores (${cpu?.model}), Node ${process.versions.node}, fsync on`);
    console.log(`${count} messages posted one by one over ${connections} connections`);
    console.log(
      `${'accept -> DELIVERED'.padEnd(32)} ${rate.toFixed(0)} messages/s, ${(rate / requiredPerSecond).toFixed(1)} times the required ${requiredPerSecond}/s`,
    );
    console.log(`${'accepted'.padEnd(32)} ${(count / ((acceptedAt - startedAt) / 1000)).toFixed(0)} messages/s`);
    print('POST /v1/messages', times, ` (required: below ${requiredPostMs} ms)`);
    print('accept -> receipt', await acceptToReceipt(database));
    printUsage(before, usageOfAll(), seconds);
  } finally {
    poster.close();
    await database.end();
    await signalbox.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
};
