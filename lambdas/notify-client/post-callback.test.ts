import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createPoster, type PosterOptions } from './post-callback.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A client's receiver on loopback. */
const receiver = async (answer: RequestListener, host = '127.0.0.1') => {
  const seen: { method: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ method: request.method, headers: request.headers, body });
      answer(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, host, listening));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://${host}:${port}`, port, seen };
};

const ok: RequestListener = (_, response) => response.writeHead(204).end();

const post = (url: string, options: Partial<PosterOptions> = {}) =>
  createPoster({ exemptOrigins: [], ...options })({ url, body: '{"id":"€"}', signature: 't=1,v1=ab' });

describe('a callback to an exempt origin', () => {
  test('arrives with its body, type, signature and agent', async () => {
    const { origin, seen } = await receiver(ok);
    expect(await post(`${origin}/hook?a=1`, { exemptOrigins: [origin] })).toEqual({ outcome: 'answered', status: 204 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: '{"id":"€"}',
      headers: {
        'content-type': 'application/json',
        'content-length': '12',
        'user-agent': 'Signalbox-Callbacks/1',
        'signalbox-signature': 't=1,v1=ab',
      },
    });
  });

  test('is not led on by a redirect', async () => {
    const target = await receiver(ok);
    const { origin } = await receiver((_, response) => response.writeHead(307, { location: target.origin }).end());
    const exemptOrigins = [origin, target.origin];
    expect(await post(origin, { exemptOrigins })).toEqual({ outcome: 'answered', status: 307 });
    expect(target.seen).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])('is not led to a private address by a %i', async (status) => {
    const inside = await receiver(ok);
    const { origin, seen } = await receiver((_, response) =>
      response.writeHead(status, { location: inside.origin }).end(),
    );
    expect(await post(origin, { exemptOrigins: [origin] })).toEqual({ outcome: 'answered', status });
    expect([seen.length, inside.seen.length]).toEqual([1, 0]);
  });

  test('has its answer cut off when it does not end, and the status stands', async () => {
    const { origin } = await receiver((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    expect(await post(origin, { exemptOrigins: [origin] })).toEqual({ outcome: 'answered', status: 200 });
  });

  test('that is not answered is given up at the deadline', async () => {
    const { origin } = await receiver(() => undefined);
    expect(await post(origin, { exemptOrigins: [origin], deadlineMs: 200 })).toEqual({
      outcome: 'unreachable',
      error: 'No answer within 0.2 s',
    });
  });

  test('whose answer is only begun at the deadline has been answered', async () => {
    const { origin } = await receiver((_, response) => response.writeHead(200).write('x'));
    expect(await post(origin, { exemptOrigins: [origin], deadlineMs: 1_500 })).toEqual({
      outcome: 'answered',
      status: 200,
    });
  });

  test('where nobody listens is unreachable, and the fault names no address', async () => {
    const { origin } = await receiver(ok);
    for (const server of servers.splice(0)) server.close();
    expect(await post(origin, { exemptOrigins: [origin] })).toEqual({
      outcome: 'unreachable',
      error: 'The connection failed (ECONNREFUSED)',
    });
  });

  test('whose https is none is unreachable', async () => {
    const { port } = await receiver(ok);
    const origin = `https://127.0.0.1:${port}`;
    expect(await post(origin, { exemptOrigins: [origin] })).toMatchObject({ outcome: 'unreachable' });
  });
});

describe('a callback to anything not on the public internet is refused', () => {
  test('by a literal address, and nothing is resolved or sent', async () => {
    const { port, seen } = await receiver(ok);
    const resolve = () => Promise.reject(new Error('asked'));
    const hosts = [
      '127.0.0.1',
      '127.1',
      '127.0.0.1.',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '0.0.0.0',
      '0',
      '[::]',
    ];
    const more = [
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '169.254.169.254',
      '[::ffff:a9fe:a9fe]',
      '10.0.0.1',
    ];
    for (const host of [...hosts, ...more, '[fd00::1]', '[fe80::1]', 'localhost', 'localhost.'])
      expect(await post(`https://${host}:${port}/`, { resolve })).toEqual({
        outcome: 'refused',
        error: 'The host of the URL is not on the public internet',
      });
    expect(seen).toEqual([]);
  });

  test.each([
    [['127.0.0.1']],
    [['10.1.2.3']],
    [['169.254.169.254']],
    [['100.64.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['fd00:ec2::254']],
    [['64:ff9b::a9fe:a9fe']],
    [['0.0.0.0']],
    [['::ffff:a9fe:a9fe']],
    [['fd00::1']],
    [['fe80::1']],
    [['2606:4700::1111', '::1']],
    [['8.8.8.8', '127.0.0.1']],
  ])('by what its name resolves to: %s', async (addresses) => {
    const { port, seen } = await receiver(ok);
    expect(await post(`https://rebind.example:${port}/`, { resolve: async () => addresses })).toEqual({
      outcome: 'refused',
      error: 'The host of the URL resolves to an address that is not on the public internet',
    });
    expect(seen).toEqual([]);
  });

  test('by plain http', async () => {
    const { origin, seen } = await receiver(ok);
    expect(await post(origin)).toMatchObject({ outcome: 'refused', error: 'The URL must begin with https://' });
    expect(seen).toEqual([]);
  });
});

describe('a name', () => {
  test('is resolved once, and what is connected to is what was checked', async () => {
    const reached: string[] = [];
    const server = createServer();
    servers.push(server);
    server.on('connection', (socket) => {
      reached.push(socket.localAddress ?? '');
      socket.destroy();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    // The second answer is the one a rebinding attack hopes for.
    const answers = ['127.0.0.1', '10.0.0.1', '10.0.0.1'];
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return [answers[asked.length - 1] ?? ''];
    };
    const isPublic = (address: string) => address === '127.0.0.1';
    const posted = await post(`https://rebind.example:${port}/`, { resolve, isPublic });
    expect(posted).toMatchObject({ outcome: 'unreachable' });
    expect([asked, reached]).toEqual([['rebind.example'], ['127.0.0.1']]);
  });

  test('that does not resolve is tried again', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
    expect(await post('https://nowhere.example/', { resolve })).toEqual({
      outcome: 'unreachable',
      error: 'The connection failed (ENOTFOUND)',
    });
    expect(await post('https://nowhere.example/', { resolve: async () => [] })).toEqual({
      outcome: 'unreachable',
      error: 'The connection failed (ENOTFOUND)',
    });
  });

  test('that takes too long to resolve is given up at the deadline', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    expect(await post('https://slow.example/', { resolve, deadlineMs: 100 })).toMatchObject({
      outcome: 'unreachable',
      error: 'No answer within 0.1 s',
    });
  });
});
