import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from './create-client.ts';
import { SignalboxError } from './signalbox-error.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Said {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut instead of answered. */
  readonly cut?: boolean;
}

let server: Server;
let asked: Asked[];
let answers: Said[];

beforeEach(async () => {
  asked = [];
  answers = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ method: request.method, url: request.url, headers: request.headers, body });
      const said = answers.shift() ?? { status: 200, body: {} };
      if (said.cut) {
        request.socket.destroy();
        return;
      }
      response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers });
      response.end(said.body === undefined ? '' : JSON.stringify(said.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const client = (given = {}) =>
  createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v`, apiKey: 'sbk_x', ...given });

test('a request carries the key, the path, the query and a body', async () => {
  await client().getMessage({ path: { id: 'a/b' } });
  await client().submitMessage({ body: { to: '+491700000009', text: 'hi' } });
  expect(asked[0]).toMatchObject({ method: 'GET', url: '/v/v1/messages/a%2Fb', headers: { 'x-api-key': 'sbk_x' } });
  expect(asked[1]).toMatchObject({ method: 'POST', body: '{"to":"+491700000009","text":"hi"}' });
});

test('a POST is repeated under one key when its answer was lost, or the service failed', async () => {
  answers = [{ status: 200, cut: true }, { status: 503 }, { status: 202, body: { id: 'm' } }];
  expect(await client().submitMessage({ body: { to: '+491700000009', text: 'hi' } })).toEqual({ id: 'm' });
  const keys = asked.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(1);
  expect(keys).toHaveLength(3);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
});

test('a limit is waited for as long as it says', async () => {
  answers = [
    { status: 429, headers: { 'retry-after': '0' } },
    { status: 200, body: { available_cents: 1 } },
  ];
  expect(await client().getAccount()).toEqual({ available_cents: 1 });
});

test('a refusal is an error with its code, and is not repeated', async () => {
  const problem = { title: 'T', status: 402, detail: 'D', code: 'credit.insufficient', request_id: 'r' };
  answers = [{ status: 402, body: problem, headers: { 'content-type': 'application/problem+json' } }];
  const refused = client().submitMessage({ body: { to: '+491700000009', text: 'hi' } });
  await expect(refused).rejects.toThrow(SignalboxError);
  await expect(refused).rejects.toMatchObject({ problem });
  expect(asked).toHaveLength(1);
});

test('what fails every time is the last error, whoever answered', async () => {
  answers = Array.from({ length: 2 }, () => ({ status: 502, body: 'bad gateway' }));
  await expect(client({ attempts: 2 }).getAccount()).rejects.toMatchObject({
    problem: { code: 'http.502', status: 502 },
  });
  expect(asked).toHaveLength(2);
});

test('a bearer token is asked for anew with each call', async () => {
  let number = 0;
  const bearer = async () => {
    number += 1;
    return `token-${number}`;
  };
  const withToken = client({ apiKey: undefined, bearer });
  await withToken.getAccount();
  await withToken.getAccount();
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
});
