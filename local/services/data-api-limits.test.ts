import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BeginTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
} from '@aws-sdk/client-rds-data';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { AwsError, ConnectionLost } from './aws-error.ts';
import type { Endpoint } from './aws-json-server.ts';
import { createCredentials } from './credentials.ts';
import { type DataApiFaults, startDataApi } from './data-api.ts';
import type { Call } from './gate.ts';
import { type Postgres, startPostgres } from './postgres.ts';

const target = {
  resourceArn: 'arn:aws:rds:eu-central-1:000000000000:cluster:test',
  secretArn: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:test-Ab3dEf',
  database: 'postgres',
};
const calls: Call[] = [];
const denied = new Set<string>();
const gate = createCredentials((call) => {
  calls.push(call);
  return denied.has(call.action) ? { allowed: false, reason: 'because no policy allows it' } : { allowed: true };
});

let directory: string;
let postgres: Postgres;
let dataApi: Endpoint;
let client: RDSDataClient;
let faults: DataApiFaults = {};

const execute = (sql: string, options: Partial<ExecuteStatementCommandInput> = {}) =>
  client.send(new ExecuteStatementCommand({ ...target, sql, ...options }));
const number = async (sql: string) => (await execute(sql)).records?.[0]?.[0]?.longValue;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-data-api-'));
  postgres = await startPostgres({ directory, durable: false });
  dataApi = await startDataApi({
    gate,
    clusterArn: target.resourceArn,
    loginOf: async (arn) => (arn === target.secretArn ? postgres : undefined),
    faults: { before: async (call) => faults.before?.(call), after: async (call) => faults.after?.(call) },
    callTimeoutMilliseconds: 300,
    transactionIdleMilliseconds: 300,
    connections: 4,
  });
  client = new RDSDataClient({
    endpoint: dataApi.url,
    region: 'eu-central-1',
    credentials: gate.issue('role/test'),
    maxAttempts: 1,
  });
  await execute('CREATE TABLE marks (n int)');
});
afterEach(() => {
  faults = {};
  denied.clear();
});
afterAll(async () => {
  await dataApi.stop();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
});

test('more calls at once than connections, all of types never seen, are all answered', async () => {
  const all = Array.from({ length: 20 }, () => execute(`SELECT ARRAY['a'], 1.5, inet '127.0.0.1'`));
  expect(await Promise.all(all)).toHaveLength(20);
});

test('a call that takes too long is stopped in the database too', async () => {
  await expect(execute('SELECT pg_sleep(60)')).rejects.toMatchObject({ name: 'StatementTimeoutException' });
  const running = () =>
    number(`SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'`);
  // It is cancelled at once, and PostgreSQL tells of it a little later.
  await expect.poll(running, { timeout: 5_000 }).toBe(0);
});

test('a statement that may continue after the timeout does so', async () => {
  const slow = `INSERT INTO marks SELECT 7 FROM pg_sleep(0.6)`;
  await expect(execute(slow, { continueAfterTimeout: true })).rejects.toMatchObject({
    name: 'StatementTimeoutException',
  });
  await expect.poll(() => number('SELECT count(*) FROM marks WHERE n = 7'), { timeout: 5000 }).toBe(1);
});

test('a transaction left alone is rolled back', async () => {
  const { transactionId } = await client.send(new BeginTransactionCommand(target));
  await execute('LOCK TABLE marks', { transactionId });
  await expect.poll(() => number(`SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'`)).toBe(0);
  await expect(execute('SELECT 1', { transactionId })).rejects.toMatchObject({ name: 'TransactionNotFoundException' });
});

test('a fault before a call leaves nothing done, one after it comes too late', async () => {
  faults = { before: async () => Promise.reject(new AwsError('ServiceUnavailableError', 'later', 503)) };
  await expect(execute('INSERT INTO marks VALUES (1)')).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
  faults = { after: async ({ sql }) => (sql?.startsWith('INSERT') ? Promise.reject(new ConnectionLost()) : undefined) };
  await expect(execute('INSERT INTO marks VALUES (2)')).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(await number('SELECT count(*) FROM marks WHERE n = 1')).toBe(0);
  expect(await number('SELECT count(*) FROM marks WHERE n = 2')).toBe(1);
});

test('a database that is away is a fault of the service, and calls go on when it is back', async () => {
  await postgres.kill();
  await expect(execute('SELECT 1')).rejects.toMatchObject({
    name: 'DatabaseUnavailableException',
    $metadata: { httpStatusCode: 504 },
  });
  await postgres.restart();
  expect(await number('SELECT 1')).toBe(1);
});

test('a crash in the middle of calls fails each of them and hangs none', async () => {
  const running = Promise.allSettled(Array.from({ length: 8 }, () => execute('SELECT pg_sleep(0.2)')));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await postgres.kill();
  expect(new Set((await running).map(({ status }) => status))).toEqual(new Set(['rejected']));
  await postgres.restart();
  expect(await number('SELECT 1')).toBe(1);
});

test('a request above 4 MiB is refused', async () => {
  const parameters = [{ name: 'big', value: { stringValue: 'x'.repeat(4 * 1024 * 1024) } }];
  await expect(execute('SELECT length(:big)', { parameters })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 413 },
  });
});

test('both the cluster and the secret must be allowed', async () => {
  calls.length = 0;
  await execute('SELECT 1');
  expect(calls.map(({ principal, action, resource }) => [principal, action, resource])).toEqual([
    ['role/test', 'rds-data:ExecuteStatement', target.resourceArn],
    ['role/test', 'secretsmanager:GetSecretValue', target.secretArn],
  ]);
  denied.add('secretsmanager:GetSecretValue');
  await expect(execute('SELECT 1')).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`secretsmanager:GetSecretValue on resource: ${target.secretArn}`),
  });
});
