import { logger } from '#shared/telemetry.ts';
import type { Sql } from './data-api.ts';
import { enqueueCallbacks } from './enqueue.ts';
import { type DueCallback, markCallbacksQueued } from './outbox.ts';

const find = `
SELECT c.id, c.client_id, c.attempt, 0 AS delay_seconds FROM callbacks c JOIN pushes p ON p.id = c.message_id
WHERE c.state = 'PENDING' AND c.queued_at IS NULL AND c.next_attempt_at > now() - interval '1 minute'
  AND c.type LIKE 'push.%' AND p.iccid IN (SELECT jsonb_array_elements_text(:iccids::jsonb))`;

/** Puts on their queue what the ends of these cards' pushes have just written; what is left out, dispatch-due finds. */
export const enqueuePushCallbacks = async (sql: Sql, queueUrl: string, iccids: readonly string[]): Promise<void> => {
  if (iccids.length === 0) return;
  try {
    const due = await sql<DueCallback>(find, { iccids });
    await enqueueCallbacks(queueUrl, due);
    await markCallbacksQueued(sql, due);
  } catch (error) {
    logger.warn('Callbacks of pushes are left to dispatch-due', { cards: iccids.length, error: error as Error });
  }
};
