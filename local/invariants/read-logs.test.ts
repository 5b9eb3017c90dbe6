import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readCallbackLog } from './read-logs.ts';

const came = (data: object) => ({
  time: '2026-11-21T08:00:00.000Z',
  body: JSON.stringify({ id: 'callback-1', type: 'news', data }),
  verdict: 'valid',
  status: 204,
});

test('a callback is about its message, and that of a push about the message that carried it', async () => {
  const log = JSON.stringify([came({ message_id: 'one' }), came({ push_id: 'two' }), came({ balance_cents: 3 })]);
  const receiver = createServer((_request, response) => response.end(log)).listen(0, '127.0.0.1');
  onTestFinished(() => void receiver.close());
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const { entries } = await readCallbackLog(`http://127.0.0.1:${port}/`);
  expect(entries.map(({ messageId }) => messageId)).toEqual(['one', 'two', null]);
});
