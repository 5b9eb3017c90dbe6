import type { Sql } from './data-api.ts';
import { pricedDigits, tariffAt } from './part-tariff.ts';

/** Of a part at a provider, as far as one entry of the history or the ledger tells. */
const tallied = `
said AS MATERIALIZED (
  SELECT e.message_id, e.number, e.part, e.type, e.detail, e.at, e.detail ->> 'provider' AS provider, m.client_id,
    coalesce(m.country, 'ZZ') AS country, ${pricedDigits} AS digits
  FROM message_events e JOIN messages m ON m.id = e.message_id
  WHERE e.at >= :hour::timestamptz AND e.at < :hour::timestamptz + interval '1 hour'
    AND e.type IN ('SUBMITTED', 'REFUSED', 'UNKNOWN', 'RECEIPT') AND e.part IS NOT NULL
    AND e.detail ->> 'provider' IS NOT NULL
),
-- The first receipt of a part that is final counts; one that comes again, or that says otherwise, is told in receipts only.
final AS (
  SELECT DISTINCT ON (s.message_id, s.part) s.*
  FROM said s
  WHERE s.type = 'RECEIPT' AND s.detail ->> 'state' IN ('DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'REJECTED')
    AND NOT EXISTS (SELECT FROM message_events b
      WHERE b.message_id = s.message_id AND b.part = s.part AND b.type = 'RECEIPT' AND b.at < :hour::timestamptz
        AND b.detail ->> 'state' IN ('DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'REJECTED'))
  ORDER BY s.message_id, s.part, s.at, s.number
),
paid AS (
  SELECT l.client_id, coalesce(m.country, 'ZZ') AS country, l.amount_cents, (
      SELECT s.provider FROM part_submissions s WHERE s.message_id = l.id AND s.part = l.part
      ORDER BY s.attempt DESC LIMIT 1) AS provider
  FROM ledger_entries l JOIN messages m ON m.id = l.id
  WHERE l.kind = 'CAPTURE' AND l.created_at >= :hour::timestamptz
    AND l.created_at < :hour::timestamptz + interval '1 hour'
),
tally AS (
  SELECT s.provider, s.client_id, s.country, (s.type = 'SUBMITTED')::integer AS submitted,
    (s.type = 'REFUSED')::integer AS refused, (s.type = 'UNKNOWN')::integer AS unknown, 0 AS delivered, 0 AS failed,
    0 AS expired, 0::bigint AS latency_ms, 0 AS latency_parts,
    CASE WHEN s.type = 'SUBMITTED' THEN coalesce((SELECT t.part_cost_micros
      FROM ${tariffAt({ provider: 's.provider', digits: 's.digits', at: 's.at' })} t), 0) ELSE 0 END AS cost_micros,
    0::bigint AS price_cents,
    CASE WHEN s.type = 'REFUSED' THEN s.detail ->> 'error' END AS error,
    CASE WHEN s.type = 'RECEIPT' THEN s.detail ->> 'state' END AS receipt
  FROM said s
  UNION ALL
  SELECT f.provider, f.client_id, f.country, 0, 0, 0, (f.detail ->> 'state' = 'DELIVERED')::integer,
    (f.detail ->> 'state' IN ('DELETED', 'UNDELIVERABLE', 'REJECTED'))::integer,
    (f.detail ->> 'state' = 'EXPIRED')::integer,
    CASE WHEN f.detail ->> 'state' = 'DELIVERED' THEN coalesce(took.ms, 0) ELSE 0 END,
    (f.detail ->> 'state' = 'DELIVERED' AND took.ms IS NOT NULL)::integer, 0, 0, NULL, NULL
  FROM final f LEFT JOIN LATERAL (
    SELECT greatest(0, extract(epoch FROM f.at - p.submitted_at) * 1000)::bigint AS ms FROM part_submissions p
    WHERE p.message_id = f.message_id AND p.part = f.part AND p.provider = f.provider
    ORDER BY p.attempt DESC LIMIT 1) took ON true
  UNION ALL
  SELECT provider, client_id, country, 0, 0, 0, 0, 0, 0, 0, 0, 0, amount_cents, NULL, NULL
  FROM paid WHERE provider IS NOT NULL
)`;

const counted = (column: 'error' | 'receipt'): string => `
  SELECT provider, client_id, country, jsonb_object_agg(name, times) AS times FROM (
    SELECT provider, client_id, country, ${column} AS name, count(*) AS times FROM tally
    WHERE ${column} IS NOT NULL GROUP BY provider, client_id, country, ${column}) c
  GROUP BY provider, client_id, country`;

const sums = ['submitted', 'refused', 'unknown', 'delivered', 'failed', 'expired', 'latency_ms', 'latency_parts'];
const columns = [...sums, 'cost_micros', 'price_cents', 'errors', 'receipts'];

/** Sums an hour up anew: whatever was written of it before, this is what is known of it now. */
const sum = `
WITH ${tallied},
error AS (${counted('error')}),
receipt AS (${counted('receipt')}),
summed AS (
  SELECT t.provider, t.client_id, t.country, ${[...sums, 'cost_micros', 'price_cents'].map((name) => `sum(t.${name})::bigint AS ${name}`).join(', ')}
  FROM tally t GROUP BY t.provider, t.client_id, t.country
),
written AS (
  INSERT INTO provider_statistics AS p (hour, provider, client_id, country, ${columns.join(', ')})
  SELECT :hour::timestamptz, s.provider, s.client_id, s.country,
    ${[...sums, 'cost_micros', 'price_cents'].map((name) => `s.${name}`).join(', ')},
    coalesce(e.times, '{}'), coalesce(r.times, '{}')
  FROM summed s LEFT JOIN error e USING (provider, client_id, country)
    LEFT JOIN receipt r USING (provider, client_id, country)
  ON CONFLICT (hour, provider, client_id, country) DO UPDATE SET
    ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}, summed_at = now()
  WHERE (${columns.map((name) => `p.${name}`).join(', ')}) IS DISTINCT FROM (${columns.map((name) => `excluded.${name}`).join(', ')})
  RETURNING 1
),
-- The bridge reads what providers achieved together with the routes.
version AS (UPDATE routing_settings SET version = version + 1 WHERE EXISTS (SELECT FROM written))
SELECT count(*)::integer AS rows FROM written`;

/** @returns how many rows of the hour are new or other than before. */
export const sumHour = async (sql: Sql, hour: Date): Promise<number> => {
  const [row] = await sql<{ rows: number }>(sum, { hour: hour.toISOString() });
  return row?.rows ?? 0;
};

/** The youngest hour that was ever summed up; null: none was. */
export const lastSummedHour = async (sql: Sql): Promise<Date | null> => {
  const [row] = await sql<{ hour: Date | null }>('SELECT max(hour) AS hour FROM provider_statistics');
  return row?.hour ?? null;
};
