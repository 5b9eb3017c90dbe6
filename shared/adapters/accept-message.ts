import type { Sql } from './data-api.ts';
import { SqlError } from './data-api.ts';

/** One message, checked and counted, ready to be written. */
export interface NewMessage {
  readonly id: string;
  readonly client_id: string;
  readonly recipient: string;
  /** Null: the client's default sender. */
  readonly sender: string | null;
  readonly body: string;
  readonly encoding: 'gsm7' | 'ucs2';
  readonly parts: number;
  readonly priority: 'high' | 'normal' | 'bulk';
  /** When it is to go; null: now. */
  readonly send_at: string | null;
  readonly validity_seconds: number;
  /** Null: the client's own. */
  readonly callback_url: string | null;
  readonly reference: string | null;
  readonly correlation_id: string;
  readonly idempotency_key: string | null;
  /** SHA-256 of the request, hexadecimal: what tells a repetition from another request under the same key. */
  readonly request_hash: string;
}

/** The row as accept wrote it, and as a replay finds it: nothing in it changes later. */
export interface AcceptedRow {
  readonly id: string;
  readonly recipient: string;
  readonly sender: string;
  readonly encoding: 'gsm7' | 'ucs2';
  readonly parts: number;
  readonly priority: 'high' | 'normal' | 'bulk';
  readonly cost_cents: number;
  readonly reference: string | null;
  readonly scheduled: boolean;
  /** Seconds until it is due; 0 when it is. */
  readonly delay_seconds: number;
  readonly created_at: Date;
  readonly expires_at: Date;
}

export type Accepted =
  | { readonly outcome: 'accepted'; readonly message: AcceptedRow }
  | { readonly outcome: 'replayed'; readonly message: AcceptedRow }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'unaffordable' }
  | { readonly outcome: 'no-such-client' };

const delay =
  'greatest(0, ceil(extract(epoch FROM coalesce(m.next_attempt_at, now()) - now())))::integer AS delay_seconds';

const accepted = `m.id, m.recipient, m.sender, m.encoding, m.parts, m.priority, m.cost_cents, m.reference, m.created_at, m.expires_at,
  ${delay},
  (SELECT e.type = 'SCHEDULED' FROM message_events e WHERE e.message_id = m.id ORDER BY e.number LIMIT 1) AS scheduled`;

/** The client's row is touched last, so that its lock is held shortest; its check aborts the whole statement. */
const accept = `
WITH input AS (
  SELECT i.*, coalesce(i.sender, c.default_sender) AS from_addr, coalesce(i.callback_url, c.callback_url) AS call_to,
         c.part_price_cents AS price, c.part_price_cents * i.parts AS cost,
         i.send_at IS NOT NULL AND i.send_at > now() AS scheduled, greatest(coalesce(i.send_at, now()), now()) AS due_at
  FROM jsonb_to_record(:message::jsonb) AS i(id uuid, client_id uuid, recipient text, sender text, body text,
         encoding text, parts integer, priority text, send_at timestamptz, validity_seconds integer, callback_url text,
         reference text, correlation_id text, idempotency_key text, request_hash text)
  JOIN clients c ON c.id = i.client_id AND c.suspended_at IS NULL
),
claim AS (
  INSERT INTO idempotency_keys AS k (client_id, key, request_hash, message_id, expires_at)
  SELECT client_id, idempotency_key, request_hash, id, now() + interval '24 hours'
  FROM input WHERE idempotency_key IS NOT NULL
  ON CONFLICT (client_id, key) DO UPDATE
    SET request_hash = excluded.request_hash, message_id = excluded.message_id, expires_at = excluded.expires_at
    WHERE k.expires_at <= now()
  RETURNING 1
),
fresh AS (SELECT * FROM input WHERE idempotency_key IS NULL OR EXISTS (SELECT FROM claim)),
message AS (
  INSERT INTO messages (id, client_id, recipient, sender, body, encoding, parts, priority, state, next_attempt_at,
    expires_at, callback_url, reference, price_cents, cost_cents, correlation_id)
  SELECT id, client_id, recipient, from_addr, body, encoding, parts, priority,
    CASE WHEN scheduled THEN 'SCHEDULED' ELSE 'QUEUED' END, due_at,
    due_at + make_interval(secs => validity_seconds), call_to, reference, price, cost, correlation_id
  FROM fresh
  RETURNING *
),
part AS (INSERT INTO message_parts (message_id, number) SELECT id, generate_series(1, parts) FROM message),
event AS (
  INSERT INTO message_events (message_id, type, attempt, detail)
  SELECT id, state, 1, jsonb_build_object('parts', parts, 'cost_cents', cost_cents, 'due_at', next_attempt_at)
  FROM message
),
lock AS (
  INSERT INTO credit_locks (message_id, client_id, held_cents) SELECT id, client_id, cost_cents FROM message
  RETURNING message_id
),
entry AS (
  INSERT INTO ledger_entries (id, kind, client_id, amount_cents) SELECT id, 'HOLD', client_id, cost_cents FROM message
),
hold AS (
  UPDATE clients c SET credit_cents = c.credit_cents - m.cost_cents
  FROM message m, (SELECT count(*) AS n FROM lock) done
  WHERE c.id = m.client_id AND done.n > 0
  RETURNING c.id
)
SELECT m.id, m.recipient, m.sender, m.encoding, m.parts, m.priority, m.cost_cents, m.reference, m.created_at,
  m.expires_at, m.state = 'SCHEDULED' AS scheduled, ${delay}
FROM message m JOIN hold ON hold.id = m.client_id`;

const byKey = `
SELECT k.request_hash, ${accepted}
FROM idempotency_keys k JOIN messages m ON m.id = k.message_id
WHERE k.client_id = :client_id::uuid AND k.key = :key`;

const byId = `SELECT ${accepted} FROM messages m WHERE m.id = :id::uuid AND m.client_id = :client_id::uuid`;

const written = async (sql: Sql, message: NewMessage): Promise<Accepted> => {
  const [row] = await sql<AcceptedRow>(byId, { id: message.id, client_id: message.client_id });
  return row ? { outcome: 'accepted', message: row } : { outcome: 'no-such-client' };
};

const underKey = async (sql: Sql, message: NewMessage, key: string): Promise<Accepted> => {
  const [row] = await sql<AcceptedRow & { request_hash: string }>(byKey, { client_id: message.client_id, key });
  if (!row) return { outcome: 'no-such-client' };
  if (row.request_hash !== message.request_hash) return { outcome: 'mismatch' };
  const { request_hash: _requestHash, ...found } = row;
  return { outcome: row.id === message.id ? 'accepted' : 'replayed', message: found };
};

/**
 * Writes a message, its parts, hold, ledger entry, history and idempotency key: all of it, or nothing.
 *
 * It may be called again with the same message (same `id`) after a timeout that hid the commit, and answers the same.
 * A key that was taken, perhaps by a statement this one's snapshot could not see, is read in a second call.
 */
export const acceptMessage = async (sql: Sql, message: NewMessage): Promise<Accepted> => {
  const rows = await sql<AcceptedRow>(accept, { message }).catch((error: unknown) => {
    if (!(error instanceof SqlError)) throw error;
    if (error.sqlState === '23514' && error.message.includes('clients_credit_not_negative')) return 'unaffordable';
    if (error.sqlState === '23505' && error.message.includes('messages')) return 'written';
    throw error;
  });
  if (rows === 'unaffordable') return { outcome: 'unaffordable' };
  if (rows === 'written') return written(sql, message);
  if (rows[0]) return { outcome: 'accepted', message: rows[0] };
  return message.idempotency_key === null
    ? { outcome: 'no-such-client' }
    : underKey(sql, message, message.idempotency_key);
};
