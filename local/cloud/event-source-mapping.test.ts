import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../services/aws-json-server.ts';
import { createCredentials } from '../services/credentials.ts';
import { startQueues } from '../services/queues.ts';
import { type Mapping, type MappingDefinition, startMapping, succeededOf } from './event-source-mapping.ts';
import type { Invocation } from './function-pool.ts';

interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, object>>;
}

let endpoint: Endpoint;
let sqs: SQSClient;
const mappings: Mapping[] = [];

beforeAll(async () => {
  const gate = createCredentials();
  endpoint = await startQueues({ gate });
  const credentials = gate.issue('test');
  sqs = new SQSClient({ region: 'eu-central-1', endpoint: endpoint.url, credentials, useQueueUrlAsEndpoint: false });
});
afterAll(async () => {
  await Promise.all(mappings.map((mapping) => mapping.stop()));
  sqs.destroy();
  await endpoint.stop();
});

const makeQueue = async (name: string, attributes: Record<string, string> = {}): Promise<string> => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return QueueUrl;
};

const left = async (queueUrl: string): Promise<number> => {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] });
  const { Attributes = {} } = await sqs.send(command);
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
};

/** Feeds a queue to a function of this process, which gets the records and gives its answer, or throws. */
const consume = (
  queueUrl: string,
  work: (records: readonly SqsRecord[]) => unknown,
  more: Partial<MappingDefinition> = {},
) => {
  const invoke = async (_name: string, payload: string): Promise<Invocation> => {
    const { Records } = JSON.parse(payload) as { Records: SqsRecord[] };
    try {
      return { requestId: 'r', failed: false, payload: JSON.stringify((await work(Records)) ?? null) };
    } catch {
      return { requestId: 'r', failed: true, payload: '{}' };
    }
  };
  const definition: MappingDefinition = {
    queueArn: `arn:aws:sqs:eu-central-1:000000000000:${queueUrl.split('/').at(-1)}`,
    queueUrl,
    functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:f',
    batchSize: 10,
    batchingWindowSeconds: 0,
    reportBatchItemFailures: true,
    maximumConcurrency: 2,
    ...more,
  };
  mappings.push(startMapping(definition, sqs, { invoke }, () => undefined));
};

const sendMany = async (queueUrl: string, count: number): Promise<void> => {
  for (let start = 0; start < count; start += 10) {
    const Entries = Array.from({ length: 10 }, (_unused, index) => ({
      Id: `${index}`,
      MessageBody: `${start + index}`,
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
};

test('every message reaches the function, in batches no larger than asked, and is deleted', async () => {
  const queue = await makeQueue('many');
  const seen: string[] = [];
  const sizes: number[] = [];
  await sendMany(queue, 100);
  consume(
    queue,
    (records) => {
      sizes.push(records.length);
      seen.push(...records.map(({ body }) => body));
    },
    { batchSize: 7 },
  );
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(100);
  expect(new Set(seen).size).toBe(100);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
  await expect.poll(() => left(queue), { timeout: 5000 }).toBe(0);
});

test('a record looks as it does on AWS', async () => {
  const queue = await makeQueue('shape');
  const records: SqsRecord[] = [];
  consume(queue, (given) => void records.push(...given));
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
  await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'hello', MessageAttributes }));
  await expect.poll(() => records.length).toBe(1);
  expect(records[0]).toMatchObject({
    body: 'hello',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:shape',
    awsRegion: 'eu-central-1',
    md5OfBody: '5d41402abc4b2a76b9719d911017c592',
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: { kind: { dataType: 'String', stringValue: 'x', stringListValues: [], binaryListValues: [] } },
  });
});

test('only what is reported as failed comes back, after its visibility timeout', async () => {
  const queue = await makeQueue('partial', { VisibilityTimeout: '3' });
  const seen: string[] = [];
  consume(queue, (records) => {
    seen.push(...records.map(({ body, attributes }) => `${body}#${attributes.ApproximateReceiveCount}`));
    const failed = records.filter(({ body, attributes }) => body === '3' && attributes.ApproximateReceiveCount === '1');
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  await sendMany(queue, 10);
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(11);
  expect(seen.filter((each) => each.endsWith('#2'))).toEqual(['3#2']);
  await expect.poll(() => left(queue), { timeout: 5000 }).toBe(0);
});

test('after a fault the whole batch comes back, and goes to the dead letters in the end', async () => {
  const deadLetters = await makeQueue('faulty-dlq');
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:000000000000:faulty-dlq',
    maxReceiveCount: 2,
  });
  const queue = await makeQueue('faulty', { VisibilityTimeout: '1', RedrivePolicy });
  let calls = 0;
  consume(queue, () => {
    calls += 1;
    throw new Error('no');
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'poison' }));
  await expect.poll(() => left(deadLetters), { timeout: 10_000 }).toBe(1);
  expect(calls).toBe(2);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLetters }));
  expect(Messages[0]?.Body).toBe('poison');
});

test('a batch larger than ten is gathered over its window', async () => {
  const queue = await makeQueue('window');
  await sendMany(queue, 30);
  const sizes: number[] = [];
  consume(queue, (records) => void sizes.push(records.length), {
    batchSize: 30,
    batchingWindowSeconds: 5,
    maximumConcurrency: 1,
  });
  await expect.poll(() => sizes, { timeout: 10_000 }).toEqual([30]);
});

test('never more batches are under way than the maximum concurrency', async () => {
  const queue = await makeQueue('narrow');
  await sendMany(queue, 40);
  let under = 0;
  let most = 0;
  let done = 0;
  consume(
    queue,
    async (records) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 20));
      under -= 1;
      done += records.length;
    },
    { batchSize: 2, maximumConcurrency: 3 },
  );
  await expect.poll(() => done, { timeout: 10_000 }).toBe(40);
  expect(most).toBeLessThanOrEqual(3);
});

test('an answer about a message of another batch, or of another shape, fails the whole batch', () => {
  const messages = [{ MessageId: 'a' }, { MessageId: 'b' }];
  const done = (payload: unknown) =>
    succeededOf(messages, JSON.stringify(payload), true).map(({ MessageId }) => MessageId);
  expect(done({ batchItemFailures: [{ itemIdentifier: 'z' }] })).toEqual([]);
  expect(done({ batchItemFailures: [{ itemIdentifier: '' }] })).toEqual([]);
  expect(done({ batchItemFailures: [{ itemIdentifier: 'a' }] })).toEqual(['b']);
  expect(done({ batchItemFailures: [] })).toEqual(['a', 'b']);
  expect(done(null)).toEqual(['a', 'b']);
});
