import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BindSlotTable, bindSlotTerms, connectBindSlots } from './bind-slots.ts';

let server: Server;
let client: DynamoDBClient;
let slots: BindSlotTable;
let now = 0;
const table = 'bindslots';

beforeAll(async () => {
  server = dynalite({ createTableMs: 0 });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  client = new DynamoDBClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: table,
      AttributeDefinitions: [{ AttributeName: 'provider_name', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'provider_name', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  slots = connectBindSlots(table, client, bindSlotTerms, () => now);
});
afterAll(() => {
  client.destroy();
  server.close();
});
beforeEach(() => {
  now = 1_800_000_000_000;
});

test('of many tasks that ask at once each slot goes to one', async () => {
  const ask = (_: unknown, n: number) =>
    slots.settle('crowded', { task: `task-${n}`, binds: 3, keeps: [], leaves: false });
  const answers = await Promise.all(Array.from({ length: 6 }, ask));
  const held = answers.flatMap((answer) => answer.held);
  expect(held.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test('the holder must be done before the table lets another in', async () => {
  const asked = performance.now();
  const { held, deadline } = await slots.settle('quiet', { task: 'a', binds: 1, keeps: [], leaves: false });
  expect(held).toEqual([1]);
  expect(deadline - performance.now()).toBeLessThanOrEqual((bindSlotTerms.leaseMs * 5) / 6);
  expect(deadline).toBeGreaterThanOrEqual(asked + (bindSlotTerms.leaseMs * 5) / 6);
  const wish = { task: 'b', binds: 1, keeps: [], leaves: false };
  now += bindSlotTerms.leaseMs;
  expect((await slots.settle('quiet', wish)).held).toEqual([]);
  now += bindSlotTerms.marginMs + 1;
  expect((await slots.settle('quiet', wish)).held).toEqual([1]);
});

test('providers have slots of their own', async () => {
  const wish = { task: 'a', binds: 1, keeps: [], leaves: false };
  expect((await slots.settle('one', wish)).held).toEqual([1]);
  expect((await slots.settle('two', wish)).held).toEqual([1]);
});
