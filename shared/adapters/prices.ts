import type { SetPrices } from '#shared/contracts/credit.ts';
import { everyone } from './accept-statement.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import type { Sql } from './data-api.ts';

export interface PriceRow {
  readonly prefix: string;
  readonly part_price_cents: number;
}

export interface PricePageOf {
  /** Whose; null: the general list. */
  readonly clientId: string | null;
  /** The prefix that the page before ended with; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** The general list belongs to everyone; of a client that is not there nothing can be said. */
const owner = `owner AS (
  SELECT '${everyone}'::uuid AS id WHERE :client_id::text IS NULL
  UNION ALL SELECT id FROM clients WHERE id = :client_id::uuid
)`;

/** In the order of the digits, whatever the database's collation. */
const byPrefix = 'p.prefix COLLATE "C"';

const list = `
WITH ${owner}
SELECT p.prefix, p.part_price_cents, p.updated_at
FROM owner o LEFT JOIN prices p ON p.client_id = o.id AND ${byPrefix} > coalesce(:after::text, '')
ORDER BY ${byPrefix} LIMIT :limit`;

type Listed = PriceRow & { readonly updated_at: Date };

/** A list of prices by prefix, at most `limit` of them; null when there is no such client. */
export const listPrices = async (sql: Sql, { clientId, after, limit }: PricePageOf): Promise<Listed[] | null> => {
  const rows = await sql<Listed | { readonly prefix: null }>(list, { client_id: clientId, after, limit });
  // One row without a prefix stands for an empty list, none for nobody.
  return rows.length === 0 ? null : rows.filter((row) => row.prefix !== null);
};

const set = `
WITH ${owner},
price AS (
  INSERT INTO prices (client_id, prefix, part_price_cents)
  SELECT o.id, n.prefix, n.part_price_cents
  FROM owner o CROSS JOIN jsonb_to_recordset(:prices::jsonb) AS n(prefix text, part_price_cents bigint)
  ORDER BY n.prefix
  ON CONFLICT (client_id, prefix) DO UPDATE SET part_price_cents = excluded.part_price_cents, updated_at = now()
  RETURNING client_id
),
${auditEntry('prices.set', 'owner', `'prices ' || coalesce(:client_id::text, 'general')`, ':detail::jsonb')}
SELECT id FROM owner`;

/** Writes prices into a list, in one statement; those that are not named stay. @returns false when there is no such client. */
export const setPrices = async (sql: Sql, { client_id, prices }: SetPrices, actor: Actor): Promise<boolean> => {
  const rows = await sql(set, { client_id, prices, detail: { prices }, ...actorParameters(actor) });
  return rows.length > 0;
};

const remove = `
WITH price AS (
  DELETE FROM prices WHERE client_id = coalesce(:client_id::uuid, '${everyone}') AND prefix = :prefix RETURNING *
),
${auditEntry(
  'price.removed',
  'price',
  `'prices ' || coalesce(:client_id::text, 'general')`,
  `jsonb_build_object('prefix', prefix, 'part_price_cents', part_price_cents)`,
)}
SELECT prefix FROM price`;

/** @returns false when the list has no such price. */
export const removePrice = async (
  sql: Sql,
  { clientId, prefix }: { readonly clientId: string | null; readonly prefix: string },
  actor: Actor,
): Promise<boolean> => {
  const rows = await sql(remove, { client_id: clientId, prefix, ...actorParameters(actor) });
  return rows.length > 0;
};

/**
 * The client's own prices, and those of the general list that none of them stands before: a number which begins with one
 * of its own prefixes is never looked up in the general list. See accept-statement.ts.
 */
const paid = `
SELECT c.part_price_cents AS flat_cents, p.prefix, p.part_price_cents
FROM clients c LEFT JOIN LATERAL (
  SELECT t.prefix, t.part_price_cents FROM prices t
  WHERE t.client_id = c.id
    OR t.client_id = '${everyone}' AND NOT EXISTS (SELECT FROM prices own WHERE own.client_id = c.id
      AND own.prefix = ANY (ARRAY(SELECT left(t.prefix, digits) FROM generate_series(1, 9) digits)))
) p ON ${byPrefix} > coalesce(:after::text, '')
WHERE c.id = :client_id::uuid
ORDER BY ${byPrefix} LIMIT :limit`;

type Paid = { readonly flat_cents: number } & (PriceRow | { readonly prefix: null });

export interface ClientPrices {
  /** Where no prefix fits. */
  readonly flatCents: number;
  readonly prices: readonly PriceRow[];
}

/** What a client pays, by prefix, as accepting a message finds it: at most `limit` of them. */
export const readClientPrices = async (
  sql: Sql,
  { clientId, after, limit }: PricePageOf & { readonly clientId: string },
): Promise<ClientPrices | null> => {
  const rows = await sql<Paid>(paid, { client_id: clientId, after, limit });
  const [first] = rows;
  if (!first) return null;
  const prices = rows.flatMap((row) =>
    row.prefix === null ? [] : [{ prefix: row.prefix, part_price_cents: row.part_price_cents }],
  );
  return { flatCents: first.flat_cents, prices };
};
