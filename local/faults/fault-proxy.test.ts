import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Listener } from '../cloud/http-listener.ts';
import type { Endpoint } from '../services/aws-json-server.ts';
import { createCredentials } from '../services/credentials.ts';
import { startQueues } from '../services/queues.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { createFaultRules, type FaultAction } from './faults.ts';

const rules = createFaultRules();
const killed: string[] = [];
let queues: Endpoint;
let proxy: Listener;
let sqs: SQSClient;
let QueueUrl: string;

beforeAll(async () => {
  const credentials = createCredentials();
  const gate = credentials;
  queues = await startQueues({ gate });
  proxy = await startFaultProxy({
    service: 'sqs',
    target: queues.url,
    faults: rules,
    identify: (key) => credentials.identify(key),
    kill: (caller) => void killed.push(caller),
  });
  const key = credentials.issue('arn:aws:sts::000000000000:assumed-role/role/sender');
  const common = { region: 'eu-central-1', endpoint: proxy.url, credentials: key };
  sqs = new SQSClient({ ...common, maxAttempts: 1, useQueueUrlAsEndpoint: false });
});
afterAll(async () => {
  sqs.destroy();
  await proxy.stop();
  await queues.stop();
});

let made = 0;
beforeEach(async () => {
  rules.lift();
  killed.length = 0;
  made += 1;
  ({ QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${made}` })));
});

const meet = (action: FaultAction, operation = /SendMessage/): void =>
  rules.arm([{ name: action.kind, service: 'sqs', operation, caller: 'sender', skip: 0, times: 1, action }]);
const send = () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
const depth = async (): Promise<number> => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
};

test('without a fault a call passes as it is', async () => {
  expect((await send()).MessageId).toBeDefined();
  expect(await depth()).toBe(1);
});

test.each([
  { kind: 'throttle', error: 'RequestThrottled' },
  { kind: 'fail', error: 'InternalFailure' },
  { kind: 'reset', error: 'TimeoutError' },
] as const)('$kind: the caller is told $error, and nothing was done', async ({ kind, error }) => {
  meet({ kind });
  await expect(send()).rejects.toMatchObject({ name: error });
  expect(await depth()).toBe(0);
});

test.each(['lose-answer', 'fail-after'] as const)(
  '%s: the caller is told of a failure, and it was done',
  async (kind) => {
    meet({ kind });
    await expect(send()).rejects.toThrow();
    expect(await depth()).toBe(1);
  },
);

test('twice: one answer, and two messages', async () => {
  meet({ kind: 'twice' });
  await send();
  expect(await depth()).toBe(2);
});

test('swallow: a delete is answered, and the message is still there', async () => {
  await send();
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  meet({ kind: 'swallow' }, /DeleteMessage/);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
  expect(await depth()).toBe(1);
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle, VisibilityTimeout: 0 }),
  );
});

test('show-again: what was received is received once more', async () => {
  await send();
  meet({ kind: 'show-again' }, /ReceiveMessage/);
  const receive = async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.length ?? 0;
  expect([await receive(), await receive(), await receive()]).toEqual([1, 1, 0]);
});

test.each([
  { kind: 'kill-before', left: 0 },
  { kind: 'kill-after', left: 1 },
] as const)('$kind: the caller is ended by name, and $left calls were done', async ({ kind, left }) => {
  meet({ kind });
  await expect(send()).rejects.toThrow();
  expect(killed).toEqual(['sender']);
  expect(await depth()).toBe(left);
});
