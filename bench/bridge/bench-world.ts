import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { startSignalbox } from '../../local/run/start-signalbox.ts';
import type { Smsc } from '../../local/smsc/start-smsc.ts';
import type { Priority } from '../../shared/contracts/queue-messages.ts';
import { inspectQueues } from '../../test/support/queue-inspector.ts';
import { until } from '../../test/support/until.ts';
import { createPoster } from '../poster.ts';
import { type BridgeTasks, createBridgeTasks } from './bridge-tasks.ts';
import { type CallCounter, countBridgeCalls } from './count-calls.ts';

/** The account at the SMSC, whatever the number of tasks. */
export const account = { binds: 2, window: 50 };

/** The dev cloud, whose bridge has as many tasks as are asked for, and what the parts of this benchmark do with them. */
export interface BenchWorld {
  readonly smsc: Smsc;
  readonly calls: CallCounter;
  readonly bridge: BridgeTasks;
  /** Accepts so many in batches, and resolves when they are on their queue, or taken from it. */
  accept(count: number, priority: Priority): Promise<void>;
  /** Accepts one; gives its destination. */
  acceptOne(priority: Priority): Promise<{ readonly destination: string; readonly milliseconds: number }>;
  /** What lies in the queue of deliveries, received and not yet deleted included. */
  depth(priority: Priority): Promise<number>;
  /** Resolves when everything accepted was delivered to the SMSC and written down, so that nothing is left to be done. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const batchSize = 1_000;
const connections = 2;
const fiveMinutes = { withinMs: 300_000 };

const startCloud = async (calls: CallCounter, dataDirectory: string) => {
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const options = { repository, dataDirectory, apiPort: 0, faults: calls, say: () => undefined };
  const { smsc, ...signalbox } = await startSignalbox(options);
  if (!smsc) throw new Error('It runs against a real SMSC');
  // Receipts are no part of what is measured: they come when all is over.
  smsc.behave({ receiptDelayMs: 3_600_000 });
  return { ...signalbox, smsc };
};

const connectDatabase = async (connectionString: string): Promise<pg.Client> => {
  const database = new pg.Client({ connectionString });
  await database.connect();
  await database.query(
    `UPDATE providers SET settings = settings || $1, revision = revision + 1 WHERE name = 'primary'`,
    [JSON.stringify(account)],
  );
  return database;
};

export const startBenchWorld = async (): Promise<BenchWorld> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
  const calls = countBridgeCalls();
  const { cloud, client, smsc, stop } = await startCloud(calls, dataDirectory);
  const database = await connectDatabase(cloud.database.connectionString);
  const poster = createPoster(cloud.apiUrl, client.apiKey, connections);
  const { sqs: endpoint } = cloud.endpoints;
  const credentials = cloud.operatorCredentials;
  const sqs = new SQSClient({ region: 'eu-central-1', endpoint, credentials, useQueueUrlAsEndpoint: false });
  const queues = inspectQueues({ sqs, cloud });
  const depth = (priority: Priority): Promise<number> => queues.depth(`deliveries-${priority}`);
  let accepted = 0;
  const next = (priority: Priority) => {
    const to = `+4917${String(accepted++).padStart(8, '0')}9`;
    return { to, priority, text: `Message ${accepted} of the bridge's benchmark` };
  };
  const bridge = createBridgeTasks(cloud, smsc);
  return {
    smsc,
    calls,
    bridge,
    depth,
    accept: async (count, priority) => {
      let left = count;
      const connection = async () => {
        while (left > 0) {
          const size = Math.min(batchSize, left);
          left -= size;
          await poster.post('/v1/messages/batch', { messages: Array.from({ length: size }, () => next(priority)) });
        }
      };
      await Promise.all(Array.from({ length: connections }, connection));
    },
    acceptOne: async (priority) => {
      const message = next(priority);
      return { destination: message.to.slice(1), milliseconds: await poster.post('/v1/messages', message) };
    },
    settled: async () => {
      const unsent = `SELECT count(*)::int AS count FROM messages WHERE state <> 'SENT'`;
      await until(
        'every message is written down as sent',
        async () => (await database.query<{ count: number }>(unsent)).rows[0]?.count === 0,
        fiveMinutes,
      );
    },
    stop: async () => {
      poster.close();
      await bridge.stop();
      sqs.destroy();
      await database.end();
      await stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
};
