import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectRateLimits } from '#shared/adapters/rate-limits.ts';
import { connectRememberedAnswers } from '#shared/adapters/remembered-answers.ts';
import { refuse } from '#shared/contracts/problems.ts';
import type { Operation } from '#shared/contracts/routes.ts';
import type { Gate } from '../../local/services/gate.ts';
import { startTables } from '../../local/services/tables.ts';
import { type ApiCaller, type ApiRequest, answer } from './api-request.ts';
import type { Handle, Handles } from './handles.ts';
import { type Server, serve } from './serve-api.ts';

const gate: Gate = { identify: () => 'test', authorize: () => ({ allowed: true }) };
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'k' };

let tables: Awaited<ReturnType<typeof startTables>>;
let client: DynamoDBClient;
let clientNumber = 0;
let asked: number;
let caller: ApiCaller;

beforeAll(async () => {
  tables = await startTables({ gate });
  client = new DynamoDBClient({ endpoint: tables.url, region: 'eu-central-1', credentials });
  for (const [table, key] of [['limits', 'bucket_name'] as const, ['answers', 'answer_key'] as const])
    await client.send(
      new CreateTableCommand({
        TableName: table,
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
});
afterAll(async () => {
  client.destroy();
  await tables.stop();
});
beforeEach(() => {
  asked = 0;
  clientNumber += 1;
  const scopes = new Set(['messages:read', 'messages:write']);
  const limits = { ratePerSecond: 1, burst: 3 };
  caller = { clientId: `client-${clientNumber}`, keyId: 'k', scopes, isTest: false, ...limits, nationalLanguages: [] };
});

const request = (given: Partial<ApiRequest> = {}): ApiRequest => ({
  requestId: 'r',
  caller,
  method: 'POST',
  route: '/v1/messages',
  pathParameters: {},
  query: {},
  headers: {},
  body: '{}',
  ...given,
});

const serverWith = (handle: Handle, given: Partial<Server> = {}): Server => ({
  handles: { submitMessage: handle } as Partial<Handles<Operation>> as Handles<Operation>,
  rateLimits: connectRateLimits('limits', client),
  answers: connectRememberedAnswers('answers', client),
  warn: () => undefined,
  ...given,
});

const accept: Handle = () => {
  asked += 1;
  return answer(202, { number: asked }, { location: `/v1/messages/${asked}` });
};

test('what is over the limit is told when to come back, and is not done', async () => {
  const server = serverWith(accept);
  const said = [];
  for (let n = 0; n < 4; n += 1) said.push(await serve(request(), server));
  expect(said[0]).toMatchObject({ status: 202, headers: { 'ratelimit-limit': '3', 'ratelimit-remaining': '2' } });
  expect(said[3]).toMatchObject({
    code: 'rate.exceeded',
    headers: { 'ratelimit-remaining': '0', 'retry-after': '1', 'ratelimit-reset': expect.stringMatching(/^[23]$/) },
  });
  expect(asked).toBe(3);
});

test('a repeated request has its first answer again, and says so', async () => {
  const server = serverWith(accept);
  const headers = { 'idempotency-key': 'once' };
  expect(await serve(request({ headers }), server)).toMatchObject({ status: 202, body: { number: 1 } });
  const again = await serve(request({ headers }), server);
  expect(again).toMatchObject({
    status: 202,
    body: '{"number":1}',
    headers: { 'idempotent-replayed': 'true', location: '/v1/messages/1' },
  });
  expect(asked).toBe(1);
});

test('another body, another route or another client under the key is asked of the database', async () => {
  const server = serverWith(accept);
  const headers = { 'idempotency-key': 'shared' };
  await serve(request({ headers }), server);
  await serve(request({ headers, body: '{"to":1}' }), server);
  await serve(request({ headers, caller: { ...caller, clientId: `${caller.clientId}-other` } }), server);
  expect(asked).toBe(3);
});

test.each([
  ['a refusal', (): ReturnType<Handle> => refuse('credit.insufficient', 'No.')],
  ['a dry run', (): ReturnType<Handle> => answer(200, {})],
  ['a secret', (): ReturnType<Handle> => ({ ...answer(201, { secret: 's' }), isSecret: true })],
])('%s is not remembered', async (_what, said) => {
  const server = serverWith(() => {
    asked += 1;
    return said();
  });
  const headers = { 'idempotency-key': 'again' };
  await serve(request({ headers }), server);
  await serve(request({ headers }), server);
  expect(asked).toBe(2);
});

test('tables that do not answer stop nobody', async () => {
  const warned: string[] = [];
  const away = new DynamoDBClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'eu-central-1',
    credentials,
    maxAttempts: 1,
  });
  const server = serverWith(accept, {
    rateLimits: connectRateLimits('limits', away),
    answers: connectRememberedAnswers('answers', away),
    warn: (what) => warned.push(what),
  });
  expect(await serve(request({ headers: { 'idempotency-key': 'k' } }), server)).toMatchObject({ status: 202 });
  expect(warned).toHaveLength(3);
  away.destroy();
});
