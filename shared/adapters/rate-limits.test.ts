import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Gate } from '../../local/services/gate.ts';
import { startTables } from '../../local/services/tables.ts';
import { connectRateLimits, type RateLimits } from './rate-limits.ts';

const gate: Gate = { identify: () => 'test', authorize: () => ({ allowed: true }) };
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'k' };

let tables: Awaited<ReturnType<typeof startTables>>;
let client: DynamoDBClient;
let calls: number;
let now: number;
let bucketNumber = 0;
let name: string;

beforeAll(async () => {
  tables = await startTables({ gate });
  client = new DynamoDBClient({ endpoint: tables.url, region: 'eu-central-1', credentials });
  client.middlewareStack.add(
    (next) => async (args) => {
      calls += 1;
      return next(args);
    },
    { step: 'initialize' },
  );
  await client.send(
    new CreateTableCommand({
      TableName: 'limits',
      KeySchema: [{ AttributeName: 'bucket_name', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'bucket_name', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
});
afterAll(async () => {
  client.destroy();
  await tables.stop();
});
beforeEach(() => {
  now = Date.UTC(2026, 10, 21);
  calls = 0;
  bucketNumber += 1;
  name = `bucket-${bucketNumber}`;
});

const instance = (): RateLimits => connectRateLimits('limits', client, () => now);
const bucket = { ratePerSecond: 10, burst: 5 };

const takeMany = async (limits: RateLimits, times: number) => {
  const said = [];
  for (let n = 0; n < times; n += 1) said.push(await limits.take(name, bucket));
  return said;
};

test('a burst passes, the next request is told when it will', async () => {
  const said = await takeMany(instance(), 6);
  expect(said.map(({ fill }) => fill.remaining)).toEqual([4, 3, 2, 1, 0, 0]);
  expect(said.map(({ outcome }) => outcome)).toEqual([...Array(5).fill('admitted'), 'limited']);
  expect(said[5]).toMatchObject({ retryAfterSeconds: 1, fill: { limit: 5 } });
});

test('a request is one write, whether the bucket is in use or full again', async () => {
  const limits = instance();
  await takeMany(limits, 4);
  expect(calls).toBe(4);
  now += 60_000;
  await takeMany(limits, 4);
  expect(calls).toBe(8);
});

test('a bucket known to be too full is refused without asking', async () => {
  const limits = instance();
  await takeMany(limits, 5);
  calls = 0;
  expect(await limits.take(name, bucket)).toMatchObject({ outcome: 'limited' });
  expect(calls).toBe(0);
});

test('what Retry-After says is true', async () => {
  const limits = instance();
  const refused = (await takeMany(limits, 6))[5];
  now += refused?.outcome === 'limited' ? refused.retryAfterSeconds * 1000 : 0;
  expect(await limits.take(name, bucket)).toMatchObject({ outcome: 'admitted' });
});

test('instances share the bucket: however many ask at once, no more than the burst passes', async () => {
  const said = await Promise.all(Array.from({ length: 30 }, () => instance().take(name, bucket)));
  expect(said.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(5);
});

test('an instance that never saw the bucket is refused too, and knows for how long', async () => {
  await takeMany(instance(), 5);
  expect(await instance().take(name, bucket)).toMatchObject({ outcome: 'limited', retryAfterSeconds: 1 });
});
