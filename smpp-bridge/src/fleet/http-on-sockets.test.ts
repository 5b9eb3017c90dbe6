import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { createProviderReach, type ProviderReach } from '#shared/adapters/provider-reach.ts';
import { HttpSettings } from '#shared/contracts/providers.ts';
import { verifyCallback } from '#shared/domain/callback-signature.ts';
import { httpRefusal } from '#shared/domain/refusal.ts';
import { logger } from '#shared/telemetry.ts';
import type { SubmitResult } from '../session/session-types.ts';
import { httpKind, httpSlots } from './http-kind.ts';
import { openHttpSession } from './http-session.ts';
import type { ProviderLink } from './provider-link.ts';
import { startSlottedLink } from './slotted-link.ts';
import { claimOf, createTestSlots, testReach, testWorld } from './test-link.ts';

beforeAll(() => logger.setLogLevel('SILENT'));

interface Posted {
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Answer = (posted: Posted, response: ServerResponse) => void;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const providerOf = async (answer: () => Answer) => {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (some: string) => {
      text += some;
    });
    request.on('end', () => {
      const one = { headers: request.headers, text, body: JSON.parse(text) as Posted['body'] };
      posted.push(one);
      answer()(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  stops.push(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`, posted, close };
};

const linkTo = (url: string, settings: Partial<HttpSettings> = {}, reach: ProviderReach = testReach): ProviderLink => {
  const known = {
    password: 'signing-key',
    provider: {
      ...({ name: 'web', kind: 'http', revision: 1, secret_set_at: null } as const),
      settings: HttpSettings.parse({ url, ...settings }),
    },
  };
  const link = startSlottedLink(
    'web',
    known,
    (current) => httpKind(current, reach),
    testWorld('task', 'web', createTestSlots()),
  );
  stops.push(async () => link.destroy());
  return link;
};

const accept: Answer = (_, response) => response.end(JSON.stringify({ message_id: 'web-1' }));
const status =
  (code: number): Answer =>
  (_, response) =>
    void response.writeHead(code).end();
const flow = { name: 'a', weight: 1, hasChoice: false };
const submitOne = async (link: ProviderLink, given = {}): Promise<SubmitResult | undefined> => {
  const [only] = link.prepare(claimOf(given)) ?? [];
  return only?.submit(flow);
};
const patience = { timeout: 10_000, interval: 5 };

test('a part is posted once, signed, with its octets and its text, and is taken under the name that is answered', async () => {
  const { url, posted } = await providerOf(() => accept);
  const link = linkTo(url, { parts_per_second: 40 });
  await expect.poll(() => link.state.bound, patience).toBe(httpSlots);
  expect(link.state.rate).toBe(40);
  expect(await submitOne(link, { body: 'hello', recipient: '491700000011' })).toEqual({
    outcome: 'accepted',
    messageId: 'web-1',
  });
  const [only] = posted;
  expect(only?.body).toMatchObject({ to: '491700000011', text: 'hello', user_data_hex: '68656c6c6f', part: 1 });
  expect(only?.headers['idempotency-key']).toMatch(/\.1$/);
  const now = Math.floor(Date.now() / 1000);
  const header = String(only?.headers['signalbox-signature']);
  expect(verifyCallback({ header, body: only?.text ?? '', secret: 'signing-key', now })).toBe(true);
});

test.each([
  [400, { outcome: 'refused', commandStatus: httpRefusal(400) }, 'permanent'],
  [409, { outcome: 'refused', commandStatus: httpRefusal(409) }, 'transient'],
  [503, { outcome: 'refused', commandStatus: httpRefusal(503) }, 'transient'],
  [302, { outcome: 'refused', commandStatus: httpRefusal(302) }, 'transient'],
  [500, { outcome: 'unknown', reason: 'response-timeout' }, null],
] as const)('HTTP %i is %o', async (code, result, means) => {
  const { url } = await providerOf(() => status(code));
  const link = linkTo(url);
  await expect.poll(() => link.isUp, patience).toBe(true);
  expect(await submitOne(link)).toEqual(result);
  if (means !== null) expect(link.statusOf(httpRefusal(code)).means).toBe(means);
});

test('a part that is answered 429 goes again, and is no attempt', async () => {
  let left = 2;
  const { url, posted } = await providerOf(() => (left-- > 0 ? status(429) : accept));
  const link = linkTo(url);
  await expect.poll(() => link.isUp, patience).toBe(true);
  expect(await submitOne(link)).toMatchObject({ outcome: 'accepted' });
  expect(new Set(posted.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(posted).toHaveLength(3);
});

test('an answer that does not come in time leaves the part unknown', async () => {
  const { url } = await providerOf(() => () => undefined);
  const link = linkTo(url, { response_timeout_seconds: 1 });
  await expect.poll(() => link.isUp, patience).toBe(true);
  expect(await submitOne(link)).toEqual({ outcome: 'unknown', reason: 'response-timeout' });
});

test('a provider that does not know the key is left alone, with the reason', async () => {
  const { url } = await providerOf(() => status(401));
  const link = linkTo(url, { window: 1 });
  await expect.poll(() => link.isUp, patience).toBe(true);
  const result = submitOne(link);
  await expect.poll(() => link.state.openCircuits, patience).toBeGreaterThan(0);
  expect(link.state.reason).toBe('it answers HTTP 401');
  link.close();
  expect(await result).toEqual({ outcome: 'not-sent' });
});

test('a provider that is not there gets nothing, and nothing is unknown', async () => {
  const { url, close } = await providerOf(() => accept);
  await close();
  const link = linkTo(url);
  await expect.poll(() => link.isUp, patience).toBe(true);
  const result = submitOne(link);
  await expect.poll(() => link.state.reason, patience).toBe('ECONNREFUSED');
  link.close();
  expect(await result).toEqual({ outcome: 'not-sent' });
});

/** A listener that is not to be reached. */
const insideOf = async () => {
  let connections = 0;
  const server = createServer().on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
};

test.each([
  [['127.0.0.1']],
  [['169.254.169.254']],
  [['fd00:ec2::254']],
  [['::ffff:10.0.0.1']],
  [['8.8.8.8', '127.0.0.1']],
])('a name that resolves to %j is posted nothing, and the state says why', async (addresses) => {
  const inside = await insideOf();
  const reach = createProviderReach([], async () => addresses);
  const link = linkTo(`https://carrier.example:${inside.port}/`, {}, reach);
  await expect.poll(() => link.isUp, patience).toBe(true);
  const result = submitOne(link);
  await expect
    .poll(() => link.state.reason, patience)
    .toBe(`carrier.example resolves to ${addresses.at(-1)}, which is internal and not exempt (docs/providers.md)`);
  link.close();
  expect(await result).toEqual({ outcome: 'not-sent' });
  expect(inside.connections()).toBe(0);
});

test.each([
  ['https://169.254.169.254/', 'internal address'],
  ['https://[::1]/', 'internal address'],
  ['https://2130706433/', 'internal address'],
  ['https://db.internal/', 'internal name'],
  ['http://carrier.example/', 'https://'],
])('%s in the settings is never opened', async (url, reason) => {
  const link = linkTo(url, {}, createProviderReach([]));
  await expect.poll(() => link.state.reason, patience).toContain(reason);
  expect(link.isUp).toBe(false);
});

test('a redirect leads nowhere', async () => {
  const inside = await insideOf();
  const { url } = await providerOf(
    () => (_, response) => void response.writeHead(307, { location: `http://127.0.0.1:${inside.port}/` }).end(),
  );
  const link = linkTo(url);
  await expect.poll(() => link.isUp, patience).toBe(true);
  expect(await submitOne(link)).toEqual({ outcome: 'refused', commandStatus: httpRefusal(307) });
  expect(inside.connections()).toBe(0);
});

test('an answer without end is cut off, and the part was taken', async () => {
  const { url } = await providerOf(() => (_, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    };
    response.on('drain', more);
    more();
  });
  const link = linkTo(url);
  await expect.poll(() => link.isUp, patience).toBe(true);
  expect(await submitOne(link)).toEqual({ outcome: 'accepted', messageId: '' });
});

test('an answer that breaks off after 200 leaves the part unknown, after 400 it is refused', async () => {
  for (const [code, result] of [
    [200, { outcome: 'unknown', reason: 'response-timeout' }],
    [400, { outcome: 'refused', commandStatus: httpRefusal(400) }],
  ] as const) {
    const { url } = await providerOf(() => (_, response) => {
      response.writeHead(code, { 'content-length': 100 });
      response.write('{', () => response.destroy());
    });
    const link = linkTo(url);
    await expect.poll(() => link.isUp, patience).toBe(true);
    expect(await submitOne(link)).toEqual(result);
  }
});

test('nothing has gone out where TLS does not come about', async () => {
  const { url, posted } = await providerOf(() => accept);
  const link = linkTo(url.replace('http:', 'https:'));
  await expect.poll(() => link.isUp, patience).toBe(true);
  const result = submitOne(link);
  await expect.poll(() => link.state.reason, patience).toMatch(/^E/);
  link.close();
  expect(await result).toEqual({ outcome: 'not-sent' });
  expect(posted).toEqual([]);
});

test('a session that ends says whether the provider had been reached, so that the pause grows only while it is not', async () => {
  const { url, close } = await providerOf(() => accept);
  const ends: boolean[] = [];
  const open = () =>
    openHttpSession({ url, key: 'signing-key', timeoutMs: 20_000 }, 1, ({ wasReached }) => void ends.push(wasReached));
  const part = { destination_addr: '491700000009', idempotencyKey: 'one.1', body: {} };
  const first = open();
  expect(await first.submit(part)).toMatchObject({ outcome: 'accepted' });
  await close();
  while (first.state !== 'CLOSED') await first.submit(part);
  expect(await open().submit(part)).toEqual({ outcome: 'not-sent' });
  expect(ends).toEqual([true, false]);
});

test('parts one after the other go over one connection', async () => {
  const ports = new Set<number | undefined>();
  const { url } = await providerOf(() => (_, response) => {
    ports.add(response.socket?.remotePort);
    response.end(JSON.stringify({ message_id: 'web-1' }));
  });
  // One slot has more than one request to give, and each slot connections of its own.
  const link = linkTo(url, { window: 1 });
  await expect.poll(() => link.state.bound, patience).toBe(httpSlots);
  for (let i = 0; i < 12; i += 1) expect(await submitOne(link)).toMatchObject({ outcome: 'accepted' });
  expect(ports.size).toBeLessThanOrEqual(httpSlots);
});
