import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { describeLetter, type LetterSample } from './describe-letter.ts';

export interface Survey {
  /** Those that can be received now, and those that somebody else has in hand. */
  readonly waiting: number;
  readonly inHand: number;
  readonly sample: readonly LetterSample[];
}

/** A queue and its dead letters. */
export interface Redrive {
  /** Receives at most ten and gives them back at once; nothing is moved. */
  survey(): Promise<Survey>;
  /** Moves at most so many back. @returns how many were moved. */
  move(most: number): Promise<number>;
}

/** Long enough to send and delete one batch, one by one; what is left is visible again by itself. */
const visibilitySeconds = 60;

const urlOf = async (sqs: SQSClient, QueueName: string): Promise<string> => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName })).catch((error: unknown) => {
    if (error instanceof QueueDoesNotExist) throw new Error(`There is no queue ${QueueName}.`, { cause: error });
    throw error;
  });
  return QueueUrl ?? '';
};

const receive = async (sqs: SQSClient, QueueUrl: string, most: number): Promise<readonly Message[]> => {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: Math.min(10, most),
    VisibilityTimeout: visibilitySeconds,
    MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId'],
    MessageAttributeNames: ['All'],
    WaitTimeSeconds: 1,
  });
  return (await sqs.send(command)).Messages ?? [];
};

const giveBack = async (sqs: SQSClient, QueueUrl: string, messages: readonly Message[]): Promise<void> => {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle, VisibilityTimeout: 0 }));
  await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
};

/** First there, then not here: what dies between leaves it twice, which every consumer takes as once. */
const moveOne = async (sqs: SQSClient, from: string, to: string, message: Message): Promise<void> => {
  const { Body, MessageAttributes, Attributes = {}, ReceiptHandle } = message;
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: to,
      MessageBody: Body,
      ...(MessageAttributes && { MessageAttributes }),
      ...(Attributes.MessageGroupId && { MessageGroupId: Attributes.MessageGroupId }),
    }),
  );
  await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
};

const counts = async (sqs: SQSClient, QueueUrl: string) => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  const [waiting, inHand] = AttributeNames.map((name) => Number(Attributes[name] ?? 0));
  return { waiting: waiting ?? 0, inHand: inHand ?? 0 };
};

/**
 * Opens the dead letters of a queue. SQS's own StartMessageMoveTask knows no most: it moves all there is.
 *
 * @param queue with its stage: `signalbox-prod-outcomes`; its dead letters are in `<queue>-dlq`.
 * @throws Error naming the queue that there is not.
 */
export const openRedrive = async (sqs: SQSClient, queue: string): Promise<Redrive> => {
  const [source, deadLetters] = await Promise.all([urlOf(sqs, queue), urlOf(sqs, `${queue}-dlq`)]);
  return {
    survey: async () => {
      const counted = await counts(sqs, deadLetters);
      const received = await receive(sqs, deadLetters, 10);
      await giveBack(sqs, deadLetters, received);
      const sample = received.map(({ MessageId = '', Attributes, Body = '' }) =>
        describeLetter(MessageId, new Date(Number(Attributes?.SentTimestamp ?? 0)), Body),
      );
      return { ...counted, sample: sample.toSorted((a, b) => (a.sentAt < b.sentAt ? -1 : 1)) };
    },
    move: async (most) => {
      let moved = 0;
      while (moved < most) {
        const messages = await receive(sqs, deadLetters, most - moved);
        if (messages.length === 0) break;
        for (const message of messages) {
          await moveOne(sqs, deadLetters, source, message);
          moved++;
        }
      }
      return moved;
    },
  };
};
