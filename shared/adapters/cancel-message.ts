import type { MessageState } from '#shared/domain/message-state.ts';
import type { Sql } from './data-api.ts';

/**
 * The row's lock decides between this and a claim: whoever comes second finds the state that the first has left. The
 * parts are read under their locks too, since a claim that was given back leaves QUEUED what an earlier attempt has
 * sent, or may have: that is not for free any more.
 */
const cancel = `
WITH subject AS (
  SELECT m.* FROM messages m
  WHERE m.id = :id::uuid AND m.client_id = :client_id::uuid AND m.state IN ('SCHEDULED', 'QUEUED')
  FOR NO KEY UPDATE OF m
),
part AS (
  SELECT p.message_id, p.number, p.state, p.unknown_times FROM message_parts p JOIN subject s ON s.id = p.message_id
  ORDER BY p.number FOR NO KEY UPDATE OF p
),
changed AS (
  UPDATE messages m SET state = 'CANCELLED', next_attempt_at = NULL, final_at = now()
  FROM subject s
  WHERE m.id = s.id AND s.parts = (SELECT count(*) FROM part WHERE state = 'PENDING' AND unknown_times = 0)
  RETURNING m.*
),
event AS (
  INSERT INTO message_events (message_id, type, attempt, detail)
  SELECT id, state, attempt, jsonb_build_object('correlation_id', :correlation_id::text) FROM changed
),
unlocked AS (
  UPDATE credit_locks l SET released_cents = l.held_cents, settled_at = now()
  FROM changed c WHERE l.message_id = c.id AND l.settled_at IS NULL
  RETURNING l.*
),
entry AS (
  INSERT INTO ledger_entries (id, part, kind, client_id, amount_cents)
  SELECT p.message_id, p.number, 'RELEASE', c.client_id, c.price_cents
  FROM changed c JOIN unlocked u ON u.message_id = c.id JOIN part p ON p.message_id = c.id
),
refund AS (
  UPDATE clients c SET credit_cents = c.credit_cents + u.released_cents
  FROM unlocked u WHERE c.id = u.client_id AND u.released_cents > 0
)
SELECT id FROM changed`;

const find = 'SELECT state FROM messages WHERE id = :id::uuid AND client_id = :client_id::uuid';

export type Cancelled =
  | { readonly outcome: 'cancelled' }
  /** In a state that cannot be left this way any more; QUEUED when an attempt of it has been given back. */
  | { readonly outcome: 'too-late'; readonly state: MessageState }
  | { readonly outcome: 'not-found' };

/**
 * Cancels what nobody has claimed and no SMSC may have, and gives the whole hold back: one statement. Repeated, it says
 * that it is cancelled and moves nothing.
 *
 * @param correlationId of the request, for the history.
 */
export const cancelMessage = async (
  sql: Sql,
  { clientId, id, correlationId }: { readonly clientId: string; readonly id: string; readonly correlationId: string },
): Promise<Cancelled> => {
  const rows = await sql(cancel, { id, client_id: clientId, correlation_id: correlationId });
  if (rows.length > 0) return { outcome: 'cancelled' };
  const [row] = await sql<{ state: MessageState }>(find, { id, client_id: clientId });
  if (!row) return { outcome: 'not-found' };
  return row.state === 'CANCELLED' ? { outcome: 'cancelled' } : { outcome: 'too-late', state: row.state };
};
