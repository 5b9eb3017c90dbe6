import { holdCredit, input, storedRow, writeMessages, writtenRow } from './accept-statement.ts';
import { type Sql, SqlError, type SqlValue } from './data-api.ts';
import type { AcceptedRow, AcceptRefusal, NewMessage } from './new-message.ts';

/** Under what a request may be repeated. */
export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 of the request, hexadecimal: what tells a repetition from another request under the same key. */
  readonly request_hash: string;
}

export type Accepted =
  | { readonly outcome: 'accepted'; readonly message: AcceptedRow }
  | { readonly outcome: 'replayed'; readonly message: AcceptedRow }
  | { readonly outcome: 'refused'; readonly reason: AcceptRefusal }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'no-such-client' };

const accept = `
WITH ${input},
claim AS (
  INSERT INTO idempotency_keys AS k (client_id, key, request_hash, resource_id, expires_at)
  SELECT client_id, :key::text, :request_hash::text, id, now() + interval '24 hours'
  FROM input WHERE :key::text IS NOT NULL AND refusal IS NULL
  ON CONFLICT (client_id, key) DO UPDATE
    SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, expires_at = excluded.expires_at
    WHERE k.expires_at <= now()
  RETURNING 1
),
fresh AS (SELECT * FROM input WHERE refusal IS NULL AND (:key::text IS NULL OR EXISTS (SELECT FROM claim))),
${writeMessages},
${holdCredit}
SELECT i.refusal, ${writtenRow} FROM input i LEFT JOIN message m ON m.id = i.id`;

const byKey = `
SELECT k.request_hash, k.expires_at > now() AS is_live, ${storedRow}
FROM idempotency_keys k LEFT JOIN messages m ON m.id = k.resource_id AND m.client_id = k.client_id
WHERE k.client_id = :client_id::uuid AND k.key = :key`;

const byId = `SELECT ${storedRow} FROM messages m WHERE m.id = :id::uuid AND m.client_id = :client_id::uuid`;

type Row = { readonly refusal: AcceptRefusal | null } & (AcceptedRow | { readonly id: null });

/** The checks that abort a statement, and what each of them means. */
export const refusalOfCheck = (error: SqlError): AcceptRefusal | undefined => {
  if (error.sqlState !== '23514') return undefined;
  if (error.message.includes('clients_credit_not_negative')) return 'credit.insufficient';
  if (error.message.includes('clients_within_spend_cap')) return 'spend.cap_reached';
  if (error.message.includes('destination_counts_within_limit')) return 'destination.velocity';
  return undefined;
};

const written = async (sql: Sql, message: NewMessage): Promise<Accepted> => {
  const [row] = await sql<AcceptedRow>(byId, { id: message.id, client_id: message.client_id });
  return row ? { outcome: 'accepted', message: row } : { outcome: 'no-such-client' };
};

/** Without a message where the key stands for something else, such as a batch. */
type KeyRow = (AcceptedRow | { readonly id: null }) & { readonly request_hash: string; readonly is_live: boolean };

/** A key that was taken a moment ago counts even if its time has passed since; one that was only looked up does not. */
const underKey = async (
  sql: Sql,
  message: NewMessage,
  { key, request_hash }: IdempotencyKey,
  wasTaken: boolean,
): Promise<Accepted | undefined> => {
  const [row] = await sql<KeyRow>(byKey, { client_id: message.client_id, key });
  if (!row || !(row.is_live || wasTaken)) return undefined;
  const { request_hash: stored, is_live: _isLive, ...found } = row;
  if (stored !== request_hash) return { outcome: 'mismatch' };
  if (found.id === null) return undefined;
  return { outcome: found.id === message.id ? 'accepted' : 'replayed', message: found };
};

/**
 * Writes a message, its parts, hold, ledger entry, history and idempotency key: all of it, or nothing.
 *
 * It may be called again with the same message (same `id`) after a timeout that hid the commit, and answers the same.
 * A key that was taken, perhaps by a statement this one's snapshot could not see, is read in a second call; so is that
 * of a request which would be refused by now, since its first answer stands for 24 hours.
 */
export const acceptMessage = (sql: Sql, message: NewMessage, key: IdempotencyKey | null = null): Promise<Accepted> =>
  acceptBy(sql, accept, { messages: [{ item: 0, ...message }] }, message, key);

/** The same by a statement that writes more than the message, given `more` beside the key. */
export const acceptBy = async (
  sql: Sql,
  statement: string,
  more: Readonly<Record<string, SqlValue>>,
  message: NewMessage,
  key: IdempotencyKey | null,
): Promise<Accepted> => {
  const parameters = { ...more, key: key?.key ?? null, request_hash: key?.request_hash ?? null };
  const rows = await sql<Row>(statement, parameters).catch((error: unknown) => {
    if (!(error instanceof SqlError)) throw error;
    const reason = refusalOfCheck(error);
    if (reason) return { outcome: 'refused', reason } as const;
    if (error.sqlState === '23505' && error.message.includes('messages')) return 'written' as const;
    throw error;
  });
  if (rows === 'written') return written(sql, message);
  if (!Array.isArray(rows)) return rows;
  const [row] = rows;
  if (row && row.id !== null) {
    const { refusal: _refusal, ...accepted } = row;
    return { outcome: 'accepted', message: accepted };
  }
  const replayed = key && (await underKey(sql, message, key, row?.refusal === null));
  if (replayed) return replayed;
  return row?.refusal ? { outcome: 'refused', reason: row.refusal } : { outcome: 'no-such-client' };
};
