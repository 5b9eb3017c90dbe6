import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientSettings } from './client-settings.ts';

/** SQS takes ten entries a call. */
const entriesPerCall = 10;
/** SQS takes 1 MiB a call; a quarter of it keeps a call short, and fits where the old limit still stands. */
const bytesPerCall = 256 * 1024;
const callsAtOnce = 4;

/**
 * `useQueueUrlAsEndpoint: false`: the endpoint of the configuration decides where a call goes, and the queue URL only
 * names the queue. The SDK's MD5 check of bodies stays on.
 */
export const createSqsClient = (): SQSClient => new SQSClient({ ...clientSettings, useQueueUrlAsEndpoint: false });

const sqs = createSqsClient();

export interface OutgoingMessage {
  /** Any JSON object; see shared/contracts/queue-messages.ts. */
  readonly body: object;
  /** 0 to 900. */
  readonly delaySeconds?: number | undefined;
  /** Fair queues: the client whose message it is, so that one busy client does not hold up the others. */
  readonly groupId?: string | undefined;
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** 1 the first time. Retries are rows, not redeliveries, so anything more means that a fault was met before. */
  readonly receiveCount: number;
  readonly sentAt: Date;
}

/** An entry, by its place in what was given, and why SQS did not take it. */
export interface FailedEntry {
  readonly index: number;
  readonly reason: string;
}

/** Some entries were refused twice. The others have been sent. */
export class SendFailed extends Error {
  /** Places in the given list, ascending. */
  readonly failed: readonly number[];
  constructor(failures: readonly FailedEntry[], total: number) {
    const reasons = [...new Set(failures.map((failure) => failure.reason))].slice(0, 3).join('; ');
    const places = failures.slice(0, 20).map((failure) => failure.index);
    super(`${failures.length} of ${total} messages were not sent (places ${places.join(', ')}): ${reasons}`);
    this.name = 'SendFailed';
    this.failed = failures.map((failure) => failure.index);
  }
}

interface Entry {
  readonly index: number;
  readonly bytes: number;
}

/**
 * JSON in the characters SQS takes everywhere: it keeps to those of XML 1.0, and some servers refuse what is above
 * U+FFFF. Every JSON parser gives the same string back.
 */
export const toMessageBody = (body: object): string =>
  JSON.stringify(body).replace(/[\u{10000}-\u{10ffff}\ufffe\uffff]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16)}`).join(''),
  );

/** Entries in order, at most ten and 256 KiB together; one that is larger alone goes alone. */
const toCalls = <E extends Entry>(entries: readonly E[]): E[][] => {
  const calls: E[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const call = calls.at(-1);
    if (call && call.length < entriesPerCall && bytes + entry.bytes <= bytesPerCall) {
      call.push(entry);
      bytes += entry.bytes;
    } else {
      calls.push([entry]);
      bytes = entry.bytes;
    }
  }
  return calls;
};

interface BatchAnswer {
  readonly Failed?: readonly { Id: string | undefined; Code: string | undefined; Message?: string | undefined }[];
}

/** Runs the calls a few at a time; a call that throws has failed with all its entries. */
const callAll = async <E extends Entry>(
  entries: readonly E[],
  call: (batch: readonly E[]) => Promise<{ Failed?: BatchAnswer['Failed'] | undefined }>,
): Promise<FailedEntry[]> => {
  const failures: FailedEntry[] = [];
  const waiting = toCalls(entries).values();
  const worker = async () => {
    for (const batch of waiting) {
      try {
        const answer = await call(batch);
        for (const { Id, Code, Message } of answer.Failed ?? [])
          failures.push({ index: Number(Id), reason: Message ? `${Code}: ${Message}` : `${Code}` });
      } catch (error) {
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        failures.push(...batch.map(({ index }) => ({ index, reason })));
      }
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, worker));
  return failures.sort((a, b) => a.index - b.index);
};

/**
 * Sends messages, in calls of at most ten and 256 KiB, a few calls at a time, and those that failed once more.
 * At least once: a call whose answer was lost may have sent what is reported as failed.
 *
 * @returns the places of those that were not sent, ascending; empty when all were.
 */
export const trySendBatch = async (
  queueUrl: string,
  messages: readonly OutgoingMessage[],
  client: SQSClient = sqs,
): Promise<{ readonly failed: readonly number[]; readonly failures: readonly FailedEntry[] }> => {
  const entries = messages.map(({ body, delaySeconds, groupId }, index) => {
    const text = toMessageBody(body);
    const entry: SendMessageBatchRequestEntry = { Id: `${index}`, MessageBody: text };
    if (delaySeconds !== undefined) entry.DelaySeconds = delaySeconds;
    if (groupId !== undefined) entry.MessageGroupId = groupId;
    return { index, bytes: Buffer.byteLength(text), entry };
  });
  const send = (batch: readonly (typeof entries)[number][]) =>
    client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: batch.map(({ entry }) => entry) }));
  const first = new Set((await callAll(entries, send)).map((failure) => failure.index));
  const failures =
    first.size === 0
      ? []
      : await callAll(
          entries.filter(({ index }) => first.has(index)),
          send,
        );
  return { failed: failures.map((failure) => failure.index), failures };
};

/**
 * As `trySendBatch`, for a sender that has nothing to do about a part of it.
 *
 * @throws SendFailed with the places of those that were not sent.
 */
export const sendBatch = async (
  queueUrl: string,
  messages: readonly OutgoingMessage[],
  client: SQSClient = sqs,
): Promise<void> => {
  const { failures } = await trySendBatch(queueUrl, messages, client);
  if (failures.length > 0) throw new SendFailed(failures, messages.length);
};

export interface ReceiveOptions {
  /** 1 to 10. */
  readonly max?: number;
  /** How long to wait for the first message: 0 to 20 seconds. */
  readonly waitSeconds?: number;
  /** The queue's own when left out. */
  readonly visibilitySeconds?: number;
  /** Gives the wait up, by throwing an AbortError. */
  readonly signal?: AbortSignal;
}

const toReceived = (message: Message): ReceivedMessage => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
  sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)),
});

/** One receive call: up to ten messages, or none when the wait passed without one. */
export const receive = async (
  queueUrl: string,
  { max = entriesPerCall, waitSeconds = 20, visibilitySeconds, signal }: ReceiveOptions = {},
  client: SQSClient = sqs,
): Promise<ReceivedMessage[]> => {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: max,
    WaitTimeSeconds: waitSeconds,
    VisibilityTimeout: visibilitySeconds,
    MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
  });
  const requestTimeout = clientSettings.requestHandler.requestTimeout + waitSeconds * 1_000;
  const answer = await client.send(command, signal ? { requestTimeout, abortSignal: signal } : { requestTimeout });
  return (answer.Messages ?? []).map(toReceived);
};

/** @returns the places of the receipt handles that could not be deleted: those messages will come again. */
export const deleteBatch = async (
  queueUrl: string,
  receiptHandles: readonly string[],
  client: SQSClient = sqs,
): Promise<{ readonly failed: readonly number[] }> => {
  const entries = receiptHandles.map((handle, index) => ({ index, bytes: 0, handle }));
  const failures = await callAll(entries, (batch) => {
    const Entries = batch.map(({ index, handle }) => ({ Id: `${index}`, ReceiptHandle: handle }));
    return client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  });
  return { failed: failures.map((failure) => failure.index) };
};

/**
 * Sets how long the messages stay hidden, counted from now; 0 gives them back at once.
 *
 * @returns the places of those whose time is as it was.
 */
export const changeVisibility = async (
  queueUrl: string,
  receiptHandles: readonly string[],
  seconds: number,
  client: SQSClient = sqs,
): Promise<{ readonly failed: readonly number[] }> => {
  const entries = receiptHandles.map((handle, index) => ({ index, bytes: 0, handle }));
  const failures = await callAll(entries, (batch) => {
    const Entries = batch.map(({ index, handle }) => ({
      Id: `${index}`,
      ReceiptHandle: handle,
      VisibilityTimeout: seconds,
    }));
    return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
  });
  return { failed: failures.map((failure) => failure.index) };
};

/** Resolves when the queue answers; throws what the SDK throws when it does not. */
export const probeQueue = async (queueUrl: string, client: SQSClient = sqs): Promise<void> => {
  await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }));
};

/** How many messages a queue has, by SQS's approximate count. */
export const countMessages = async (queueUrl: string, client: SQSClient = sqs): Promise<number> => {
  const name = 'ApproximateNumberOfMessages';
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] }),
  );
  return Number(Attributes?.[name] ?? 0);
};
