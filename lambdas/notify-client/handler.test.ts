import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createSqsClient, receive } from '#shared/adapters/queues.ts';
import { connectSmallSecrets } from '#shared/adapters/small-secrets.ts';
import { verifyCallback } from '#shared/domain/callback-signature.ts';
import type { Endpoint } from '../../local/services/aws-json-server.ts';
import type { Gate } from '../../local/services/gate.ts';
import { startKms } from '../../local/services/kms.ts';
import { startQueues } from '../../local/services/queues.ts';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.ts';

const gate: Gate = { identify: () => 'test', authorize: () => ({ allowed: true }) };
const clientId = v7();
const secret = 'whsec_1234567890';

let database: TestDatabase;
let endpoints: Endpoint[];
let deadLetters: string;
let origin: string;
let status: number;
let received: { readonly path: string; readonly signature: string; readonly body: string }[];
let handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

const receiver = createServer((request, response) => {
  void text(request).then((body) => {
    const signature = request.headers['signalbox-signature'];
    received.push({ path: request.url ?? '', signature: String(signature), body });
    response.writeHead(status).end();
  });
});

const setEnvironment = async (kms: Endpoint, queues: Endpoint) => {
  const { accessKeyId, secretAccessKey } = await database.client.config.credentials();
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_RDS_DATA: database.dataApiUrl,
    AWS_ENDPOINT_URL_KMS: kms.url,
    AWS_ENDPOINT_URL_SQS: queues.url,
    DATABASE_CLUSTER_ARN: database.clusterArn,
    DATABASE_SECRET_ARN: database.secretArn,
    DATABASE_NAME: database.databaseName,
    CALLBACK_EXEMPT_ORIGINS: origin,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
};

beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const [kms, queues] = await Promise.all([startKms({ gate }), startQueues({ gate })]);
  endpoints = [kms, queues];
  await setEnvironment(kms, queues);
  const { KeyMetadata } = await new KMSClient().send(new CreateKeyCommand({}));
  const keyArn = KeyMetadata?.Arn ?? '';
  const made = await createSqsClient().send(new CreateQueueCommand({ QueueName: 'callbacks-dlq' }));
  deadLetters = made.QueueUrl ?? '';
  vi.stubEnv('CALLBACK_KEY_ARN', keyArn);
  vi.stubEnv('CALLBACKS_DEAD_LETTERS_QUEUE_URL', deadLetters);
  const context = { client_id: clientId, purpose: 'callback-signing' };
  const ciphertext_base64 = await connectSmallSecrets(keyArn).encrypt(Buffer.from(secret), context);
  await database.query('INSERT INTO clients (id, name, part_price_cents, callback_secrets) VALUES ($1, $2, 1, $3)', [
    clientId,
    'a client',
    JSON.stringify([{ ciphertext_base64, created_at: '2026-11-21T00:00:00Z' }]),
  ]);
  ({ handler } = await import('./handler.ts'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  receiver.close();
  await Promise.all(endpoints.map((endpoint) => endpoint.stop()));
  await database.stop();
});
beforeEach(() => {
  status = 204;
  received = [];
});

const only = <Item>(items: readonly Item[]): Item => {
  const [item] = items;
  if (!item || items.length > 1) throw new Error(`There are ${items.length}, not one`);
  return item;
};

const insert = async (url: string, createdAt = new Date()) => {
  const id = v7();
  await database.query(
    `INSERT INTO callbacks (id, client_id, type, url, payload, created_at, queued_at)
     VALUES ($1, $2, 'message.delivered', $3, '{"status": "DELIVERED"}', $4, now())`,
    [id, clientId, url, createdAt],
  );
  return id;
};
const rowOf = async (id: string) => (await database.query('SELECT * FROM callbacks WHERE id = $1', [id]))[0];
const due = (id: string, attempt = 1) => ({
  type: 'CallbackDue',
  version: 1,
  callback_id: id,
  client_id: clientId,
  attempt,
});
const invoke = (...bodies: unknown[]) => {
  const Records = bodies.map((body, n) => ({ messageId: `sqs-${n}`, body: JSON.stringify(body) }));
  return handler({ Records } as unknown as SQSEvent, {} as Context);
};

test('a callback goes from its row to the client, signed, and its row says so', async () => {
  const id = await insert(`${origin}/hook?token=t`);
  expect(await invoke(due(id), due(id))).toEqual({ batchItemFailures: [] });
  const { path, signature: header, body } = only(received);
  expect(path).toBe('/hook?token=t');
  expect(JSON.parse(body)).toMatchObject({ id, type: 'message.delivered', data: { status: 'DELIVERED' } });
  expect(verifyCallback({ header, body, secret, now: Math.floor(Date.now() / 1_000) })).toBe(true);
  expect(await rowOf(id)).toMatchObject({ state: 'DELIVERED', attempt: 1, last_status: 204 });
  await invoke(due(id));
  expect(received).toHaveLength(1);
});

test('a callback that fails is left to dispatch-due with its next attempt', async () => {
  status = 500;
  const id = await insert(origin);
  expect(await invoke(due(id))).toEqual({ batchItemFailures: [] });
  expect(await rowOf(id)).toMatchObject({ state: 'PENDING', attempt: 2, queued_at: null, last_error: 'Answered 500' });
  status = 200;
  await invoke(due(id, 1));
  expect(received).toHaveLength(1);
  await invoke(due(id, 2));
  expect(await rowOf(id)).toMatchObject({ state: 'DELIVERED', attempt: 2, last_status: 200, last_error: null });
});

test('a client that was away for 24 hours has failed, and its callback is a dead letter', async () => {
  status = 503;
  const id = await insert(origin, new Date(Date.now() - 24 * 3_600_000));
  await invoke(due(id));
  expect(await rowOf(id)).toMatchObject({ state: 'FAILED', attempt: 1, last_status: 503 });
  const [letter] = await receive(deadLetters, { waitSeconds: 1 });
  expect(JSON.parse(letter?.body ?? '')).toEqual(due(id));
});

test('a URL that is not exempt and not public has failed at once, and says why', async () => {
  const id = await insert('https://169.254.169.254/latest/meta-data/');
  await invoke(due(id));
  expect(await rowOf(id)).toMatchObject({
    state: 'FAILED',
    last_error: 'The host of the URL is not on the public internet',
  });
});

test('a body that cannot be read, or of another version, goes back alone', async () => {
  const id = await insert(origin);
  const answer = await invoke('nonsense', due(id), { ...due(id), version: 2 });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'sqs-0' }, { itemIdentifier: 'sqs-2' }] });
  expect(await rowOf(id)).toMatchObject({ state: 'DELIVERED' });
});
