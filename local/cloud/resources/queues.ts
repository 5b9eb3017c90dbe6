import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { accountId, region } from '../intrinsics.ts';
import type { Statement } from '../plan.ts';
import { count, generatedName, type Maker, readProperties, unused } from '../resource.ts';
import { noteEncryptionKey } from './keys.ts';

const Queue = z.strictObject({
  QueueName: z.string().optional(),
  VisibilityTimeout: count.optional(),
  MessageRetentionPeriod: count.optional(),
  DelaySeconds: count.optional(),
  ReceiveMessageWaitTimeSeconds: count.optional(),
  MaximumMessageSize: count.optional(),
  RedrivePolicy: z.record(z.string(), z.unknown()).optional(),
  FifoQueue: z.boolean().optional(),
  ContentBasedDeduplication: z.boolean().optional(),
  // Encryption at rest and tags: nothing is written to a disk here.
  SqsManagedSseEnabled: unused,
  KmsMasterKeyId: z.string().optional(),
  KmsDataKeyReusePeriodSeconds: unused,
  RedriveAllowPolicy: unused,
  Tags: unused,
});

const attributesOf = (queue: z.infer<typeof Queue>): Record<string, string> => {
  const { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds, ReceiveMessageWaitTimeSeconds } = queue;
  const { MaximumMessageSize, RedrivePolicy, FifoQueue, ContentBasedDeduplication } = queue;
  const plain = { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds, ReceiveMessageWaitTimeSeconds };
  const all = { ...plain, MaximumMessageSize, FifoQueue, ContentBasedDeduplication };
  const given = Object.entries(all).filter(([, value]) => value !== undefined && value !== false);
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
  };
};

const makeQueue: Maker = async (resource, workshop) => {
  const { sqs, plan } = workshop;
  const queue = readProperties(resource, Queue);
  const name = queue.QueueName ?? generatedName(resource, 80);
  const command = new CreateQueueCommand({ QueueName: name, Attributes: attributesOf(queue) });
  const { QueueUrl = '' } = await sqs.send(command);
  const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
  plan.queues.set(arn, QueueUrl);
  await noteEncryptionKey(workshop, arn, queue.KmsMasterKeyId);
  return { ref: QueueUrl, attributes: { Arn: arn, QueueName: name, QueueUrl } };
};

const QueuePolicy = z.strictObject({
  Queues: z.array(z.string()),
  PolicyDocument: z.object({ Statement: z.array(z.record(z.string(), z.unknown())) }),
});

const keepQueuePolicy: Maker = (resource, { plan }) => {
  const { Queues, PolicyDocument } = readProperties(resource, QueuePolicy);
  const statements: readonly Statement[] = PolicyDocument.Statement;
  for (const [resourceArn, url] of plan.queues)
    if (Queues.includes(url)) plan.resourcePolicies.push({ resourceArn, statements });
  return { ref: generatedName(resource) };
};

export const queueMakers: Readonly<Record<string, Maker>> = {
  'AWS::SQS::Queue': makeQueue,
  'AWS::SQS::QueuePolicy': keepQueuePolicy,
};
