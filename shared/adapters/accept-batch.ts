import { type IdempotencyKey, refusalOfCheck } from './accept-message.ts';
import { holdCredit, input, storedRow, writeMessages, writtenRow } from './accept-statement.ts';
import { type Sql, SqlError } from './data-api.ts';
import type { AcceptedRow, AcceptRefusal, NewMessage } from './new-message.ts';
import { weighItems } from './weigh-items.ts';

export interface NewBatch {
  readonly id: string;
  readonly client_id: string;
  /** With the place of each in the request, since some of the request's items may have been refused before. */
  readonly messages: readonly (NewMessage & { readonly item: number })[];
}

/** What became of one item. */
export type BatchItem =
  | { readonly item: number; readonly message: AcceptedRow }
  | { readonly item: number; readonly refusal: AcceptRefusal };

export type AcceptedBatch =
  | { readonly outcome: 'accepted'; readonly items: readonly BatchItem[] }
  | { readonly outcome: 'replayed'; readonly items: readonly BatchItem[] }
  | { readonly outcome: 'refused'; readonly reason: AcceptRefusal }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'no-such-client' };

/**
 * The key is claimed first, then the client's row is locked. A repetition finds what became of each in `batches`. Every
 * message has its verdict, so the full join is a left one: but one that PostgreSQL, which cannot know how many there are,
 * will not do as a loop of all over all.
 */
const accept = `
WITH ${input},
claim AS (
  INSERT INTO idempotency_keys AS k (client_id, key, request_hash, resource_id, expires_at)
  SELECT :client_id::uuid, :key::text, :request_hash::text, :batch_id::uuid, now() + interval '24 hours'
  WHERE :key::text IS NOT NULL AND EXISTS (SELECT FROM input)
  ON CONFLICT (client_id, key) DO UPDATE
    SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, expires_at = excluded.expires_at
    WHERE k.expires_at <= now()
  RETURNING 1
),
${weighItems('input', ':key::text IS NULL OR EXISTS (SELECT FROM claim)')},
batch AS (
  INSERT INTO batches (id, client_id, items)
  SELECT :batch_id::uuid, :client_id::uuid, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item', v.item,
    'id', CASE WHEN v.verdict IS NULL THEN v.id END, 'refusal', v.verdict)) ORDER BY v.item)
  FROM verdict v HAVING count(*) > 0
),
${writeMessages},
${holdCredit}
SELECT v.item, v.verdict AS refusal, ${writtenRow}
FROM verdict v FULL JOIN message m ON m.id = v.id ORDER BY v.item`;

const stored = `
SELECT x.item, x.refusal, ${storedRow}
FROM batches b
CROSS JOIN LATERAL jsonb_to_recordset(b.items) AS x(item integer, id uuid, refusal text)
LEFT JOIN messages m ON m.id = x.id
WHERE b.id = :batch_id::uuid AND b.client_id = :client_id::uuid ORDER BY x.item`;

const byKey = `
SELECT request_hash, resource_id FROM idempotency_keys
WHERE client_id = :client_id::uuid AND key = :key`;

type Row = { readonly item: number; readonly refusal: AcceptRefusal | null } & (AcceptedRow | { readonly id: null });

/** An accepted message may have been removed since: its item is gone then, as the message is. */
const toItems = (rows: readonly Row[]): BatchItem[] =>
  rows.flatMap((row): BatchItem[] => {
    const { item, refusal, ...message } = row;
    if (refusal) return [{ item, refusal }];
    return message.id === null ? [] : [{ item, message }];
  });

const readBatch = async (sql: Sql, batchId: string, clientId: string): Promise<BatchItem[]> =>
  toItems(await sql<Row>(stored, { batch_id: batchId, client_id: clientId }));

const underKey = async (sql: Sql, batch: NewBatch, { key, request_hash }: IdempotencyKey): Promise<AcceptedBatch> => {
  const [row] = await sql<{ request_hash: string; resource_id: string }>(byKey, { client_id: batch.client_id, key });
  if (!row) return { outcome: 'no-such-client' };
  if (row.request_hash !== request_hash) return { outcome: 'mismatch' };
  const items = await readBatch(sql, row.resource_id, batch.client_id);
  return { outcome: row.resource_id === batch.id ? 'accepted' : 'replayed', items };
};

/** A destination's count that began after the statement's snapshot is met as a check: another look sees it. */
const looks = 3;

/**
 * Writes the messages of a batch that the client's settings and credit allow, in one statement, and says of each of the
 * others why not. Credit, spend cap and velocity are used up in the order of the items.
 *
 * May be called again with the same batch (same ids) after a timeout that hid the commit, and answers the same.
 */
export const acceptBatch = async (
  sql: Sql,
  batch: NewBatch,
  key: IdempotencyKey | null = null,
  look = 1,
): Promise<AcceptedBatch> => {
  const parameters = { messages: batch.messages, client_id: batch.client_id, batch_id: batch.id };
  const hash = { key: key?.key ?? null, request_hash: key?.request_hash ?? null };
  const rows = await sql<Row>(accept, { ...parameters, ...hash }).catch((error: unknown) => {
    if (!(error instanceof SqlError)) throw error;
    const reason = refusalOfCheck(error);
    if (reason) return { outcome: 'refused', reason } as const;
    if (error.sqlState === '23505' && /batches|messages/.test(error.message)) return 'written' as const;
    throw error;
  });
  if (rows === 'written') return { outcome: 'accepted', items: await readBatch(sql, batch.id, batch.client_id) };
  if (!Array.isArray(rows)) return look < looks ? acceptBatch(sql, batch, key, look + 1) : rows;
  if (rows.length > 0) return { outcome: 'accepted', items: toItems(rows) };
  return key ? underKey(sql, batch, key) : { outcome: 'no-such-client' };
};
