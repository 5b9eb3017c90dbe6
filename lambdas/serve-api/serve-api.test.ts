import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { refuse } from '#shared/contracts/problems.ts';
import { type Operation, routes } from '#shared/contracts/routes.ts';
import { apiCaller, apiRequest } from '../../test/support/api-request.ts';
import { answer, toApiRequest, toResult } from './api-request.ts';
import type { Handles } from './handles.ts';
import { type Server, serve } from './serve-api.ts';
import { createServiceHandles } from './service/service-handles.ts';

/** Each handle says which operation it is. */
const handles = Object.fromEntries(
  routes.map(({ operation }) => [operation, () => answer(200, { operation })]),
) as unknown as Handles<Operation>;

/** Nobody is limited, and nothing is remembered. */
const server: Server = {
  handles,
  rateLimits: {
    take: async () => ({ outcome: 'admitted', fill: { limit: 200, remaining: 199, resetSeconds: 0 } }),
  },
  answers: { find: async () => undefined, remember: async () => undefined },
  warn: () => undefined,
};

test('each row of the route table is answered by its own operation', async () => {
  for (const { method, path, operation, scope } of routes) {
    const caller = scope === null ? null : apiCaller({ scopes: new Set([scope]) });
    const said = await serve(apiRequest({ method, route: path, caller }), server);
    expect(said).toMatchObject({ status: 200, body: { operation } });
  }
});

test('every route that has a scope refuses a caller without it', async () => {
  for (const { method, path, scope } of routes) {
    if (scope === null) continue;
    for (const caller of [apiCaller({ scopes: new Set() }), null])
      expect(await serve(apiRequest({ method, route: path, caller }), server)).toMatchObject({
        code: 'auth.forbidden',
      });
  }
});

test('what is in no row of the table is no route', async () => {
  for (const route of ['/v1/nothing', '/v1/messages/'])
    expect(await serve(apiRequest({ route }), server)).toMatchObject({ code: 'route.not_found' });
  expect(await serve(apiRequest({ method: 'TRACE' }), server)).toMatchObject({ code: 'route.not_found' });
});

test('readiness names what does not answer', async () => {
  const readiness = (database: string | null) =>
    createServiceHandles({
      checkDependencies: async () => ({ database, queues: null }),
      openApi: () => ({}),
      countDeadLetters: async () => [],
    });
  expect(await readiness(null).getReadiness(apiRequest())).toMatchObject({ status: 200 });
  expect(await readiness('TimeoutError').getReadiness(apiRequest())).toMatchObject({
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
  const result = toResult(apiRequest(), refuse('credit.insufficient', 'It takes 1 part(s).'));
  expect(result).toMatchObject({
    statusCode: 402,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': 'request-1' },
  });
  expect(JSON.parse(result.body)).toEqual({
    type: 'about:blank',
    title: 'The credit does not cover the price',
    status: 402,
    detail: 'It takes 1 part(s). Top up the account.',
    code: 'credit.insufficient',
    request_id: 'request-1',
  });
});
