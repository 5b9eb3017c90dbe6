import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAgents, postOutward } from './post-outward.ts';

const agents = createAgents(4_000);
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A server that does this with a connection once something has come over it. */
const portOf = async (act: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => act(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

const postTo = (port: number, deadlineMs = 20_000) =>
  postOutward({ url: new URL(`http://127.0.0.1:${port}/`), body: '{}', headers: {}, deadlineMs, agents });

test.each([
  ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', { outcome: 'answered', status: 200, text: 'ok' }],
  ['HTTP/1.1 204 No Content\r\n\r\n', { outcome: 'answered', status: 204, text: '' }],
  [
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    { outcome: 'answered', status: 101, text: '' },
  ],
  ['nonsense\r\n\r\n', { outcome: 'failed', isSent: true, isLate: false }],
])('what is answered %j comes to an end', async (answer, posted) => {
  expect(await postTo(await portOf((socket) => socket.write(answer)))).toMatchObject(posted);
});

test('an answer that breaks off has its status and no text', async () => {
  const port = await portOf((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
  expect(await postTo(port)).toEqual({ outcome: 'answered', status: 200, text: null });
});

test('silence is over at the deadline, and what was asked may have arrived', async () => {
  const silences = ['', 'HTTP/1.1 100 Continue\r\n\r\n'].map(async (answer) =>
    postTo(await portOf((socket) => socket.write(answer)), 2_000),
  );
  for (const posted of await Promise.all(silences))
    expect(posted).toMatchObject({ outcome: 'failed', isLate: true, isSent: true });
});

test('where nobody listens nothing has gone out', async () => {
  const port = await portOf(() => undefined);
  for (const stop of stops.splice(0)) await stop();
  expect(await postTo(port)).toMatchObject({ outcome: 'failed', isSent: false, error: { code: 'ECONNREFUSED' } });
});
