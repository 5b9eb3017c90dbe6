import {
  type ChangeNumber,
  type CreateNumber,
  mostKeywords,
  type NumberSummary,
  type NumberView,
} from '#shared/contracts/inbound.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import { type Sql, SqlError } from './data-api.ts';
import { claimKeyWhen, keyParameters, readKeyed } from './keyed.ts';

type Row<View extends NumberSummary> = Omit<View, 'created_at' | 'updated_at'> & {
  readonly created_at: Date;
  readonly updated_at: Date;
};

const summary = `n.id, n.number, n.provider, n.client_id,
  (SELECT count(*) FROM inbound_keywords k WHERE k.number_id = n.id) AS keyword_count, n.created_at, n.updated_at`;

const whole = `${summary}, (SELECT coalesce(jsonb_object_agg(k.keyword, k.client_id), '{}') FROM inbound_keywords k
  WHERE k.number_id = n.id) AS keywords`;

const toView = <View extends NumberSummary>(row: Row<View>): View =>
  ({
    ...row,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }) as unknown as View;

/** @returns null when there is none. */
export const readNumber = async (sql: Sql, id: string): Promise<NumberView | null> => {
  const rows = await sql<Row<NumberView>>(`SELECT ${whole} FROM inbound_numbers n WHERE n.id = :id::uuid`, { id });
  return rows[0] ? toView<NumberView>(rows[0]) : null;
};

export interface WantedNumbers {
  /** How it begins; null: in any way. */
  readonly number: string | null;
  /** Whose it is, or who has a keyword there; null: anybody. */
  readonly clientId: string | null;
  /** The id of the last one of the page before; null: from the newest. */
  readonly after: string | null;
  readonly limit: number;
}

const list = `
SELECT ${summary} FROM inbound_numbers n
WHERE (:after::uuid IS NULL OR n.id < :after::uuid) AND (:number::text IS NULL OR starts_with(n.number, :number))
  AND (:client_id::uuid IS NULL OR n.client_id = :client_id::uuid
    OR EXISTS (SELECT FROM inbound_keywords k WHERE k.number_id = n.id AND k.client_id = :client_id::uuid))
ORDER BY n.id DESC LIMIT :limit`;

/** Numbers that telephones can write to, the newest first. */
export const listNumbers = async (
  sql: Sql,
  { number, clientId, after, limit }: WantedNumbers,
): Promise<NumberSummary[]> =>
  (await sql<Row<NumberSummary>>(list, { number, client_id: clientId, after, limit })).map((row) =>
    toView<NumberSummary>(row),
  );

const areKnown = `NOT EXISTS (SELECT FROM jsonb_array_elements_text(:clients::jsonb) c
    WHERE NOT EXISTS (SELECT FROM clients k WHERE k.id = c.value::uuid))`;

/** Clients are never removed: one that is there now is there when the row is written. */
const known = `known AS (SELECT 1 WHERE ${areKnown})`;
const isThere = `SELECT ${areKnown} AS is_known`;

/** The clients that a request names. */
const clientsOf = (clientId: string | null | undefined, keywords: Readonly<Record<string, string | null>> = {}) => [
  ...new Set([clientId, ...Object.values(keywords)].filter((id) => typeof id === 'string')),
];

const create = `
WITH ${known},
possible AS (SELECT 1 FROM known
  WHERE :provider::text IS NULL OR EXISTS (SELECT FROM providers p WHERE p.name = :provider)),
${claimKeyWhen('EXISTS (SELECT FROM possible)')},
made AS (
  INSERT INTO inbound_numbers (id, number, provider, client_id)
  SELECT :resource_id::uuid, :number, :provider, :client_id::uuid FROM possible, go RETURNING *
),
word AS (
  INSERT INTO inbound_keywords (number_id, keyword, client_id)
  SELECT m.id, k.key, k.value::uuid FROM made m, jsonb_each_text(:keywords::jsonb) k
),
${auditEntry('number.created', 'made', `'number ' || number`, ':detail::jsonb')}
SELECT id FROM made`;

export type CreatedNumber =
  | { readonly outcome: 'created' | 'replayed'; readonly number: NumberView }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'no-such-client' }
  | { readonly outcome: 'no-such-provider' };

const faultOf = (error: unknown): 'taken' | 'written' => {
  if (!(error instanceof SqlError) || error.sqlState !== '23505') throw error;
  if (error.message.includes('inbound_numbers_pkey')) return 'written';
  if (error.message.includes('inbound_numbers_unlike')) return 'taken';
  throw error;
};

const whyNot = async (sql: Sql, clients: readonly string[]): Promise<CreatedNumber> => {
  const [found] = await sql<{ is_known: boolean }>(isThere, { clients });
  return { outcome: found?.is_known ? 'no-such-provider' : 'no-such-client' };
};

/** Writes a number with its keywords and the audit entry: all of it, or nothing. */
export const createNumber = async (
  sql: Sql,
  { id, number }: { readonly id: string; readonly number: CreateNumber },
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<CreatedNumber> => {
  const clients = clientsOf(number.client_id, number.keywords);
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor), ...number };
  const rows = await sql<{ id: string }>(create, { ...parameters, clients, detail: number }).catch(faultOf);
  // Its own row: a timeout hid the commit.
  const isMade = rows === 'written' || (rows !== 'taken' && rows.length > 0);
  const keyed = isMade || !key ? null : await readKeyed(sql, actor.clientId, key);
  if (keyed?.outcome === 'mismatch') return keyed;
  if (!isMade && !keyed) return rows === 'taken' ? { outcome: 'taken' } : whyNot(sql, clients);
  const stored = await readNumber(sql, keyed?.resourceId ?? id);
  // Made once, and removed since.
  if (!stored) return { outcome: 'taken' };
  return { outcome: stored.id === id ? 'created' : 'replayed', number: stored };
};

/** Keyword by keyword, so that two changes side by side lose nothing. */
const change = `
WITH ${known},
changed AS (
  UPDATE inbound_numbers n SET updated_at = now(),
    client_id = CASE WHEN :gives::boolean THEN :client_id::uuid ELSE n.client_id END
  FROM known
  WHERE n.id = :id::uuid AND (SELECT count(*) FROM inbound_keywords k WHERE k.number_id = n.id
      AND k.keyword NOT IN (SELECT jsonb_object_keys(:keywords::jsonb)))
    + (SELECT count(*) FROM jsonb_each_text(:keywords::jsonb) k WHERE k.value IS NOT NULL) <= ${mostKeywords}
  RETURNING n.*
),
word AS (
  INSERT INTO inbound_keywords (number_id, keyword, client_id)
  SELECT c.id, k.key, k.value::uuid FROM changed c, jsonb_each_text(:keywords::jsonb) k WHERE k.value IS NOT NULL
  ORDER BY k.key
  ON CONFLICT (number_id, keyword) DO UPDATE SET client_id = excluded.client_id
),
gone AS (
  DELETE FROM inbound_keywords w USING changed c, jsonb_each_text(:keywords::jsonb) k
  WHERE w.number_id = c.id AND w.keyword = k.key AND k.value IS NULL
),
${auditEntry('number.changed', 'changed', `'number ' || number`, ':detail::jsonb')}
SELECT id FROM changed`;

export type ChangedNumber =
  | { readonly outcome: 'changed'; readonly number: NumberView }
  | { readonly outcome: 'no-such-number' }
  | { readonly outcome: 'no-such-client' }
  | { readonly outcome: 'too-many-keywords' };

/** Changes what is named, and leaves the rest. */
export const changeNumber = async (
  sql: Sql,
  { id, changes }: { readonly id: string; readonly changes: ChangeNumber },
  actor: Actor,
): Promise<ChangedNumber> => {
  const { client_id, keywords = {} } = changes;
  const clients = clientsOf(client_id, keywords);
  const set = { gives: client_id !== undefined, client_id: client_id ?? null, keywords, clients };
  const rows = await sql(change, { id, ...set, detail: changes, ...actorParameters(actor) });
  const number = await readNumber(sql, id);
  if (!number) return { outcome: 'no-such-number' };
  if (rows.length > 0) return { outcome: 'changed', number };
  const [found] = await sql<{ is_known: boolean }>(isThere, { clients });
  return { outcome: found?.is_known ? 'too-many-keywords' : 'no-such-client' };
};

const remove = `
WITH gone AS (DELETE FROM inbound_numbers WHERE id = :id::uuid RETURNING *),
${auditEntry('number.removed', 'gone', `'number ' || number`)}
SELECT id FROM gone`;

/** @returns whether there was one. */
export const removeNumber = async (sql: Sql, id: string, actor: Actor): Promise<boolean> =>
  (await sql(remove, { id, ...actorParameters(actor) })).length > 0;
