import type { ClientStatistics, ProviderStatistics } from '#shared/contracts/statistics.ts';
import type { Sql } from './data-api.ts';

/** Whole hours: the first one, and the one after the last. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

interface Sums {
  readonly submitted: number;
  readonly refused: number;
  readonly unknown: number;
  readonly delivered: number;
  readonly failed: number;
  readonly expired: number;
  readonly latency: number;
  readonly latency_parts: number;
  readonly cost_micros: number;
  readonly price_cents: number;
}

const sums = `sum(t.submitted)::bigint AS submitted, sum(t.refused)::bigint AS refused, sum(t.unknown)::bigint AS unknown,
  sum(t.delivered)::bigint AS delivered, sum(t.failed)::bigint AS failed, sum(t.expired)::bigint AS expired,
  sum(t.latency_ms)::bigint AS latency, sum(t.latency_parts)::bigint AS latency_parts,
  sum(t.cost_micros)::bigint AS cost_micros, sum(t.price_cents)::bigint AS price_cents`;

const within = 't.hour >= :from::timestamptz AND t.hour < :to::timestamptz';

const timesOf = (column: 'errors' | 'receipts'): string => `(
  SELECT coalesce(jsonb_object_agg(name, times), '{}') FROM (
    SELECT x.key AS name, sum(x.value::bigint) AS times
    FROM provider_statistics t CROSS JOIN jsonb_each_text(t.${column}) x
    WHERE t.provider = h.provider AND t.hour = h.hour GROUP BY x.key) c) AS ${column}`;

const ofProvider = `
SELECT h.*, ${timesOf('errors')}, ${timesOf('receipts')} FROM (
  SELECT t.provider, t.hour, ${sums} FROM provider_statistics t
  WHERE t.provider = :provider AND ${within} GROUP BY t.provider, t.hour) h
ORDER BY h.hour`;

type Times = Readonly<Record<string, number>>;
type ProviderRow = Sums & { readonly hour: Date; readonly errors: Times; readonly receipts: Times };

const microsOfCent = 10_000;

const addSums = (rows: readonly Sums[]): Sums => {
  const add = (pick: (row: Sums) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
  return {
    submitted: add((row) => row.submitted),
    refused: add((row) => row.refused),
    unknown: add((row) => row.unknown),
    delivered: add((row) => row.delivered),
    failed: add((row) => row.failed),
    expired: add((row) => row.expired),
    latency: add((row) => row.latency),
    latency_parts: add((row) => row.latency_parts),
    cost_micros: add((row) => row.cost_micros),
    price_cents: add((row) => row.price_cents),
  };
};

const addTimes = (all: readonly Times[]): Record<string, number> => {
  const added: Record<string, number> = {};
  for (const times of all) for (const [name, count] of Object.entries(times)) added[name] = (added[name] ?? 0) + count;
  return added;
};

const outcomesOf = ({ submitted, delivered, failed, expired, latency, latency_parts: parts }: Sums) => ({
  submitted,
  delivered,
  failed,
  expired,
  latency_ms: parts > 0 ? Math.round(latency / parts) : null,
});

const providerView = (row: Sums, errors: Times, receipts: Times): ProviderStatistics['total'] => {
  const ended = row.delivered + row.failed + row.expired + row.refused;
  return {
    ...outcomesOf(row),
    refused: row.refused,
    unknown: row.unknown,
    success_rate: ended > 0 ? row.delivered / ended : null,
    errors: { ...errors },
    receipts: { ...receipts },
    cost_micros: row.cost_micros,
    price_cents: row.price_cents,
    margin_micros: row.price_cents * microsOfCent - row.cost_micros,
  };
};

/** What a provider did, by the hour. */
export const readProviderStatistics = async (
  sql: Sql,
  provider: string,
  { from, to }: Span,
): Promise<ProviderStatistics> => {
  const parameters = { provider, from: from.toISOString(), to: to.toISOString() };
  const rows = await sql<ProviderRow>(ofProvider, parameters);
  const [errors, receipts] = [rows.map((row) => row.errors), rows.map((row) => row.receipts)];
  return {
    provider,
    from_time: from.toISOString(),
    to_time: to.toISOString(),
    total: providerView(addSums(rows), addTimes(errors), addTimes(receipts)),
    hours: rows.map((row) => ({ hour: row.hour.toISOString(), ...providerView(row, row.errors, row.receipts) })),
  };
};

/** Both at once: a row with an hour is of all destinations, one with a country of all hours. */
const ofClient = `
SELECT t.hour, t.country, ${sums} FROM provider_statistics t
WHERE t.client_id = :client_id::uuid AND ${within}
GROUP BY GROUPING SETS ((t.hour), (t.country)) ORDER BY t.hour, t.country`;

type ClientRow = Sums & { readonly hour: Date | null; readonly country: string | null };

const clientView = (row: Sums): ClientStatistics['total'] => ({ ...outcomesOf(row), spent_cents: row.price_cents });

/** What became of a client's parts, by the hour and by where they went. */
export const readClientStatistics = async (
  sql: Sql,
  clientId: string,
  { from, to }: Span,
): Promise<ClientStatistics> => {
  const parameters = { client_id: clientId, from: from.toISOString(), to: to.toISOString() };
  const rows = await sql<ClientRow>(ofClient, parameters);
  const hours = rows.flatMap(({ hour, ...row }) => (hour === null ? [] : [{ hour, row }]));
  return {
    from_time: from.toISOString(),
    to_time: to.toISOString(),
    total: clientView(addSums(hours.map(({ row }) => row))),
    hours: hours.map(({ hour, row }) => ({ hour: hour.toISOString(), ...clientView(row) })),
    destinations: rows.flatMap((row) =>
      row.hour === null ? [{ country: row.country === 'ZZ' ? null : row.country, ...clientView(row) }] : [],
    ),
  };
};
