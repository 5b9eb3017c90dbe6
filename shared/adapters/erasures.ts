import type { Erasure } from '#shared/contracts/recipients.ts';
import type { Sql } from './data-api.ts';
import { finalStates } from './invariants/sql-rule.ts';

interface Row {
  readonly id: string;
  readonly messages: number;
  readonly requested_at: Date;
  readonly finished_at: Date | null;
}

const columns = 'e.id, e.messages, e.requested_at, e.finished_at';

const toView = ({ id, messages, requested_at, finished_at }: Row): Erasure => ({
  id,
  state: finished_at ? 'FINISHED' : 'PENDING',
  messages,
  requested_at: requested_at.toISOString(),
  finished_at: finished_at?.toISOString() ?? null,
});

/** One that is under way is told to take what has come since as well. */
const request = `
INSERT INTO erasures AS e (id, client_id, msisdn)
SELECT :id::uuid, c.id, :msisdn FROM clients c WHERE c.id = :client_id::uuid
ON CONFLICT (client_id, msisdn) WHERE finished_at IS NULL
  DO UPDATE SET requested_at = excluded.requested_at, next_look_at = excluded.next_look_at
RETURNING ${columns}`;

/** Has a recipient forgotten, in what the client has sent and received until now. @returns null when there is no such client. */
export const requestErasure = async (
  sql: Sql,
  { id, clientId, msisdn }: { readonly id: string; readonly clientId: string; readonly msisdn: string },
): Promise<Erasure | null> => {
  const [row] = await sql<Row>(request, { id, client_id: clientId, msisdn });
  return row ? toView(row) : null;
};

const read = `SELECT ${columns} FROM erasures e WHERE e.id = :id::uuid AND e.client_id = :client_id::uuid`;

/** @returns null when there is none, and when it is another client's. */
export const readErasure = async (sql: Sql, clientId: string, id: string): Promise<Erasure | null> => {
  const [row] = await sql<Row>(read, { id, client_id: clientId });
  return row ? toView(row) : null;
};

/** Longer than any statement that accepts a message: what began before the request is seen by then. */
const settlingTime = `interval '1 minute'`;

const ofRecipient = 'm.client_id = e.client_id AND m.recipient = e.msisdn AND m.created_at <= e.requested_at';

/**
 * One erasure, at most `:limit` of its messages, sent and received. What tells of the message and not of the person
 * stays: states, times, parts, prices, country, the digits that decide what a provider charges, the SMSC's ids, the ledger.
 * Its callbacks were written when it became final, so that none is left behind. The CDR files that have the number are
 * written anew.
 */
const erase = `
WITH erasure AS (
  SELECT * FROM erasures WHERE finished_at IS NULL AND next_look_at <= now()
  ORDER BY next_look_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
),
page AS (
  SELECT m.id, e.msisdn FROM erasure e JOIN messages m ON ${ofRecipient}
  WHERE m.state IN ${finalStates}
  ORDER BY m.id LIMIT :limit FOR NO KEY UPDATE OF m
),
erased AS (
  UPDATE messages m SET recipient = '', body = '', udh_hex = NULL, reference = NULL, metadata = NULL,
    callback_url = replace(m.callback_url, p.msisdn, ''), tariff_prefix = (
      SELECT h.prefix FROM provider_price_changes h
      WHERE h.prefix = ANY (ARRAY(SELECT left(m.recipient, n) FROM generate_series(0, 9) n))
      ORDER BY length(h.prefix) DESC LIMIT 1)
  FROM page p WHERE m.id = p.id
  RETURNING m.id
),
exported AS (
  UPDATE cdr_exports x SET next_look_at = now() WHERE x.hour IN (
    SELECT date_trunc('hour', e.at, 'UTC') FROM page p JOIN message_events e ON e.message_id = p.id
    WHERE e.type = 'SUBMITTED')
),
untold AS (
  UPDATE callbacks c SET payload = c.payload - '{to,reference,metadata}'::text[], url = replace(c.url, p.msisdn, '')
  FROM page p WHERE c.message_id = p.id
),
inbound_page AS (
  SELECT i.id FROM erasure e JOIN inbound_messages i ON i.client_id = e.client_id
    AND i.source_addr IN (e.msisdn, '+' || e.msisdn) AND i.created_at <= e.requested_at
  ORDER BY i.id LIMIT (SELECT :limit::integer - count(*) FROM page) FOR NO KEY UPDATE OF i
),
inbound_erased AS (
  UPDATE inbound_messages i SET source_addr = '', body = NULL, data_hex = '', udh_hex = ''
  FROM inbound_page p WHERE i.id = p.id
  RETURNING i.id
),
inbound_told AS (
  SELECT c.id FROM erasure e JOIN callbacks c ON c.client_id = e.client_id AND c.inbound_id IS NOT NULL
    AND c.payload ->> 'from' IN (e.msisdn, '+' || e.msisdn) AND c.created_at <= e.requested_at
  ORDER BY c.id LIMIT :limit FOR NO KEY UPDATE OF c
),
inbound_untold AS (
  UPDATE callbacks c SET payload = c.payload - '{from,text,data_hex,udh_hex}'::text[] FROM inbound_told t
  WHERE c.id = t.id
),
asked AS (
  UPDATE sms_requests r SET sender = '', message = '', response = NULL FROM erasure e
  WHERE r.client_id = e.client_id AND r.sender = e.msisdn AND r.processed_at IS NOT NULL
    AND r.received_at <= e.requested_at
),
repeated AS (
  DELETE FROM sms_request_texts t USING erasure e WHERE t.client_id = e.client_id AND t.sender = e.msisdn
),
found AS (
  SELECT ((SELECT count(*) FROM erased) + (SELECT count(*) FROM inbound_erased))::integer AS messages
),
verdict AS (
  SELECT e.id, f.messages, CASE
      WHEN f.messages = :limit OR (SELECT count(*) FROM inbound_told) = :limit THEN now()
      WHEN EXISTS (SELECT FROM messages m WHERE ${ofRecipient} AND m.state NOT IN ${finalStates})
        THEN now() + interval '10 minutes'
      WHEN e.requested_at > now() - ${settlingTime} THEN e.requested_at + ${settlingTime}
    END AS next_look_at
  FROM erasure e, found f
)
UPDATE erasures e SET messages = e.messages + v.messages, next_look_at = coalesce(v.next_look_at, e.next_look_at),
  msisdn = CASE WHEN v.next_look_at IS NOT NULL THEN e.msisdn END,
  finished_at = CASE WHEN v.next_look_at IS NULL THEN now() END
FROM verdict v WHERE e.id = v.id
RETURNING v.messages`;

/**
 * Does a piece of the erasure that has waited longest. Interrupted anywhere, it goes on where it was: one statement.
 *
 * @returns how many messages were erased; null when no erasure is due.
 */
export const eraseSome = async (sql: Sql, limit: number): Promise<number | null> => {
  const [row] = await sql<{ messages: number }>(erase, { limit });
  return row?.messages ?? null;
};
