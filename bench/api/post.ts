import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Signalbox, startSignalbox } from '../../local/run/start-signalbox.ts';
import { createPoster, type Poster } from '../poster.ts';
import { closedLoop, describe, type Measured, openLoop } from './load.ts';

const seconds = 6;
const requiredPerSecond = 100;

const numberOf = (n: number): string => `+4917${String(n % 1e8).padStart(8, '0')}9`;
const messageOf = (n: number) => ({ to: numberOf(n), text: `Message ${n} of the benchmark` });

/** What waits for its hour is accepted, and nothing else is done for it: the figure is that of accepting alone. */
const later = () => ({ send_at: new Date(Date.now() + 3_600_000).toISOString() });

/** Messages under way would take part in what is measured next. */
const untilDelivered = async (database: pg.Client): Promise<void> => {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const { rows } = await database.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM messages WHERE final_at IS NULL AND state <> 'SCHEDULED'`,
    );
    if (rows[0]?.open === 0) return;
    if (performance.now() > deadline) throw new Error(`${rows[0]?.open} messages are not delivered`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

const addCredit = async ({ cloud, client }: Signalbox): Promise<void> => {
  const answer = await fetch(`${cloud.apiUrl}/v1/admin/clients/${client.clientId}/credits`, {
    method: 'POST',
    headers: { 'x-api-key': client.adminApiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ amount_cents: 1_000_000_000, kind: 'top_up', reason: 'benchmark' }),
  });
  if (!answer.ok) throw new Error(`The credit was answered ${answer.status}`);
};

const print = (name: string, measured: Measured, each = 1): void =>
  console.log(`${name.padEnd(44)} ${describe(measured, each)}`);

const oneByOne = async (post: Poster['post'], database: pg.Client): Promise<number> => {
  const now = (n: number) => post('/v1/messages', messageOf(n));
  const scheduled = (n: number) => post('/v1/messages', { ...messageOf(n), ...later() });
  // Function instances are started one after the other, and each has its own JIT to warm.
  await closedLoop(16, 8, now);
  await untilDelivered(database);
  console.log('\nPOST /v1/messages, and all of the delivery beside it');
  for (const connections of [8, 32]) {
    print(`${connections} connections`, await closedLoop(connections, seconds, now));
    await untilDelivered(database);
  }
  print(`${requiredPerSecond}/s, from when each was due`, await openLoop(requiredPerSecond, seconds, now));
  await untilDelivered(database);
  console.log('\nPOST /v1/messages with send_at: accepted, not yet sent');
  const rates: number[] = [];
  for (const connections of [8, 32]) {
    const measured = await closedLoop(connections, seconds, scheduled);
    print(`${connections} connections`, measured);
    rates.push(measured.perSecond);
  }
  return Math.max(...rates);
};

const inBatches = async (post: Poster['post'], alone: number): Promise<void> => {
  console.log(
    '\nPOST /v1/messages/batch with send_at over 8 connections: messages a second, and how long a batch took',
  );
  for (const size of [10, 100, 1_000]) {
    const batch = (n: number) =>
      post('/v1/messages/batch', {
        messages: Array.from({ length: size }, (_, i) => ({ ...messageOf(n * size + i), ...later() })),
      });
    const measured = await closedLoop(8, seconds, batch);
    print(`of ${size}`, measured, size);
    console.log(`${''.padEnd(44)} ${((size * measured.perSecond) / alone).toFixed(1)} times one by one`);
  }
};

/** Through the dev cloud's gateway, authorizer, serve-api and Data API, with everything else running beside them. */
export const benchPost = async (): Promise<void> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const signalbox = await startSignalbox({ repository, dataDirectory, apiPort: 0, say: () => undefined });
  const database = new pg.Client({ connectionString: signalbox.cloud.database.connectionString });
  const poster = createPoster(signalbox.cloud.apiUrl, signalbox.client.apiKey, 64);
  try {
    await database.connect();
    await addCredit(signalbox);
    await inBatches(poster.post, await oneByOne(poster.post, database));
  } finally {
    poster.close();
    await database.end();
    await signalbox.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
};
