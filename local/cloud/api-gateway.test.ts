import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApiGateway } from './api-gateway.ts';
import type { GatewayDefinition, GatewayRoute } from './gateway-definition.ts';
import type { Listener } from './http-listener.ts';
import { createLambdaRuntime, type LambdaRuntime } from './lambda-runtime.ts';

const echo = `export const handler = async (event) => {
  const want = event.queryStringParameters?.want;
  if (want === 'error') throw new Error('no');
  if (want === 'text') return 'just text';
  if (want === 'number') return { statusCode: 200, body: 42 };
  if (want === 'late') await new Promise((resolve) => setTimeout(resolve, 60000));
  if (want === 'binary') return { statusCode: 200, body: Buffer.from([0, 255]).toString('base64'), isBase64Encoded: true };
  if (want === 'headers') return { statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer', 'X-One': '1' }, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] } };
  return { statusCode: 202, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
};`;

const authorizer = `export const handler = async (event) => {
  const key = event.headers['X-API-Key'];
  if (key === undefined) throw new Error('Unauthorized');
  if (key === 'broken') throw new Error('no database');
  if (key === 'odd') return { principalId: 'x' };
  const Effect = key === 'denied' ? 'Deny' : 'Allow';
  const Resource = key === 'elsewhere' ? event.methodArn.replace('GET', 'PUT') : event.methodArn.replace(/\\/GET\\/.*/, '/*');
  return { principalId: key, policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
    context: { client_id: 'c1', count: 7, admin: false, arn: event.methodArn } };
};`;

const arn = (name: string) => `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;
const route = (method: string, path: string, more: Partial<GatewayRoute> = {}): GatewayRoute => ({
  method,
  path,
  resourceId: 'r1',
  functionArn: arn('echo'),
  timeoutMilliseconds: 29_000,
  ...more,
});
const guard = {
  name: 'guard',
  arn: 'arn:aws:execute-api:eu-central-1:000000000000:abc123/authorizers/guard',
  functionArn: arn('authorizer'),
  identitySources: [],
};
const problem = (code: string) => ({
  headers: { 'content-type': "'application/problem+json'", 'x-request-id': 'context.requestId' },
  templates: {
    'application/json': `{"code":"${code}","request_id":"$context.requestId","message":$context.error.messageString}`,
  },
});

const api: GatewayDefinition = {
  apiId: 'abc123',
  name: 'test',
  stage: 'v',
  stageVariables: {},
  binaryMediaTypes: ['application/octet-stream'],
  responses: {
    UNAUTHORIZED: problem('auth.unauthorized'),
    MISSING_AUTHENTICATION_TOKEN: { ...problem('route.not_found'), statusCode: 404 },
    DEFAULT_4XX: problem('request.malformed'),
    DEFAULT_5XX: { ...problem('service.fault'), statusCode: 500 },
    INTEGRATION_TIMEOUT: problem('service.timeout'),
  },
  routes: [
    route('GET', '/open'),
    route('POST', '/open'),
    route('GET', '/late', { timeoutMilliseconds: 200 }),
    route('GET', '/things/{id}/parts/{part}'),
    route('GET', '/things/all/parts/{part}', { resourceId: 'literal' }),
    route('ANY', '/files/{path+}'),
    route('GET', '/guarded', { authorizer: guard }),
    route('GET', '/demanding', { authorizer: { ...guard, identitySources: ['method.request.header.Authorization'] } }),
  ],
};

const directory = mkdtempSync(join(tmpdir(), 'signalbox-gateway-'));
let runtime: LambdaRuntime;
let gateway: Listener;

const permitted: [functionArn: string, sourceArn: string][] = [];
const forbidden = new Set<string>();
const permit = (functionArn: string, sourceArn: string): void => {
  permitted.push([functionArn, sourceArn]);
  if (forbidden.has(functionArn)) throw new Error('no permission');
};

const define = (name: string, text: string): void => {
  writeFileSync(join(directory, `${name}.mjs`), text);
  runtime.define({
    name,
    arn: arn(name),
    module: pathToFileURL(join(directory, `${name}.mjs`)).href,
    handler: 'handler',
    timeoutSeconds: 60,
    memoryMegabytes: 128,
    environment: () => ({}),
  });
};

beforeAll(async () => {
  runtime = createLambdaRuntime(join(directory, 'logs'));
  define('echo', echo);
  define('authorizer', authorizer);
  gateway = await startApiGateway(api, runtime, permit, 0);
});
afterAll(async () => {
  await gateway.stop();
  await runtime.stop();
});

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${gateway.url}${path}`, init);
  const text = await response.text();
  const body = (text.startsWith('{') ? JSON.parse(text) : { text }) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body, text };
};

test('a function gets the REST v1 event of a proxy integration', async () => {
  const { status, body } = await ask('/things/a%2Fb/parts/7?x=1&x=2&y=%C3%A9', { headers: { 'X-Custom-Name': 'v' } });
  expect(status).toBe(202);
  expect(body).toMatchObject({
    resource: '/things/{id}/parts/{part}',
    path: '/things/a%2Fb/parts/7',
    httpMethod: 'GET',
    pathParameters: { id: 'a/b', part: '7' },
    queryStringParameters: { x: '2', y: 'é' },
    multiValueQueryStringParameters: { x: ['1', '2'], y: ['é'] },
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: {
      resourceId: 'r1',
      stage: 'v',
      apiId: 'abc123',
      httpMethod: 'GET',
      identity: { sourceIp: '127.0.0.1' },
    },
  });
  const { headers } = body as { headers: Record<string, string> };
  expect(Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-custom-name')?.[1]).toBe('v');
  expect(headers['X-Forwarded-For']).toBe('127.0.0.1');
});

test('what is not there is null, as on AWS', async () => {
  const { body } = await ask('/open');
  expect(body).toMatchObject({
    pathParameters: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
  });
  expect((body.requestContext as Record<string, unknown>).authorizer).toBeUndefined();
});

test('a body is text, or base64 where its media type is binary', async () => {
  const text = await ask('/open', {
    method: 'POST',
    body: '{"a":"€"}',
    headers: { 'content-type': 'application/json' },
  });
  expect(text.body).toMatchObject({ body: '{"a":"€"}', isBase64Encoded: false });
  const headers = { 'content-type': 'application/octet-stream' };
  const binary = await ask('/open', { method: 'POST', body: Buffer.from([1, 2, 255]), headers });
  expect(binary.body).toMatchObject({ body: 'AQL/', isBase64Encoded: true });
});

test('a literal segment wins over a parameter, and a greedy one takes the rest', async () => {
  const literal = await ask('/things/all/parts/1');
  expect(literal.body).toMatchObject({ resource: '/things/all/parts/{part}' });
  const greedy = await ask('/files/a/b/c', { method: 'PUT', body: 'x' });
  expect(greedy.body).toMatchObject({
    resource: '/files/{path+}',
    pathParameters: { path: 'a/b/c' },
    httpMethod: 'PUT',
  });
});

test('a route that is not there gets the template of its gateway response, with the id of the request', async () => {
  const { status, body, headers } = await ask('/nothing/here');
  expect(status).toBe(404);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({ code: 'route.not_found', message: 'Missing Authentication Token' });
  expect(headers.get('x-request-id')).toBe((body as { request_id?: string }).request_id);
});

test("an authorizer's context reaches the function as text", async () => {
  const { status, body } = await ask('/guarded', { headers: { 'X-API-Key': 'good' } });
  expect(status).toBe(202);
  expect((body.requestContext as Record<string, unknown>).authorizer).toMatchObject({
    principalId: 'good',
    client_id: 'c1',
    count: '7',
    admin: 'false',
    arn: 'arn:aws:execute-api:eu-central-1:000000000000:abc123/v/GET/guarded',
  });
});

test.each([
  ['no credential', {}, 401, 'auth.unauthorized'],
  ['a policy that denies', { 'X-API-Key': 'denied' }, 403, 'request.malformed'],
  ['a policy about another method', { 'X-API-Key': 'elsewhere' }, 403, 'request.malformed'],
  ['an authorizer that fails', { 'X-API-Key': 'broken' }, 500, 'service.fault'],
  ['an authorizer whose answer has another shape', { 'X-API-Key': 'odd' }, 500, 'service.fault'],
])('%s is refused by the gateway', async (_name, headers, status, code) => {
  const answer = await ask('/guarded', { headers: headers as Record<string, string> });
  expect(answer).toMatchObject({ status, body: { code } });
});

test('a missing identity source is refused before the authorizer is asked', async () => {
  expect((await ask('/demanding', { headers: { 'X-API-Key': 'good' } })).status).toBe(401);
  expect((await ask('/demanding', { headers: { 'X-API-Key': 'good', Authorization: 'x' } })).status).toBe(202);
});

test.each(['error', 'text', 'number'])('a function that answers with %s is a fault of the service', async (want) => {
  const answer = await ask(`/open?want=${want}`);
  expect(answer).toMatchObject({ status: 500, body: { code: 'service.fault' } });
  expect(answer.text).not.toMatch(/at |Error/);
});

test('without a gateway response of its own, a malformed answer is 502 Internal server error', async () => {
  const plain = await startApiGateway({ ...api, responses: {} }, runtime, permit, 0);
  const response = await fetch(`${plain.url}/open?want=text`);
  expect(response.status).toBe(502);
  expect(await response.text()).toBe('{"message":"Internal server error"}');
  await plain.stop();
});

test('an integration that takes too long is given up', async () => {
  expect(await ask('/late?want=late')).toMatchObject({ status: 504, body: { code: 'service.timeout' } });
});

test('headers and parameters may be called as what every object has', async () => {
  const { status, body } = await ask('/open?__proto__=1&toString=2', {
    headers: { constructor: '3' },
  });
  expect(status).toBe(202);
  expect(Object.entries((body as { queryStringParameters: object }).queryStringParameters)).toEqual([
    ['__proto__', '1'],
    ['toString', '2'],
  ]);
  expect(body).toMatchObject({ multiValueHeaders: { constructor: ['3'] } });
});

test('binary answers are decoded, and headers that API Gateway sets itself are renamed', async () => {
  const response = await fetch(`${gateway.url}/open?want=binary`);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255]);
  const { status, headers } = await ask('/open?want=headers');
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toBeNull();
  expect(headers.get('x-amzn-remapped-www-authenticate')).toBe('Bearer');
  expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test('a body over 10 MB is refused', async () => {
  const { status } = await ask('/open', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1, 32) });
  expect(status).toBe(413);
});

test('a taken port is named, with what mends it', async () => {
  await expect(startApiGateway(api, runtime, permit, gateway.port)).rejects.toThrow(
    new RegExp(`Port ${gateway.port} on 127.0.0.1 is taken.*PORT=`),
  );
});

test('the permission asked for is that of the very method and path, and of the authorizer', async () => {
  permitted.length = 0;
  await ask('/things/7/parts/2');
  await ask('/guarded', { headers: { 'X-API-Key': 'good' } });
  const api = 'arn:aws:execute-api:eu-central-1:000000000000:abc123';
  expect(permitted).toContainEqual([arn('echo'), `${api}/v/GET/things/7/parts/2`]);
  expect(permitted).toContainEqual([arn('authorizer'), guard.arn]);
});

test('a function that API Gateway has no permission for is a 500, and so is an authorizer', async () => {
  forbidden.add(arn('echo'));
  expect((await ask('/open')).status).toBe(500);
  forbidden.clear();
  forbidden.add(arn('authorizer'));
  const guarded = await ask('/guarded', { headers: { 'X-API-Key': 'good' } });
  forbidden.clear();
  expect(guarded).toMatchObject({ status: 500, body: { code: 'service.fault' } });
});
