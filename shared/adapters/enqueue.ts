import { CallbackDue, CasRequestReceived, MessageAccepted } from '#shared/contracts/queue-messages.ts';
import type { QueuedCasRequest } from './cas/accept-cas-request.ts';
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

/** As `enqueueMessages`, where all of them are of one queue. */
export const enqueueOn = async (queueUrl: string, messages: readonly DueMessage[]): Promise<void> => {
  if (messages.length > 0) await sendBatch(queueUrl, messages.map(toAccepted));
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

/** As `enqueueMessages`, for subscribers' requests. */
export const enqueueCasRequests = async (queueUrl: string, requests: readonly QueuedCasRequest[]): Promise<void> => {
  const bodies = requests.map(({ id, client_id, correlation_id }) => ({
    body: CasRequestReceived.parse({
      type: 'CasRequestReceived',
      version: 1,
      request_id: id,
      client_id,
      correlation_id,
    }),
    groupId: client_id,
  }));
  if (bodies.length > 0) await sendBatch(queueUrl, bodies);
};
