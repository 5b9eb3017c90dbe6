import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { region } from './intrinsics.ts';
import type { LambdaRuntime } from './lambda-runtime.ts';

export interface MappingDefinition {
  readonly queueArn: string;
  readonly queueUrl: string;
  readonly functionArn: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly reportBatchItemFailures: boolean;
  /** Batches under way at most; AWS starts with five pollers where nothing is said. */
  readonly maximumConcurrency: number;
}

export interface Mapping {
  /** Takes no more messages, and waits two seconds for the batches under way. */
  stop(): Promise<void>;
}

const toLambdaAttribute = (attribute: MessageAttributeValue): object => ({
  ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
  ...(attribute.BinaryValue !== undefined && { binaryValue: Buffer.from(attribute.BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
  dataType: attribute.DataType,
});

const toRecord = (message: Message, queueArn: string): object => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes ?? {},
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, toLambdaAttribute(value)]),
  ),
  ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
  md5OfBody: message.MD5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: region,
});

const BatchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * Which messages of a batch are done (Lambda Developer Guide, "Implementing partial batch responses"): an answer of
 * another shape, or one that names a message which is not of the batch, fails the whole batch.
 */
export const succeededOf = (messages: readonly Message[], payload: string, reports: boolean): readonly Message[] => {
  if (!reports) return messages;
  const parsed = BatchResponse.safeParse(JSON.parse(payload));
  if (!parsed.success) return [];
  const failed = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(messages.map(({ MessageId }) => MessageId));
  if ([...failed].some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
};

interface Poller {
  readonly mapping: MappingDefinition;
  readonly sqs: SQSClient;
  readonly runtime: Pick<LambdaRuntime, 'invoke'>;
  readonly stopping: AbortSignal;
  readonly say: (line: string) => void;
}

const receive = async ({ mapping, sqs, stopping }: Poller, most: number, seconds: number): Promise<Message[]> => {
  const command = new ReceiveMessageCommand({
    QueueUrl: mapping.queueUrl,
    MaxNumberOfMessages: Math.min(most, 10),
    WaitTimeSeconds: Math.min(seconds, 20),
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  const { Messages = [] } = await sqs.send(command, { abortSignal: stopping });
  return Messages;
};

/** Within a window the queue is looked at ten times a second: messages gather meanwhile. */
const gatheringMs = 100;

/** Fills a batch until it is full or its window is over; without a window, what is there at once is the batch. */
const nextBatch = async (poller: Poller): Promise<Message[]> => {
  const { batchSize, batchingWindowSeconds } = poller.mapping;
  const batch = await receive(poller, batchSize, 20);
  if (batch.length === 0) return batch;
  const until = Date.now() + batchingWindowSeconds * 1000;
  while (batch.length < batchSize && Date.now() < until && !poller.stopping.aborted) {
    await sleep(Math.min(gatheringMs, until - Date.now()));
    batch.push(...(await receive(poller, batchSize - batch.length, 0)));
  }
  return batch;
};

const remove = async ({ mapping, sqs, say }: Poller, messages: readonly Message[]): Promise<void> => {
  for (let start = 0; start < messages.length; start += 10) {
    const Entries = messages
      .slice(start, start + 10)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: mapping.queueUrl, Entries }));
    for (const { Message: reason } of Failed) say(`${mapping.queueArn}: a message could not be deleted: ${reason}`);
  }
};

const handle = async (poller: Poller, messages: readonly Message[]): Promise<void> => {
  const { mapping, runtime } = poller;
  const payload = JSON.stringify({ Records: messages.map((message) => toRecord(message, mapping.queueArn)) });
  const outcome = await runtime.invoke(mapping.functionArn, payload);
  // After a fault the messages come back when their visibility timeout is over.
  if (outcome.failed) return;
  const succeeded = succeededOf(messages, outcome.payload, mapping.reportBatchItemFailures);
  if (succeeded.length > 0) await remove(poller, succeeded);
};

const tell = ({ mapping, stopping, say }: Poller, error: unknown): void => {
  if (!stopping.aborted) say(`${mapping.queueArn}: ${error instanceof Error ? error.message : String(error)}`);
};

/** One poller gathers batches; as many of them as the mapping allows are with the function at a time. */
const poll = async (poller: Poller): Promise<void> => {
  const under = new Set<Promise<void>>();
  while (!poller.stopping.aborted) {
    try {
      const batch = await nextBatch(poller);
      if (batch.length === 0) continue;
      const work = handle(poller, batch)
        .catch((error: unknown) => tell(poller, error))
        .finally(() => under.delete(work));
      under.add(work);
      if (under.size >= poller.mapping.maximumConcurrency) await Promise.race(under);
    } catch (error) {
      tell(poller, error);
      await sleep(1000, undefined, { signal: poller.stopping }).catch(() => undefined);
    }
  }
  await Promise.all(under);
};

/** What is still at work after that comes back by its visibility timeout. */
const grace = 2000;

/** Starts to feed a function from a queue, under the credentials that the client has. */
export const startMapping = (
  mapping: MappingDefinition,
  sqs: SQSClient,
  runtime: Pick<LambdaRuntime, 'invoke'>,
  say: (line: string) => void,
): Mapping => {
  const stopping = new AbortController();
  const poller: Poller = { mapping, sqs, runtime, stopping: stopping.signal, say };
  const polling = poll(poller);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.race([polling, sleep(grace, undefined, { ref: false })]);
    },
  };
};
