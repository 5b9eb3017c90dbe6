import type { SetProviderPrices } from '#shared/contracts/provider-admin.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import type { Sql } from './data-api.ts';

export interface ProviderPriceRow {
  readonly prefix: string;
  readonly part_cost_micros: number;
  readonly updated_at: Date;
}

export interface ProviderPricePageOf {
  readonly provider: string;
  /** The prefix that the page before ended with; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** In the order of the digits, whatever the database's collation; the empty prefix comes first. */
const byPrefix = 't.prefix COLLATE "C"';

const list = `
SELECT t.prefix, t.part_cost_micros, t.updated_at
FROM providers p LEFT JOIN provider_prices t ON t.provider = p.name AND (:after::text IS NULL OR ${byPrefix} > :after)
WHERE p.name = :provider ORDER BY ${byPrefix} LIMIT :limit`;

/** What a provider charges, by prefix; null when there is no such provider. */
export const listProviderPrices = async (
  sql: Sql,
  { provider, after, limit }: ProviderPricePageOf,
): Promise<ProviderPriceRow[] | null> => {
  const rows = await sql<ProviderPriceRow | { readonly prefix: null }>(list, { provider, after, limit });
  // One row without a prefix stands for an empty list, none for nobody.
  return rows.length === 0 ? null : rows.filter((row) => row.prefix !== null);
};

const set = `
WITH owner AS (SELECT name FROM providers WHERE name = :provider),
price AS (
  INSERT INTO provider_prices (provider, prefix, part_cost_micros)
  SELECT o.name, n.prefix, n.part_cost_micros
  FROM owner o CROSS JOIN jsonb_to_recordset(:prices::jsonb) AS n(prefix text, part_cost_micros bigint)
  ORDER BY n.prefix
  ON CONFLICT (provider, prefix) DO UPDATE SET part_cost_micros = excluded.part_cost_micros, updated_at = now()
),
${auditEntry('provider_prices.set', 'owner', `'provider ' || name`, ':detail::jsonb')}
SELECT name FROM owner`;

/** Writes what a provider charges; prefixes that are not named stay. @returns false when there is no such provider. */
export const setProviderPrices = async (
  sql: Sql,
  provider: string,
  { prices }: SetProviderPrices,
  actor: Actor,
): Promise<boolean> => {
  const rows = await sql(set, { provider, prices, detail: { prices }, ...actorParameters(actor) });
  return rows.length > 0;
};

const remove = `
WITH price AS (DELETE FROM provider_prices WHERE provider = :provider AND prefix = :prefix RETURNING *),
${auditEntry(
  'provider_price.removed',
  'price',
  `'provider ' || provider`,
  `jsonb_build_object('prefix', prefix, 'part_cost_micros', part_cost_micros)`,
)}
SELECT prefix FROM price`;

/** @returns false when the provider has no such price. */
export const removeProviderPrice = async (
  sql: Sql,
  { provider, prefix }: { readonly provider: string; readonly prefix: string },
  actor: Actor,
): Promise<boolean> => (await sql(remove, { provider, prefix, ...actorParameters(actor) })).length > 0;
