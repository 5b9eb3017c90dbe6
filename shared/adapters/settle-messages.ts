import type { Sql } from './data-api.ts';

/** How often a message is tried before it has failed for good. */
export const maxAttempts = 10;

/** What settling changed. */
export interface Settled {
  readonly id: string;
  readonly client_id: string;
  readonly state: string;
  readonly correlation_id: string;
  readonly captured_cents: number | null;
  readonly released_cents: number | null;
  /** The callback that tells the client, null when none is wanted. */
  readonly callback_id: string | null;
  readonly is_push: boolean;
}

/**
 * The only place where a message reaches a final state and where held money moves.
 *
 * What its parts say decides: while one of them may still be heard of, nothing is final. A message whose parts are to
 * be sent again moves on to its next attempt once, because that step is taken where none is planned. Each transition is
 * taken from the row as it is under its lock, and the ledger's primary key lets no movement happen twice.
 */
const settle = `
WITH touched AS (SELECT DISTINCT value::uuid AS id FROM jsonb_array_elements_text(:ids::jsonb)),
subject AS (
  SELECT m.* FROM messages m JOIN touched USING (id)
  WHERE m.state NOT IN ('DELIVERED', 'FAILED_PERM', 'CANCELLED', 'EXPIRED')
  ORDER BY m.id FOR NO KEY UPDATE OF m
),
tally AS (
  SELECT s.id,
    count(*) FILTER (WHERE p.state = 'DELIVERED') AS delivered,
    count(*) FILTER (WHERE p.state IN ('DELIVERED', 'ASSUMED')) AS payable,
    count(*) FILTER (WHERE p.state IN ('FAILED', 'REFUSED')) AS failed,
    count(*) FILTER (WHERE p.state IN ('EXPIRED', 'ASSUMED')) AS timed_out,
    count(*) FILTER (WHERE p.state = 'SENT') AS sent,
    count(*) FILTER (WHERE p.state = 'UNKNOWN') AS unknown,
    count(*) FILTER (WHERE p.state = 'UNKNOWN' AND p.unknown_times < 2) AS repeatable,
    count(*) FILTER (WHERE p.state = 'SENDING') AS sending,
    count(*) FILTER (WHERE p.state = 'PENDING') AS pending,
    count(*) FILTER (WHERE p.state = 'RETRY') AS retry,
    max(p.attempt) AS last_attempt,
    max(p.error) AS error
  FROM subject s JOIN message_parts p ON p.message_id = s.id
  GROUP BY s.id
),
state_of AS (
  SELECT s.*, t.*, s.attempt < ${maxAttempts} AND s.expires_at > now() AS may_repeat
  FROM subject s JOIN (SELECT id AS message_id, delivered, payable, failed, timed_out, sent, unknown, repeatable, sending,
    pending, retry, last_attempt, error FROM tally) t ON t.message_id = s.id
),
verdict AS (
  SELECT s.*,
    CASE
      -- Claimed while this waited for the row: these parts are of an older snapshot, their outcomes are yet to come.
      WHEN s.sending > 0 OR s.state = 'SENDING' AND s.last_attempt < s.attempt THEN NULL
      WHEN s.delivered = s.parts THEN 'DELIVERED'
      WHEN s.failed + s.given_up > 0 AND s.sent + s.unknown = 0 THEN 'FAILED_PERM'
      WHEN s.timed_out > 0 AND s.sent + s.unknown + s.pending + s.retry = 0 THEN 'EXPIRED'
      WHEN s.failed + s.given_up > 0 THEN 'SENT'
      WHEN s.again AND s.repeatable > 0 THEN 'UNKNOWN'
      WHEN s.again THEN 'FAILED_TEMP'
      -- The planned attempt stands, whatever is said again meanwhile.
      WHEN s.state <> 'SENDING' AND s.next_attempt_at IS NOT NULL AND s.pending + s.retry + s.repeatable > 0 THEN NULL
      WHEN s.pending > 0 THEN NULL
      WHEN s.unknown > 0 AND s.state <> 'SENT' THEN 'UNKNOWN'
      WHEN s.sent > 0 AND s.retry = 0 THEN 'SENT'
    END AS verdict
  FROM (SELECT *, CASE WHEN may_repeat THEN 0 ELSE retry END AS given_up,
      -- From SENDING, or when a late refusal says of what was at rest that it may be sent again.
      may_repeat AND failed = 0 AND (state = 'SENDING' AND retry + repeatable > 0
        OR state = 'UNKNOWN' AND next_attempt_at IS NULL AND retry > 0) AS again
    FROM state_of) s
),
changed AS (
  UPDATE messages m SET
    state = v.verdict, owner = NULL, claim_id = NULL,
    attempt = m.attempt + CASE WHEN v.again THEN 1 ELSE 0 END,
    -- Exponential with full jitter: 15 s, 30 s, ... at most an hour.
    next_attempt_at = CASE WHEN v.again
      THEN now() + make_interval(secs => 1 + random() * least(3600, 15 * 2 ^ (m.attempt - 1))) END,
    queued_at = CASE WHEN v.again THEN NULL ELSE m.queued_at END,
    failure = CASE WHEN v.verdict IN ('FAILED_PERM', 'FAILED_TEMP', 'EXPIRED') THEN v.error END,
    final_at = CASE WHEN v.verdict IN ('DELIVERED', 'FAILED_PERM', 'EXPIRED') THEN now() END
  FROM verdict v
  WHERE m.id = v.id AND v.verdict IS NOT NULL AND (v.verdict <> m.state OR v.again)
  RETURNING m.*, v.payable
),
event AS (
  INSERT INTO message_events (message_id, type, attempt, detail)
  SELECT id, state, attempt, jsonb_strip_nulls(jsonb_build_object('error', failure, 'next_attempt_at', next_attempt_at))
  FROM changed
),
final AS (SELECT * FROM changed WHERE final_at IS NOT NULL),
unlocked AS (
  UPDATE credit_locks l SET captured_cents = f.price_cents * f.payable,
    released_cents = l.held_cents - f.price_cents * f.payable, settled_at = now()
  FROM final f WHERE l.message_id = f.id AND l.settled_at IS NULL
  RETURNING l.*
),
entry AS (
  INSERT INTO ledger_entries (id, part, kind, client_id, amount_cents)
  SELECT p.message_id, p.number, CASE WHEN p.state IN ('DELIVERED', 'ASSUMED') THEN 'CAPTURE' ELSE 'RELEASE' END,
    f.client_id, f.price_cents
  FROM final f JOIN unlocked u ON u.message_id = f.id JOIN message_parts p ON p.message_id = f.id
),
payee AS (
  SELECT c.id FROM clients c
  WHERE c.id IN (SELECT client_id FROM unlocked WHERE released_cents > 0) ORDER BY c.id FOR NO KEY UPDATE
),
refund AS (
  UPDATE clients c SET credit_cents = c.credit_cents + r.cents
  FROM payee JOIN (SELECT client_id, sum(released_cents)::bigint AS cents FROM unlocked GROUP BY client_id) r
    ON r.client_id = payee.id
  WHERE c.id = payee.id
),
told AS (
  INSERT INTO callbacks (id, client_id, message_id, type, url, payload)
  SELECT new_uuid_v7(), x.client_id, x.id, x.type, x.callback_url, jsonb_strip_nulls(jsonb_build_object(
    'message_id', x.id, 'status', x.state, 'to', x.recipient, 'from', x.sender, 'parts', x.parts,
    'reference', x.reference, 'error', x.failure, 'cost_cents', x.cost_cents,
    'captured_cents', u.captured_cents, 'released_cents', u.released_cents, 'attempt', x.attempt))
  FROM (SELECT c.*, CASE c.state WHEN 'DELIVERED' THEN 'message.delivered' WHEN 'FAILED_PERM' THEN 'message.failed'
          WHEN 'EXPIRED' THEN 'message.expired' WHEN 'SENT' THEN 'message.sent' END AS type FROM changed c) x
  JOIN clients cl ON cl.id = x.client_id
  LEFT JOIN unlocked u ON u.message_id = x.id
  WHERE x.callback_url IS NOT NULL AND x.type = ANY (cl.callback_types)
  RETURNING id, message_id
)
SELECT c.id, c.client_id, c.state, c.correlation_id, u.captured_cents, u.released_cents, t.id AS callback_id,
  c.push_reference_bits IS NOT NULL AS is_push
FROM changed c LEFT JOIN unlocked u ON u.message_id = c.id LEFT JOIN told t ON t.message_id = c.id`;

/**
 * Brings messages to what their parts say, moves the money of those that became final, and writes their callbacks:
 * one statement for the batch. Given a message twice, or together with another instance, it pays once.
 */
export const settleMessages = async (sql: Sql, ids: readonly string[]): Promise<Settled[]> =>
  ids.length === 0 ? [] : sql<Settled>(settle, { ids: [...new Set(ids)] });
