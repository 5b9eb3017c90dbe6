import { CallbackDue, MessageAccepted } from '#shared/contracts/queue-messages.ts';
import type { SendingQueues } from './environment.ts';
import type { DueCallback, DueMessage } from './outbox.ts';
import { sendBatch } from './queues.ts';

const toAccepted = (message: DueMessage) => ({
  body: MessageAccepted.parse({
    type: 'MessageAccepted',
    version: 1,
    message_id: message.id,
    client_id: message.client_id,
    attempt: message.attempt,
    parts: message.parts,
    correlation_id: message.correlation_id,
  }),
  delaySeconds: message.delay_seconds,
  groupId: message.client_id,
});

/**
 * Puts messages on the queue of their priority, and those of test keys on the simulator's.
 *
 * @throws SendFailed when some were refused.
 */
export const enqueueMessages = async (queues: SendingQueues, messages: readonly DueMessage[]): Promise<void> => {
  const byQueue = Map.groupBy(messages, (message) => (message.is_test ? 'test' : message.priority));
  await Promise.all([...byQueue].map(([queue, batch]) => sendBatch(queues[queue], batch.map(toAccepted))));
};

const toCallbackDue = (callback: DueCallback) => ({
  body: CallbackDue.parse({
    type: 'CallbackDue',
    version: 1,
    callback_id: callback.id,
    client_id: callback.client_id,
    attempt: callback.attempt,
  }),
  delaySeconds: callback.delay_seconds,
  groupId: callback.client_id,
});

/** As `enqueueMessages`, for callbacks. */
export const enqueueCallbacks = async (queueUrl: string, callbacks: readonly DueCallback[]): Promise<void> => {
  if (callbacks.length > 0) await sendBatch(queueUrl, callbacks.map(toCallbackDue));
};
