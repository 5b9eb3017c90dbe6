import { logAbout, logger, metrics } from '#shared/telemetry.ts';
import type { UnreadableRecord } from './callback-records.ts';
import type { Notified } from './notify-client.ts';

const metricOf = {
  delivered: 'CallbacksDelivered',
  retried: 'CallbacksRetried',
  refused: 'CallbacksFailed',
  'given-up': 'CallbacksFailed',
} as const;

/** Path and query are the client's own: they may hold its secrets. */
const originOf = (url: string): string => URL.parse(url)?.origin ?? 'malformed';

export const reportNotified = ({ callback, settlement }: Notified): void => {
  metrics.addMetric(metricOf[settlement.outcome], 'Count', 1);
  const log = logAbout({
    correlation_id: callback.correlationId ?? undefined,
    message_id: callback.messageId ?? undefined,
    client_id: callback.clientId,
  });
  log.info('A client was called', {
    callback_id: callback.id,
    callback_type: callback.type,
    origin: originOf(callback.url),
    attempt: callback.attempt,
    outcome: settlement.outcome,
    status: settlement.status,
    reason: settlement.error,
    next_attempt_at: settlement.nextAttemptAt?.toISOString(),
  });
};

export const reportFault = (error: unknown, callbackId: string): void => {
  metrics.addMetric('CallbacksFaulted', 'Count', 1);
  logger.error('A callback met a fault and comes again', { callback_id: callbackId, error });
};

export const reportUnreadable = ({ messageId, reason }: UnreadableRecord): void => {
  metrics.addMetric('CallbacksFaulted', 'Count', 1);
  logger.error('A queue message cannot be read and goes to the dead letters', { sqs_message_id: messageId, reason });
};
