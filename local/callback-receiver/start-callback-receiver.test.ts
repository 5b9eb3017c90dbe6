import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import {
  type CallbackReceiver,
  type CallbackReceiverOptions,
  startCallbackReceiver,
} from './start-callback-receiver.ts';

const running: CallbackReceiver[] = [];
const start = async (options?: CallbackReceiverOptions): Promise<CallbackReceiver> => {
  const receiver = await startCallbackReceiver(options);
  running.push(receiver);
  return receiver;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((receiver) => receiver.stop()));
});

const post = async (receiver: CallbackReceiver, body: string, headers: Record<string, string> = {}, path = 'cb') =>
  fetch(new URL(path, receiver.url), { method: 'POST', body, headers, redirect: 'manual' });
const signed = (secret: string, body: string) => {
  const time = Math.floor(Date.now() / 1_000);
  return {
    'Signalbox-Signature': `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`,
  };
};

test('a callback is kept as it came, its signature checked, and answered 204', async () => {
  const receiver = await start({ secret: () => 's1' });
  const body = '{ "text":"ü" }';
  expect((await post(receiver, body, signed('s1', body), 'a/b?c=d')).status).toBe(204);
  await post(receiver, body, signed('s2', body));
  await post(receiver, body);
  expect(receiver.received()).toMatchObject([
    { path: '/a/b?c=d', body, verdict: 'valid', status: 204 },
    { verdict: 'invalid', status: 204 },
    { verdict: 'missing' },
  ]);
});

test('the secret is asked for at each callback, and may not be known yet', async () => {
  let secret: string | undefined;
  const receiver = await start({ secret: () => secret });
  await post(receiver, '{}', signed('s1', '{}'));
  secret = 's1';
  await post(receiver, '{}', signed('s1', '{}'));
  expect(receiver.received().map(({ verdict }) => verdict)).toEqual(['no-secret', 'valid']);
});

test('GET lists what came, newest last, and DELETE forgets it', async () => {
  const receiver = await start();
  for (const body of ['1', '2']) await post(receiver, body);
  const list = await (await fetch(receiver.url)).json();
  expect(list).toMatchObject([{ body: '1' }, { body: '2', headers: { 'content-length': '1' } }]);
  await fetch(receiver.url, { method: 'DELETE' });
  expect(await (await fetch(receiver.url)).json()).toEqual([]);
});

test('a body over 256 KiB is refused and not kept', async () => {
  const receiver = await start();
  expect((await post(receiver, 'x'.repeat(256 * 1024))).status).toBe(204);
  expect((await post(receiver, 'x'.repeat(2 * 1024 * 1024))).status).toBe(413);
  expect(receiver.received().map(({ body }) => body?.length ?? null)).toEqual([256 * 1024, null]);
});

test('it answers as it is told, so many times', async () => {
  const receiver = await start();
  receiver.behave({ status: 503, times: 2 });
  const statuses: number[] = [];
  for (const body of ['1', '2', '3']) statuses.push((await post(receiver, body)).status);
  expect(statuses).toEqual([503, 503, 204]);
  receiver.behave({ redirectTo: 'http://169.254.169.254/' });
  const redirect = await post(receiver, '4');
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://169.254.169.254/']);
});

test('the URL itself may say how to answer', async () => {
  const receiver = await start();
  const statuses = await Promise.all(
    ['?status=410', '?status=nonsense', '?status=307&redirect_to=/x', '?delay_ms=5'].map(
      async (query) => (await post(receiver, '{}', {}, query)).status,
    ),
  );
  expect(statuses).toEqual([410, 204, 307, 204]);
});

test('a caller that gives up leaves it well, and stopping waits for nobody', async () => {
  const receiver = await start();
  receiver.behave({ delayMs: 600_000 });
  const patience = new AbortController();
  const gone = fetch(receiver.url, { method: 'POST', body: '{}', signal: patience.signal }).catch(() => 'gave up');
  await expect.poll(() => receiver.received()).toHaveLength(1);
  patience.abort();
  expect(await gone).toBe('gave up');
  const waiting = post(receiver, '{}').catch(() => 'cut off');
  await expect.poll(() => receiver.received()).toHaveLength(2);
  await receiver.stop();
  expect(await waiting).toBe('cut off');
});

test('only POST, GET and DELETE are known', async () => {
  const receiver = await start();
  expect((await fetch(receiver.url, { method: 'PUT', body: '' })).status).toBe(405);
});

test('a dead receiver breaks the connection, keeps nothing and counts it; revived it answers again', async () => {
  const receiver = await start();
  receiver.behave({ dead: true });
  await expect(post(receiver, '{}')).rejects.toThrow();
  expect([receiver.received().length, receiver.unanswered()]).toEqual([0, 1]);
  receiver.behave({});
  expect((await post(receiver, '{}')).status).toBe(204);
});
