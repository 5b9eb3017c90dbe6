import type { Sql } from './data-api.ts';

/** A message whose attempt is to be put on its queue. */
export interface DueMessage {
  readonly id: string;
  readonly client_id: string;
  readonly priority: 'high' | 'normal' | 'bulk';
  readonly is_test: boolean;
  readonly attempt: number;
  readonly parts: number;
  readonly correlation_id: string;
  /** Seconds until it may be claimed; 0 when it is due. */
  readonly delay_seconds: number;
}

export interface DueCallback {
  readonly id: string;
  readonly client_id: string;
  readonly attempt: number;
  readonly delay_seconds: number;
}

/** SQS cannot delay for longer: what is due later is found by a later run. */
const horizon = `interval '15 minutes'`;

const delay = 'greatest(0, ceil(extract(epoch FROM next_attempt_at - now())))::integer AS delay_seconds';

/** What is due at once is put on the queue by serve-api: only what it has left behind for 30 s is stranded. */
const longAgo = `now() - interval '30 seconds'`;
const stranded = `created_at < ${longAgo}`;

const dueMessages = `
SELECT id, client_id, priority, is_test, attempt, parts, correlation_id, ${delay}
FROM messages
WHERE queued_at IS NULL AND state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN')
  AND next_attempt_at <= now() + ${horizon} AND (state <> 'QUEUED' OR ${stranded}) AND expires_at > now()
ORDER BY next_attempt_at LIMIT :limit`;

const markMessages = `
UPDATE messages m SET queued_at = now()
FROM jsonb_to_recordset(:queued::jsonb) AS q(id uuid, attempt integer)
WHERE m.id = q.id AND m.attempt = q.attempt AND m.queued_at IS NULL`;

const dueCallbacks = `
SELECT id, client_id, attempt, ${delay}
FROM callbacks
WHERE state = 'PENDING' AND next_attempt_at <= now() + ${horizon}
  AND (queued_at IS NULL AND (attempt > attempts_before + 1 OR coalesce(replayed_at, created_at) < ${longAgo}) OR queued_at < now() - interval '1 hour')
ORDER BY next_attempt_at LIMIT :limit`;

const markCallbacks = `
UPDATE callbacks c SET queued_at = now()
FROM jsonb_to_recordset(:queued::jsonb) AS q(id uuid, attempt integer)
WHERE c.id = q.id AND c.attempt = q.attempt AND c.state = 'PENDING'`;

type Queued = readonly { readonly id: string; readonly attempt: number }[];

const identified = (queued: Queued) => queued.map(({ id, attempt }) => ({ id, attempt }));

/** Messages that are due within 15 minutes and on no queue: stranded, scheduled and retried ones alike. */
export const findDueMessages = (sql: Sql, limit: number): Promise<DueMessage[]> => sql(dueMessages, { limit });

/** Marks what now stands on its queue; an attempt that has moved on meanwhile is left as it is. */
export const markMessagesQueued = async (sql: Sql, queued: Queued): Promise<void> => {
  if (queued.length > 0) await sql(markMessages, { queued: identified(queued) });
};

/**
 * Callbacks that are due within 15 minutes and on no queue, or were put there an hour ago and came to nothing: a dead
 * letter must not be the end of one before its 24 hours are over.
 */
export const findDueCallbacks = (sql: Sql, limit: number): Promise<DueCallback[]> => sql(dueCallbacks, { limit });

export const markCallbacksQueued = async (sql: Sql, queued: Queued): Promise<void> => {
  if (queued.length > 0) await sql(markCallbacks, { queued: identified(queued) });
};
