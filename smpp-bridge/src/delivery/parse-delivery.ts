import type { ReceivedMessage } from '#shared/adapters/queues.ts';
import { MessageAccepted } from '#shared/contracts/queue-messages.ts';

/** A delivery as it stands on its queue, with what it takes to delete it or give it back. */
export interface Delivery {
  readonly queueUrl: string;
  readonly receiptHandle: string;
  readonly accepted: MessageAccepted;
}

/** Reads a queue message; null when it is none of ours. */
export const parseDelivery = (queueUrl: string, { body, receiptHandle }: ReceivedMessage): Delivery | null => {
  try {
    return { queueUrl, receiptHandle, accepted: MessageAccepted.parse(JSON.parse(body)) };
  } catch {
    return null;
  }
};
