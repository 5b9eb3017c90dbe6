import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createCredentials } from '../services/credentials.ts';
import { type Queues, startQueues } from '../services/queues.ts';
import { describeLetter } from './describe-letter.ts';
import { openRedrive } from './redrive.ts';

const messageId = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3';
let service: Queues;
let sqs: SQSClient;
let count = 0;
let queue = '';
const urls = { source: '', deadLetters: '' };

beforeAll(async () => {
  const gate = createCredentials();
  service = await startQueues({ gate });
  const credentials = gate.issue('operator');
  sqs = new SQSClient({ endpoint: service.url, region: 'eu-central-1', credentials, useQueueUrlAsEndpoint: false });
});
afterAll(async () => {
  sqs?.destroy();
  await service?.stop();
});
beforeEach(async () => {
  queue = `signalbox-test-work${count++}`;
  const make = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
  urls.source = await make(queue);
  urls.deadLetters = await make(`${queue}-dlq`);
});

const put = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i++)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: urls.deadLetters,
        MessageBody: JSON.stringify({ type: 'CallbackDue', version: 1, message_id: messageId, i }),
        MessageAttributes: { Trace: { DataType: 'String', StringValue: `t${i}` } },
      }),
    );
};
const depth = async (QueueUrl: string): Promise<number> => {
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes?.ApproximateNumberOfMessages);
};

test('looking moves nothing, and what was looked at can be received at once', async () => {
  await put(3);
  const redrive = await openRedrive(sqs, queue);
  const { waiting, inHand, sample } = await redrive.survey();
  expect({ waiting, inHand }).toEqual({ waiting: 3, inHand: 0 });
  expect(sample.map(({ type, ids }) => [type, ids])).toEqual(
    Array(3).fill(['CallbackDue/1', { message_id: messageId }]),
  );
  expect([await depth(urls.deadLetters), await depth(urls.source)]).toEqual([3, 0]);
});

test('no more are moved than was said, each as it was, and the rest stay', async () => {
  await put(14);
  const redrive = await openRedrive(sqs, queue);
  expect(await redrive.move(12)).toBe(12);
  expect([await depth(urls.deadLetters), await depth(urls.source)]).toEqual([2, 12]);
  const command = new ReceiveMessageCommand({ QueueUrl: urls.source, MessageAttributeNames: ['All'] });
  const [first] = (await sqs.send(command)).Messages ?? [];
  expect(first?.MessageAttributes?.Trace?.StringValue).toMatch(/^t\d+$/);
  expect(await redrive.move(12)).toBe(2);
});

test('a queue without dead letters of its own is refused by name: a schedule has none to go back to', async () => {
  await expect(openRedrive(sqs, 'signalbox-test-dispatch-due')).rejects.toThrow('signalbox-test-dispatch-due');
});

test('of a dead letter nothing is shown but what it is and the ids in it', () => {
  const body = JSON.stringify({
    type: 'InboundReceived',
    version: 1,
    inbound_id: messageId,
    source_addr: '491700000701',
    msisdn_id: '491700000701',
    text: 'secret',
  });
  const shown = describeLetter('m', new Date(0), body);
  expect(shown).toEqual({
    id: 'm',
    sentAt: '1970-01-01T00:00:00.000Z',
    type: 'InboundReceived/1',
    ids: { inbound_id: messageId },
  });
  expect(describeLetter('m', new Date(0), 'call 491700000701').type).toBeNull();
  expect(describeLetter('m', new Date(0), '{"type":"491700000701","version":1}').type).toBeNull();
});
