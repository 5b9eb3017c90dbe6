import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevCloud, type DevCloudOptions, startDevCloud } from './dev-cloud.ts';
import { writeFixtureAssembly } from './fixture-assembly.ts';
import { writeShop } from './fixture-shop.ts';

const assemblyDirectory = writeShop();
const fresh = (): string => mkdtempSync(join(tmpdir(), 'signalbox-cloud-'));
const options = (dataDirectory: string, more: Partial<DevCloudOptions> = {}): DevCloudOptions => ({
  assemblyDirectory,
  dataDirectory,
  apiPort: 0,
  fsync: false,
  secrets: { 'shop/carrier': { host: '127.0.0.1', port: 2775 } },
  say: () => undefined,
  ...more,
});

const clientOf = (cloud: DevCloud, endpoint: string) => ({
  region: 'eu-central-1',
  endpoint,
  credentials: cloud.operatorCredentials,
});

const secretOf = async (cloud: DevCloud, id: string): Promise<Record<string, unknown>> => {
  const client = new SecretsManagerClient(clientOf(cloud, cloud.endpoints.secretsManager));
  const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: id }));
  return JSON.parse(SecretString) as Record<string, unknown>;
};

const keyIdOf = async (cloud: DevCloud): Promise<string | undefined> => {
  const client = new KMSClient(clientOf(cloud, cloud.endpoints.kms));
  return (await client.send(new DescribeKeyCommand({ KeyId: 'alias/shop' }))).KeyMetadata?.KeyId;
};

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

describe('an assembly that runs', () => {
  let cloud: DevCloud;
  const lines: string[] = [];
  beforeAll(async () => {
    cloud = await startDevCloud(options(fresh(), { say: (line) => lines.push(line) }));
  });
  afterAll(() => cloud.stop());

  test('a request goes through the gateway into a function with the environment of the template', async () => {
    const response = await fetch(`${cloud.apiUrl}/hello`);
    expect(await response.json()).toMatchObject({
      name: 'hello',
      queue: cloud.queueUrl('shop-orders'),
      answer: 'Create',
      sqs: cloud.endpoints.sqs,
      database: cloud.endpoints.rdsData,
    });
  });

  test('a message in the queue reaches the function that the mapping names', async () => {
    const sqs = new SQSClient({ ...clientOf(cloud, cloud.endpoints.sqs), useQueueUrlAsEndpoint: false });
    await sqs.send(new SendMessageCommand({ QueueUrl: cloud.queueUrl('orders'), MessageBody: 'order 1' }));
    const log = () => readFileSync(join(cloud.logDirectory, 'shop-work.log'), 'utf8');
    await expect.poll(log, { timeout: 10_000 }).toMatch(/worked on order 1/);
  });

  test('a schedule can be run by hand', async () => {
    expect(await cloud.runSchedule('nightly')).toMatchObject({ statusCode: 200 });
  });

  test('an SDK client invokes a function over HTTP', async () => {
    const client = new LambdaClient(clientOf(cloud, cloud.endpoints.lambda));
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName: 'shop-serve', Payload: Buffer.from('{}') }),
    );
    expect(FunctionError).toBeUndefined();
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toMatchObject({ statusCode: 200 });
    const unknown = client.send(new InvokeCommand({ FunctionName: 'shop-nobody' }));
    await expect(unknown).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('the task runs on a port of its own', async () => {
    const [task] = cloud.services['shop-bridge']?.tasks() ?? [];
    await expect.poll(() => answers(task?.ports[8080] ?? 0), { timeout: 10_000 }).toBe(true);
  });

  test("secrets hold what was given over the template's placeholder, and the database's place", async () => {
    expect(await secretOf(cloud, 'shop/carrier')).toMatchObject({ host: '127.0.0.1', port: 2775 });
    expect(await secretOf(cloud, cloud.database.secretArn)).toMatchObject({ username: 'shop', dbname: 'shop' });
  });

  test('every function has credentials of its own, and its role is kept with its policies', async () => {
    const serve = (await (await fetch(`${cloud.apiUrl}/x`)).json()) as { key: string };
    expect(serve.key).not.toBe(cloud.operatorCredentials.accessKeyId);
    const [kept] = cloud.roles.values();
    expect(kept).toMatchObject({ name: 'shop-role', statements: [{ Action: 'sqs:*' }, { Effect: 'Allow' }] });
  });

  test('a name that nothing has is answered with those there are', async () => {
    await expect(cloud.invoke('nobody', {})).rejects.toThrow(/no function nobody.*shop-serve/);
  });

  test('each step is said', () => {
    expect(lines.join('\n')).toMatch(/PostgreSQL.*data: \d+ resources.*program: \d+ resources.*shop-bridge runs/s);
  });
});

test('keys, secrets and the database are the same after a restart, and a custom resource is then updated', async () => {
  const directory = fresh();
  const first = await startDevCloud(options(directory));
  const before = {
    key: await keyIdOf(first),
    login: await secretOf(first, 'shop/database'),
    arn: first.database.secretArn,
  };
  const client = new pg.Client({ connectionString: first.database.connectionString });
  await client.connect();
  await client.query('CREATE TABLE kept AS SELECT 42 AS answer');
  await client.end();
  await first.stop();
  const second = await startDevCloud(options(directory));
  const after = {
    key: await keyIdOf(second),
    login: await secretOf(second, 'shop/database'),
    arn: second.database.secretArn,
  };
  const again = new pg.Client({ connectionString: second.database.connectionString });
  await again.connect();
  const { rows } = await again.query('SELECT answer FROM kept');
  await again.end();
  const served = (await (await fetch(`${second.apiUrl}/x`)).json()) as { answer: string };
  await second.stop();
  expect({ ...after, login: { ...after.login, port: 0 } }).toEqual({ ...before, login: { ...before.login, port: 0 } });
  expect(rows).toEqual([{ answer: 42 }]);
  expect(served.answer).toBe('Update');
});

test('after a stop no port and no task is left', async () => {
  const cloud = await startDevCloud(options(fresh()));
  const [task] = cloud.services['shop-bridge']?.tasks() ?? [];
  const ports = [cloud.apiUrl, ...Object.values(cloud.endpoints)].map((url) => Number(new URL(url).port));
  await cloud.stop();
  for (const port of ports) expect(await answers(port)).toBe(false);
  expect(() => process.kill(task?.pid ?? 0, 0)).toThrow();
});

test('a custom resource that fails stops the start with its reason, and what ran is stopped', async () => {
  const lines: string[] = [];
  const started = startDevCloud(
    options(fresh(), { parameters: { FailMigration: 'yes' }, say: (line) => lines.push(line) }),
  );
  await expect(started).rejects.toThrow(/data\/Migration \(Custom::Migration\) failed: the table is odd/);
  const port = Number(/port (\d+)/.exec(lines[0] ?? '')?.[1]);
  const socketFree = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve, reject) => socketFree.once('listening', resolve).once('error', reject));
  socketFree.close();
});

test('a taken port is named before anything is started', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const address = taken.address();
  const apiPort = typeof address === 'object' && address ? address.port : 0;
  const lines: string[] = [];
  const started = startDevCloud(options(fresh(), { apiPort, say: (line) => lines.push(line) }));
  await expect(started).rejects.toThrow(new RegExp(`Port ${apiPort} .* is taken.*PORT=`));
  expect(lines).toEqual([]);
  taken.close();
});

test('a property that the dev cloud does not know stops the start, named with its resource', async () => {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', Colour: 'blue' } };
  const odd = writeFixtureAssembly({ odd: { template: { Resources: { Queue: queue } } } });
  const started = startDevCloud(options(fresh(), { assemblyDirectory: odd }));
  await expect(started).rejects.toThrow(/odd\/Queue \(AWS::SQS::Queue\) is not understood.*Colour/s);
});
