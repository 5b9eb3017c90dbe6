import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as fc from 'fast-check';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  changeVisibility,
  deleteBatch,
  receive,
  SendFailed,
  sendBatch,
  toMessageBody,
  trySendBatch,
} from './queues.ts';

let server: FauxqsServer;
let client: SQSClient;

const clientOf = (port: number) =>
  new SQSClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });

beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  client = clientOf(server.port);
});
afterAll(() => server.stop());

interface BatchCall {
  readonly Entries: { readonly Id: string }[];
}

/** Stands before the server and keeps one entry of the first call from it, with the fault SQS answers when it is unwell. */
const failingOnce = async (id: string, port: number) => {
  let calls = 0;
  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const call = (await json(request)) as BatchCall;
    calls += 1;
    const kept = calls === 1 ? call.Entries.filter((entry) => entry.Id !== id) : call.Entries;
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessageBatch' };
    const body = JSON.stringify({ ...call, Entries: kept });
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    const Failed = kept.length < call.Entries.length ? [{ Id: id, SenderFault: false, Code: 'InternalError' }] : [];
    response.setHeader('content-type', headers['content-type']);
    response.end(JSON.stringify({ ...((await answer.json()) as object), Failed }));
  };
  const proxy = createServer((request, response) => void forward(request, response));
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { port: (proxy.address() as AddressInfo).port, calls: () => calls, close };
};

const newQueue = (name: string) => server.createQueue(name).queueUrl;

const drain = async (queueUrl: string) => {
  const bodies: string[] = [];
  for (;;) {
    const messages = await receive(queueUrl, { waitSeconds: 0 }, client);
    if (messages.length === 0) return bodies;
    bodies.push(...messages.map((message) => message.body));
    await deleteBatch(
      queueUrl,
      messages.map((message) => message.receiptHandle),
      client,
    );
  }
};

describe('sending', () => {
  test('more than ten messages all arrive', async () => {
    const queueUrl = newQueue('many');
    await sendBatch(
      queueUrl,
      Array.from({ length: 47 }, (_, n) => ({ body: { n }, groupId: 'client' })),
      client,
    );
    const arrived = (await drain(queueUrl)).map((body) => (JSON.parse(body) as { n: number }).n);
    expect(arrived.sort((a, b) => a - b)).toEqual(Array.from({ length: 47 }, (_, n) => n));
  });

  test('messages that are large together are split by size', async () => {
    const queueUrl = newQueue('large');
    const text = 'x'.repeat(200_000);
    expect(
      await trySendBatch(
        queueUrl,
        [1, 2, 3].map((n) => ({ body: { n, text } })),
        client,
      ),
    ).toEqual({
      failed: [],
      failures: [],
    });
    expect(await drain(queueUrl)).toHaveLength(3);
  });

  test('nothing to send is no call', async () => {
    await sendBatch('http://nowhere.invalid/queue', [], client);
  });

  test('characters above U+FFFF arrive as they were', async () => {
    const queueUrl = newQueue('astral');
    const body = { text: 'a😀€\u0000\ufffe\uffff\ud800' };
    await sendBatch(queueUrl, [{ body }], client);
    expect((await drain(queueUrl)).map((text) => JSON.parse(text) as unknown)).toEqual([body]);
  });

  test('a delayed message is not there at once', async () => {
    const queueUrl = newQueue('delayed');
    await sendBatch(queueUrl, [{ body: {}, delaySeconds: 900 }], client);
    expect(await receive(queueUrl, { waitSeconds: 0 }, client)).toEqual([]);
    expect(server.inspectQueue('delayed')?.messages.delayed).toHaveLength(1);
  });

  test('those that fail twice are named by their places, and the others are sent', async () => {
    const { queueUrl } = server.createQueue('small', { attributes: { MaximumMessageSize: '1024' } });
    const messages = Array.from({ length: 15 }, (_, n) => ({ body: { n, text: 'x'.repeat(n % 7 === 3 ? 2_000 : 1) } }));
    expect((await trySendBatch(queueUrl, messages, client)).failed).toEqual([3, 10]);
    expect(await drain(queueUrl)).toHaveLength(13);
    await expect(sendBatch(queueUrl, messages, client)).rejects.toThrow(
      /^2 of 15 messages were not sent \(places 3, 10\): InvalidParameterValue: /,
    );
  });

  test('one that fails once is sent the second time, and the others are not sent twice', async () => {
    const queueUrl = newQueue('shaky');
    const shaky = await failingOnce('1', server.port);
    try {
      await sendBatch(queueUrl, [{ body: { n: 0 } }, { body: { n: 1 } }, { body: { n: 2 } }], clientOf(shaky.port));
      expect((await drain(queueUrl)).sort()).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
      expect(shaky.calls()).toBe(2);
    } finally {
      shaky.close();
    }
  });

  test('a queue that is not there fails all of them', async () => {
    const gone = newQueue('partly').replace('partly', 'gone');
    const sending = sendBatch(gone, [{ body: {} }, { body: {} }], client);
    await expect(sending).rejects.toThrow(/2 of 2 messages were not sent/);
    await expect(sending).rejects.toSatisfy((error) => error instanceof SendFailed && error.failed.length === 2);
  });

  test('a body is JSON of characters that SQS takes, and parses to what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const body = toMessageBody({ text });
        expect(body).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd]*$/);
        expect(JSON.parse(body)).toEqual({ text });
      }),
    );
  });
});

describe('receiving', () => {
  test('a message given back comes again with its count', async () => {
    const queueUrl = newQueue('again');
    await sendBatch(queueUrl, [{ body: { n: 1 } }], client);
    const [first] = await receive(queueUrl, { waitSeconds: 1, visibilitySeconds: 60 }, client);
    expect(first).toMatchObject({ receiveCount: 1, body: '{"n":1}' });
    expect(await receive(queueUrl, { waitSeconds: 0 }, client)).toEqual([]);
    expect(await changeVisibility(queueUrl, [first?.receiptHandle ?? ''], 0, client)).toEqual({ failed: [] });
    const [second] = await receive(queueUrl, { waitSeconds: 1 }, client);
    expect(second).toMatchObject({ messageId: first?.messageId, receiveCount: 2 });
  });

  test('a receipt handle that SQS does not know is named by its place', async () => {
    const queueUrl = newQueue('unknown-handle');
    expect(await changeVisibility(queueUrl, ['nonsense'], 0, client)).toEqual({ failed: [0] });
  });

  test('a wait can be given up', async () => {
    const queueUrl = newQueue('aborted');
    const waiting = receive(queueUrl, { waitSeconds: 20, signal: AbortSignal.timeout(50) }, client);
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
