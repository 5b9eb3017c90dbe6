import type { Sql } from './data-api.ts';

/** Beyond the lease: clocks differ, and outcomes that a dead task reported may still be on their queue. */
export const recoveryMarginSeconds = 30;

/** A living task gives a claim back, or has its outcome, long before: a part waits two minutes for a slot at most. */
export const longestClaimMinutes = 15;

const orphaned = `
WITH dead AS (
  SELECT m.id FROM messages m
  WHERE m.state = 'SENDING' AND (m.claimed_at < now() - make_interval(mins => ${longestClaimMinutes})
    OR NOT EXISTS (SELECT FROM bridge_leases l
      WHERE l.owner = m.owner AND l.expires_at > now() - make_interval(secs => ${recoveryMarginSeconds})))
  ORDER BY m.id LIMIT :limit FOR NO KEY UPDATE OF m SKIP LOCKED
),
part AS (
  UPDATE message_parts p SET state = 'UNKNOWN', unknown_times = p.unknown_times + 1, error = 'bridge lost'
  FROM dead WHERE p.message_id = dead.id AND p.state = 'SENDING'
  RETURNING p.message_id, p.number, p.attempt
),
event AS (
  INSERT INTO message_events (message_id, type, part, attempt, detail)
  SELECT message_id, 'UNKNOWN', number, attempt, '{"error": "bridge lost"}' FROM part
)
SELECT id FROM dead`;

/** SENT and UNKNOWN wait so much longer for their receipts than the message was worth sending. */
export const receiptGrace = `interval '72 hours'`;

const expired = `
WITH over AS (
  SELECT m.id, c.unknown_policy, m.expires_at < now() - ${receiptGrace} AS is_forgotten FROM messages m JOIN clients c ON c.id = m.client_id
  WHERE m.state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP') AND m.expires_at < now()
    OR m.state IN ('SENDING', 'SENT', 'UNKNOWN') AND m.expires_at < now() - ${receiptGrace}
  ORDER BY m.expires_at LIMIT :limit FOR NO KEY UPDATE OF m SKIP LOCKED
),
part AS (
  UPDATE message_parts p SET
    state = CASE WHEN p.state IN ('SENT', 'UNKNOWN', 'SENDING') AND over.unknown_policy = 'capture' THEN 'ASSUMED'
                 ELSE 'EXPIRED' END,
    error = coalesce(p.error, 'validity period over')
  FROM over
  WHERE p.message_id = over.id AND (p.state IN ('PENDING', 'RETRY')
    OR over.is_forgotten AND p.state IN ('SENDING', 'SENT', 'UNKNOWN'))
)
SELECT id FROM over`;

/**
 * Finds messages whose bridge task died, or somehow lost them, with them in hand: each part that was under way becomes unknown, once.
 * Lock order and settling are the caller's next step: give the ids to `settleMessages`.
 *
 * @returns ids, at most `limit`.
 */
export const recoverOrphans = async (sql: Sql, limit: number): Promise<string[]> =>
  (await sql<{ id: string }>(orphaned, { limit })).map((row) => row.id);

/**
 * Closes the parts of messages whose time is over, wherever their delivery got lost, so that nothing stays held for
 * ever: what was not sent at its expiry, and what was sent and not heard of 72 h later, which is charged or not by the
 * client's policy.
 *
 * @returns ids, at most `limit`, to be given to `settleMessages`.
 */
export const expireMessages = async (sql: Sql, limit: number): Promise<string[]> =>
  (await sql<{ id: string }>(expired, { limit })).map((row) => row.id);

/**
 * Removes what has had its time: idempotency keys, what became of the batches they stand for, orphaned receipts, counts
 * by destination of hours gone by, and leases of tasks long gone.
 */
export const sweep = async (sql: Sql): Promise<void> => {
  await sql(`DELETE FROM idempotency_keys WHERE (client_id, key) IN
    (SELECT client_id, key FROM idempotency_keys WHERE expires_at < now() LIMIT 1000)`);
  await sql(`DELETE FROM receipts WHERE id IN
    (SELECT id FROM receipts WHERE received_at < now() - ${receiptGrace} LIMIT 1000)`);
  await sql(`DELETE FROM destination_counts WHERE (client_id, prefix, hour) IN
    (SELECT client_id, prefix, hour FROM destination_counts WHERE hour < now() - interval '2 hours' LIMIT 1000)`);
  await sql(`DELETE FROM batches WHERE id IN
    (SELECT id FROM batches WHERE created_at < now() - interval '25 hours' LIMIT 100)`);
  await sql(`DELETE FROM bridge_leases WHERE expires_at < now() - interval '1 day'`);
};
