import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logAbout, logger, metrics } from '#shared/telemetry.ts';
import type { Sql } from './data-api.ts';
import { enqueueCallbacks } from './enqueue.ts';
import { type Settled, settleMessages } from './settle-messages.ts';

const metricOf: Readonly<Record<string, string>> = {
  SENT: 'MessagesSent',
  DELIVERED: 'MessagesDelivered',
  FAILED_TEMP: 'MessagesRetried',
  FAILED_PERM: 'MessagesFailed',
  EXPIRED: 'MessagesExpired',
  UNKNOWN: 'MessagesUnknown',
};

/** Told also when there was none: the rate of delivery is made of both, and one that is missing would hide the other. */
const alwaysTold = ['MessagesDelivered', 'MessagesFailed'] as const;

/** One log line and one count a message that changed its state, and the cents that moved. */
const count = ({ id, client_id, correlation_id, state, captured_cents, released_cents }: Settled): void => {
  const name = metricOf[state];
  if (name) metrics.addMetric(name, MetricUnit.Count, 1);
  if (captured_cents) metrics.addMetric('CreditCapturedCents', MetricUnit.Count, captured_cents);
  if (released_cents) metrics.addMetric('CreditReleasedCents', MetricUnit.Count, released_cents);
  logAbout({ correlation_id, message_id: id, client_id }).info('Settled', { state, captured_cents, released_cents });
};

/** A failure to queue is no one's loss: dispatch-due finds the rows. */
const call = async (queueUrl: string, settled: readonly Settled[]): Promise<void> => {
  const callbacks = settled.flatMap(({ callback_id, client_id }) =>
    callback_id === null ? [] : [{ id: callback_id, client_id, attempt: 1, delay_seconds: 0 }],
  );
  await enqueueCallbacks(queueUrl, callbacks).catch((error: unknown) =>
    logger.warn('Callbacks are left to dispatch-due', { count: callbacks.length, error: error as Error }),
  );
};

/**
 * Settles messages, counts what changed, and puts the callbacks that settling wrote on their queue.
 *
 * @returns what changed.
 */
export const settleAndTell = async (
  sql: Sql,
  callbacksQueueUrl: string,
  ids: readonly string[],
): Promise<readonly Settled[]> => {
  const settled = await settleMessages(sql, ids);
  if (settled.length > 0) for (const name of alwaysTold) metrics.addMetric(name, MetricUnit.Count, 0);
  settled.forEach(count);
  await call(callbacksQueueUrl, settled);
  return settled;
};
