import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from './aws-json-server.ts';
import { createCredentials } from './credentials.ts';
import type { Call } from './gate.ts';
import { startTables } from './tables.ts';

const calls: Call[] = [];
const denied = new Set<string>();
const gate = createCredentials((call) => {
  calls.push(call);
  return denied.has(call.action) ? { allowed: false, reason: 'because no policy allows it' } : { allowed: true };
});
let directory: string;
let service: Endpoint;
let client: DynamoDBClient;

const start = async () => {
  service = await startTables({ gate, directory });
  client = connect();
};
const connect = (credentials = gate.issue('role/test')) =>
  new DynamoDBClient({ endpoint: service.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
const createTable = (TableName: string) =>
  client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
const active = async (TableName: string) => {
  const described = async () => (await client.send(new DescribeTableCommand({ TableName }))).Table;
  await expect.poll(async () => (await described())?.TableStatus).toBe('ACTIVE');
  return described();
};
const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-tables-'));
  await start();
  await createTable('things');
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true, force: true });
});

test('a table has an ARN of the account and region, and the environment stays as it was', async () => {
  expect((await active('things'))?.TableArn).toBe('arn:aws:dynamodb:eu-central-1:000000000000:table/things');
  expect(process.env.AWS_ACCOUNT_ID).toBeUndefined();
});

test('conditional writes let one of two through', async () => {
  await active('things');
  const put = () =>
    client.send(
      new PutItemCommand({ TableName: 'things', Item: key('once'), ConditionExpression: 'attribute_not_exists(pk)' }),
    );
  const outcomes = await Promise.allSettled([put(), put()]);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(refused?.reason).toMatchObject({ name: 'ConditionalCheckFailedException' });
});

test('concurrent counting loses nothing', async () => {
  await active('things');
  const count = () =>
    client.send(
      new UpdateItemCommand({
        TableName: 'things',
        Key: key('counter'),
        UpdateExpression: 'ADD #n :one',
        ExpressionAttributeNames: { '#n': 'n' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  await Promise.all(Array.from({ length: 50 }, count));
  const { Item } = await client.send(new GetItemCommand({ TableName: 'things', Key: key('counter') }));
  expect(Item?.n).toEqual({ N: '50' });
});

test('a query gives its own table and key only, in order', async () => {
  await createTable('others');
  await active('others');
  const items = (TableName: string, names: string[]) => ({
    [TableName]: names.map((sk) => ({ PutRequest: { Item: { pk: { S: 'q' }, sk: { S: sk } } } })),
  });
  const RequestItems = { ...items('things', ['b', 'a', 'c']), ...items('others', ['d']) };
  await client.send(new BatchWriteItemCommand({ RequestItems }));
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'things',
      KeyConditionExpression: 'pk = :p AND sk > :a',
      ExpressionAttributeValues: { ':p': { S: 'q' }, ':a': { S: 'a' } },
    }),
  );
  expect(Items?.map(({ sk }) => sk?.S)).toEqual(['b', 'c']);
});

test('tables outlive a restart', async () => {
  await client.send(new PutItemCommand({ TableName: 'things', Item: key('kept') }));
  await service.stop();
  await start();
  const { Item } = await client.send(new GetItemCommand({ TableName: 'things', Key: key('kept') }));
  expect(Item).toEqual(key('kept'));
});

test('the gate is asked for every table of a batch, and refuses by name', async () => {
  calls.length = 0;
  denied.add('dynamodb:BatchWriteItem');
  const RequestItems = { things: [{ PutRequest: { Item: key('denied') } }] };
  await expect(client.send(new BatchWriteItemCommand({ RequestItems }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  denied.clear();
  expect(calls).toMatchObject([
    {
      principal: 'role/test',
      action: 'dynamodb:BatchWriteItem',
      resource: 'arn:aws:dynamodb:eu-central-1:000000000000:table/things',
    },
  ]);
});

test('a key nobody was issued is not recognized', async () => {
  const stranger = connect({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' });
  await expect(stranger.send(new DescribeTableCommand({ TableName: 'things' }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});
