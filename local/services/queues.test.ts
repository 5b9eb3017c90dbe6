import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from './aws-json-server.ts';
import { createCredentials } from './credentials.ts';
import type { Call } from './gate.ts';
import { startQueues } from './queues.ts';

const calls: Call[] = [];
const denied = new Set<string>();
const gate = createCredentials((call) => {
  calls.push(call);
  return denied.has(call.action) ? { allowed: false, reason: 'because no policy allows it' } : { allowed: true };
});
let service: Endpoint;
let client: SQSClient;

const connect = (credentials = gate.issue('role/test')) =>
  new SQSClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });
const createQueue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
  (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
const receive = async (QueueUrl: string) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }))).Messages ??
  [];

beforeAll(async () => {
  service = await startQueues({ gate });
  client = connect();
});
afterAll(() => service.stop());

test('a queue URL and its ARN have account and region', async () => {
  const QueueUrl = await createQueue('plain');
  expect(QueueUrl).toMatch(/^http:\/\/sqs\.eu-central-1\.localhost:\d+\/000000000000\/plain$/);
  expect((await client.send(new GetQueueUrlCommand({ QueueName: 'plain' }))).QueueUrl).toBe(QueueUrl);
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes?.QueueArn).toBe('arn:aws:sqs:eu-central-1:000000000000:plain');
});

test('the URL that AWS would give finds the queue as well', async () => {
  const QueueUrl = await createQueue('elsewhere');
  const awsUrl = 'https://sqs.eu-central-1.amazonaws.com/000000000000/elsewhere';
  await client.send(new SendMessageCommand({ QueueUrl: awsUrl, MessageBody: 'found' }));
  expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(['found']);
});

test('a standard queue takes a message group, alone and in a batch', async () => {
  const QueueUrl = await createQueue('fair');
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one', MessageGroupId: 'client-1' }));
  const Entries = [2, 3].map((n) => ({ Id: `${n}`, MessageBody: `${n}`, MessageGroupId: `client-${n}` }));
  expect((await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Successful).toHaveLength(2);
  const messages = await receive(QueueUrl);
  expect(messages).toHaveLength(3);
  const deleted = messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
  expect((await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: deleted }))).Successful).toHaveLength(3);
});

test('a message received too often goes to the dead letters', async () => {
  const dead = await createQueue('work-dlq');
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:000000000000:work-dlq',
    maxReceiveCount: 2,
  });
  const QueueUrl = await createQueue('work', { RedrivePolicy });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  for (let time = 0; time < 2; time += 1) {
    const Entries = (await receive(QueueUrl)).map(({ ReceiptHandle }) => ({
      Id: 'x',
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    expect(Entries).toHaveLength(1);
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
  expect(await receive(QueueUrl)).toEqual([]);
  expect((await receive(dead)).map(({ Body }) => Body)).toEqual(['poison']);
});

test('the gate is asked for the single action of a batch, and refuses by name', async () => {
  const QueueUrl = await createQueue('guarded');
  calls.length = 0;
  denied.add('sqs:SendMessage');
  const Entries = [{ Id: '1', MessageBody: 'x' }];
  await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
    message: expect.stringContaining('is not authorized to perform: sqs:SendMessage on resource:'),
  });
  denied.clear();
  expect(calls).toMatchObject([{ principal: 'role/test', resource: 'arn:aws:sqs:eu-central-1:000000000000:guarded' }]);
  expect(await receive(QueueUrl)).toEqual([]);
});

test('a key nobody was issued is not recognized', async () => {
  const stranger = connect({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' });
  await expect(stranger.send(new GetQueueUrlCommand({ QueueName: 'plain' }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});
