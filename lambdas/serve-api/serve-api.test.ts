import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import type { AcceptedRow } from '#shared/adapters/accept-message.ts';
import { routes } from '#shared/contracts/routes.ts';
import { type ApiRequest, toApiRequest, toResult } from './api-request.ts';
import { serve, type World } from './serve-api.ts';

const row: AcceptedRow = {
  id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
  recipient: '491700000001',
  sender: 'Signalbox',
  encoding: 'gsm7',
  parts: 1,
  priority: 'normal',
  cost_cents: 5,
  reference: null,
  scheduled: false,
  delay_seconds: 0,
  created_at: new Date('2026-11-21T08:00:00Z'),
  expires_at: new Date('2026-11-23T08:00:00Z'),
};

const world = (given: Partial<World> = {}): World => ({
  now: () => new Date('2026-11-21T08:00:00Z'),
  newId: () => row.id,
  exemptOrigins: [],
  accept: async () => ({ outcome: 'accepted', message: row }),
  enqueue: async () => undefined,
  readMessage: async () => null,
  readAccount: async () => null,
  checkDependencies: async () => ({ database: null }),
  openApi: () => ({ openapi: '3.1.0' }),
  ...given,
});

const request = (given: Partial<ApiRequest> = {}): ApiRequest => ({
  requestId: 'r-1',
  caller: { clientId: 'c', keyId: 'k', scopes: new Set(['messages:read', 'messages:write']) },
  pathParameters: {},
  headers: {},
  body: JSON.stringify({ to: '+491700000001', text: 'hello' }),
  ...given,
});

test('an accepted message is queued at once and named by Location', async () => {
  const enqueue = vi.fn(async () => undefined);
  const said = await serve('POST', '/v1/messages', request(), world({ enqueue }));
  expect(said).toMatchObject({
    status: 202,
    body: { status: 'QUEUED' },
    headers: { location: `/v1/messages/${row.id}` },
  });
  expect(enqueue).toHaveBeenCalledOnce();
});

test.each([
  [900, 1],
  [901, 0],
])('a message scheduled in %i s is queued now %i times: SQS delays for 15 minutes', async (delay_seconds, times) => {
  const enqueue = vi.fn(async () => undefined);
  const message = { ...row, scheduled: true, delay_seconds };
  const accept: World['accept'] = async () => ({ outcome: 'accepted', message });
  const said = await serve('POST', '/v1/messages', request(), world({ enqueue, accept }));
  expect(said).toMatchObject({ status: 202, body: { status: 'SCHEDULED' } });
  expect(enqueue).toHaveBeenCalledTimes(times);
});

test('a replay says so and queues nothing', async () => {
  const enqueue = vi.fn(async () => undefined);
  const accept: World['accept'] = async () => ({ outcome: 'replayed', message: row });
  const said = await serve('POST', '/v1/messages', request(), world({ enqueue, accept }));
  expect(said).toMatchObject({ status: 202, headers: { 'idempotent-replayed': 'true' } });
  expect(enqueue).not.toHaveBeenCalled();
});

test.each([
  ['unaffordable', 'credit.insufficient'],
  ['mismatch', 'idempotency.mismatch'],
  ['no-such-client', 'account.not_found'],
] as const)('%s is refused as %s', async (outcome, code) => {
  expect(await serve('POST', '/v1/messages', request(), world({ accept: async () => ({ outcome }) }))).toMatchObject({
    code,
  });
});

test('every route that has a scope refuses a caller without it', async () => {
  const caller = { clientId: 'c', keyId: 'k', scopes: new Set(['cas:read']) };
  for (const { method, path, scope } of routes) {
    if (scope === null) continue;
    expect(await serve(method, path, request({ caller }), world())).toMatchObject({ code: 'auth.forbidden' });
    expect(await serve(method, path, request({ caller: null }), world())).toMatchObject({ code: 'auth.forbidden' });
  }
});

test('an id that cannot be one, and one that is not there, look the same', async () => {
  for (const id of ['x', row.id, undefined])
    expect(await serve('GET', '/v1/messages/{id}', request({ pathParameters: { id } }), world())).toMatchObject({
      code: 'message.not_found',
    });
});

test('readiness names what does not answer', async () => {
  expect(await serve('GET', '/readyz', request(), world())).toMatchObject({ status: 200 });
  const checkDependencies = async () => ({ database: 'TimeoutError', queues: null });
  expect(await serve('GET', '/readyz', request(), world({ checkDependencies }))).toMatchObject({
    code: 'service.not_ready',
    detail: 'Not ready: database.',
  });
});

const event = (headers: Record<string, string>): APIGatewayProxyEvent =>
  ({
    headers,
    body: null,
    isBase64Encoded: false,
    pathParameters: null,
    requestContext: { requestId: 'gateway-id', authorizer: null },
  }) as unknown as APIGatewayProxyEvent;

test('the caller’s x-request-id follows the request; one that is not usable is replaced', () => {
  expect(toApiRequest(event({ 'X-Request-Id': 'abc' })).requestId).toBe('abc');
  for (const bad of ['', 'a b', 'x'.repeat(129), 'ü'])
    expect(toApiRequest(event({ 'x-request-id': bad })).requestId).toBe('gateway-id');
});

test('a refusal is answered as RFC 9457 with a stable code', () => {
  const result = toResult(request(), {
    outcome: 'refused',
    code: 'credit.insufficient',
    detail: 'It takes 1 part(s).',
  });
  expect(result).toMatchObject({
    statusCode: 402,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': 'r-1' },
  });
  expect(JSON.parse(result.body)).toEqual({
    type: 'about:blank',
    title: 'The credit does not cover the price',
    status: 402,
    detail: 'It takes 1 part(s). Top up the account.',
    code: 'credit.insufficient',
    request_id: 'r-1',
  });
});
