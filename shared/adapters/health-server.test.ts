import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HealthServer, startHealthServer } from './health-server.ts';

let server: HealthServer;
let isReady: boolean;
let metrics: () => Promise<{ contentType: string; text: string }>;
beforeEach(async () => {
  isReady = false;
  metrics = async () => ({ contentType: 'text/plain; version=0.0.4', text: 'parts_total 1\n' });
  server = await startHealthServer(0, {
    isReady: () => isReady,
    notReady: 'no session is bound',
    metrics: () => metrics(),
  });
});
afterEach(() => server.stop());

const get = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [answer.status, answer.headers.get('content-type'), await answer.text()];
};

test('a task that lives says so, and when it is not ready, why', async () => {
  expect(await get('/healthz')).toEqual([200, 'application/json', '{"status":"ok"}']);
  const because = '{"status":"not ready","reason":"no session is bound"}';
  expect(await get('/readyz')).toEqual([503, 'application/json', because]);
  isReady = true;
  expect(await get('/readyz')).toEqual([200, 'application/json', '{"status":"ready"}']);
});

test('figures come as Prometheus reads them, and figures that fail do not end the task', async () => {
  expect(await get('/metrics')).toEqual([200, 'text/plain; version=0.0.4', 'parts_total 1\n']);
  metrics = () => Promise.reject(new Error('a gauge fails'));
  expect((await get('/metrics'))[0]).toBe(500);
  expect((await get('/healthz'))[0]).toBe(200);
});

test('there is nothing else', async () => {
  expect((await get('/'))[0]).toBe(404);
});
