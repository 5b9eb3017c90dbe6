import type { Sql } from './data-api.ts';
import type { TakenPush } from './take-push.ts';

const refuse = `
WITH push AS (
  UPDATE pushes p SET state = 'FAILED', failure = :reason, data_hex = '', final_at = now()
  WHERE p.id = :id::uuid AND p.state = 'BUILDING' AND p.call_id = :call_id::uuid
  RETURNING p.id
),
part AS (
  UPDATE message_parts p SET state = 'REFUSED', error = :reason FROM push
  WHERE p.message_id = push.id AND p.state = 'PENDING'
),
event AS (
  INSERT INTO push_events (push_id, type, detail)
  SELECT id, 'FAILED', jsonb_build_object('failure', :reason, 'call_id', :call_id) FROM push
)
SELECT count(*) AS ended FROM push`;

/**
 * Ends a push whose packet the HSM will not build; its parts are refused, so that settling its message gives the money
 * back. Repeated it changes nothing.
 */
export const refusePush = async (
  sql: Sql,
  { id, call_id }: Pick<TakenPush, 'id' | 'call_id'>,
  reason: string,
): Promise<void> => {
  await sql(refuse, { id, call_id, reason });
};

/** How long a card may take to answer, once the network says that it has the push. */
export const porWaitMinutes = 15;
/** How long an SMSC may take to say what became of a push before the line goes on without it. */
export const receiptWaitMinutes = 60;

/**
 * What its message came to, for a push under way. Nobody having said is an end as well: the line goes on, the push is
 * not sent again, and what the card answers later is still heard.
 */
const follow = `
WITH due AS (
  SELECT p.id, p.iccid, p.state AS was, m.failure AS why,
    CASE
      WHEN p.state = 'SENDING' AND m.state IN ('CANCELLED', 'EXPIRED') THEN m.state
      WHEN p.state = 'SENDING' AND m.state = 'FAILED_PERM' THEN 'FAILED'
      WHEN p.state = 'SENDING' AND m.state = 'DELIVERED' THEN CASE p.por WHEN 'none' THEN 'SUCCEEDED' ELSE 'AWAITING_POR' END
      WHEN p.state = 'SENDING' AND m.state = 'UNKNOWN' AND m.next_attempt_at IS NULL
        THEN CASE p.por WHEN 'none' THEN 'UNKNOWN' ELSE 'AWAITING_POR' END
      WHEN p.state = 'SENDING' AND m.state = 'SENT' AND p.sent_at < now() - make_interval(mins => ${receiptWaitMinutes})
        THEN 'UNKNOWN'
      WHEN p.state = 'AWAITING_POR'
        AND coalesce(m.final_at, p.sent_at) < now() - make_interval(mins => ${porWaitMinutes})
        THEN CASE WHEN p.por = 'on_error' AND m.state = 'DELIVERED' THEN 'SUCCEEDED' ELSE 'UNKNOWN' END
    END AS becomes
  FROM pushes p JOIN messages m ON m.id = p.id
  WHERE p.state IN ('SENDING', 'AWAITING_POR') AND (:iccid::text IS NULL OR p.iccid = :iccid)
),
changed AS (
  UPDATE pushes p SET state = due.becomes,
    failure = CASE due.becomes WHEN 'FAILED' THEN coalesce('delivery: ' || due.why, 'delivery') WHEN 'UNKNOWN' THEN 'nobody said' END,
    final_at = CASE WHEN due.becomes <> 'AWAITING_POR' THEN now() END
  FROM (SELECT * FROM due WHERE becomes IS NOT NULL ORDER BY id LIMIT :limit) due
  WHERE p.id = due.id AND p.state = due.was
  RETURNING p.id, p.iccid, p.state, p.failure
),
event AS (
  INSERT INTO push_events (push_id, type, detail)
  SELECT id, state, jsonb_strip_nulls(jsonb_build_object('failure', failure)) FROM changed
)
SELECT iccid FROM changed WHERE state <> 'AWAITING_POR'`;

/**
 * Brings pushes that are under way to what their messages came to.
 *
 * @param iccid of one card; null for all.
 * @returns the cards whose lines can go on.
 */
export const followPushes = async (
  sql: Sql,
  { iccid, limit }: { readonly iccid: string | null; readonly limit: number },
): Promise<string[]> => (await sql<{ iccid: string }>(follow, { iccid, limit })).map((row) => row.iccid);
