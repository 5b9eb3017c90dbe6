import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectLeases, type Leases } from './leases.ts';

let server: Server;
let client: DynamoDBClient;
let leases: Leases;
let now = 0;
const table = 'leases';

beforeAll(async () => {
  server = dynalite({ createTableMs: 0 });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  client = new DynamoDBClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const create = new CreateTableCommand({
    TableName: table,
    AttributeDefinitions: [{ AttributeName: 'lease_name', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'lease_name', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await client.send(create);
  leases = connectLeases(table, client, () => now);
});
afterAll(() => {
  client.destroy();
  server.close();
});
beforeEach(() => {
  now = 1_800_000_000_000;
});

test('of many who ask at once, one works', async () => {
  let working = 0;
  const ask = (_: unknown, n: number) =>
    leases.withLease('rotate', `holder-${n}`, 60, async () => {
      working += 1;
      await new Promise((done) => setTimeout(done, 200));
      return n;
    });
  const answers = await Promise.all(Array.from({ length: 10 }, ask));
  expect(answers.filter((answer) => answer.outcome === 'done')).toHaveLength(1);
  expect(working).toBe(1);
});

test('a lease given back can be taken at once, in a higher generation', async () => {
  const first = await leases.withLease('again', 'a', 60, async (lease) => lease.generation);
  const second = await leases.withLease('again', 'b', 60, async (lease) => lease.generation);
  expect([first, second]).toEqual([
    { outcome: 'done', result: 1 },
    { outcome: 'done', result: 2 },
  ]);
});

test('a lease is given back when the work throws, and the fault goes on', async () => {
  const work = leases.withLease('thrown', 'a', 60, () => Promise.reject(new Error('broken')));
  await expect(work).rejects.toThrow('broken');
  expect(await leases.acquire('thrown', 'b', 60)).toBeDefined();
});

test('an expired lease is taken only after the margin, and its holder then cannot renew it', async () => {
  const first = await leases.acquire('expiry', 'a', 10);
  now += 11_000;
  expect(await leases.acquire('expiry', 'b', 10)).toBeUndefined();
  now += 1_001;
  const second = await leases.acquire('expiry', 'b', 10);
  expect(second?.generation).toBe(2);
  if (!first) throw new Error('the first was not given');
  expect(await leases.renew(first, 10)).toBeUndefined();
  await leases.release(first);
  expect(await leases.acquire('expiry', 'c', 10)).toBeUndefined();
});

test('a renewed lease is held longer', async () => {
  const lease = await leases.acquire('renewed', 'a', 10);
  if (!lease) throw new Error('it was not given');
  now += 9_000;
  const renewed = await leases.renew(lease, 10);
  expect(renewed).toMatchObject({ generation: lease.generation });
  expect(renewed?.deadline).toBeGreaterThan(lease.deadline);
  now += 9_000;
  expect(await leases.acquire('renewed', 'b', 10)).toBeUndefined();
});

test('the same holder asking again, as the SDK does after a lost answer, is given it', async () => {
  await leases.acquire('twice', 'a', 10);
  expect(await leases.acquire('twice', 'a', 10)).toMatchObject({ holder: 'a' });
});

test('a row says who holds it, until when, and when it may be forgotten', async () => {
  await leases.acquire('row', 'a', 10);
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { lease_name: { S: 'row' } } }));
  expect(Item).toEqual({
    lease_name: { S: 'row' },
    holder: { S: 'a' },
    expires_at: { N: `${now + 10_000}` },
    generation: { N: '1' },
    ttl: { N: `${now / 1_000 + 30 * 24 * 3_600}` },
  });
});
