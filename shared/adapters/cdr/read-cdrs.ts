import { type CdrLine, cdrColumns } from '#shared/domain/cdr/cdr-line.ts';
import type { Sql } from '../data-api.ts';
import { exactly } from '../ledger-statement.ts';
import { pricedDigits, tariffAt } from '../part-tariff.ts';

/** After which line of its hour a page begins. */
export type CdrPosition = readonly [at: string, messageId: string, number: number];

export interface CdrPage {
  readonly lines: readonly CdrLine[];
  /** Null at the end of the hour. */
  readonly next: CdrPosition | null;
}

/** An answer of the Data API ends at 1 MiB; a line takes some 350 octets there, and 650 when all is as long as can be. */
export const usualLinesAtOnce = 1_500;

/** What a provider took, as statistics count it. The built-in simulator of test keys, which no provider is called like, bills nobody. */
const taken = `e.type = 'SUBMITTED' AND e.part IS NOT NULL AND e.detail ->> 'provider' <> 'simulator'`;
const inHour = `e.at >= :hour::timestamptz AND e.at < :hour::timestamptz + interval '1 hour'`;

const isFinal = `r.detail ->> 'state' IN ('DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'REJECTED')`;

/** Whether the receipt `r` has the id of a submission; SMSCs write ids in capitals in the one and not in the other. */
const isNamed = (submission: string): string =>
  `(lower(${submission}.detail ->> 'smsc_message_id') = lower(r.detail ->> 'smsc_message_id')) IS TRUE`;

/**
 * What the provider said of a part in the end. A part that it took twice has two lines, and each receipt belongs to one of
 * them: to that with its id, else (an id in another notation) to the later one.
 */
const receipt = `(
  SELECT r.at, r.detail FROM message_events r
  WHERE r.message_id = p.message_id AND r.part = p.part AND r.type = 'RECEIPT'
    AND r.detail ->> 'provider' = p.detail ->> 'provider'
    AND NOT EXISTS (SELECT FROM message_events o
      WHERE o.message_id = p.message_id AND o.part = p.part AND o.type = 'SUBMITTED'
        AND o.detail ->> 'provider' = p.detail ->> 'provider'
        AND (${isNamed('o')}, o.attempt, o.number) > (${isNamed('p')}, p.attempt, p.number))
  ORDER BY ${isFinal} DESC, CASE WHEN ${isFinal} THEN r.at END, r.at DESC, r.number LIMIT 1)`;

/** A part is paid for once, and that stands in the line of its last attempt. */
const captured = `(
  SELECT l.amount_cents FROM ledger_entries l
  WHERE l.id = p.message_id AND l.part = p.part AND l.kind = 'CAPTURE'
    AND NOT EXISTS (SELECT FROM message_events o
      WHERE o.message_id = p.message_id AND o.part = p.part AND o.type = 'SUBMITTED'
        AND o.detail ->> 'provider' IS NOT NULL AND (o.attempt, o.number) > (p.attempt, p.number)))`;

/** To the millisecond, as the API writes times. */
const moment = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const values: Readonly<Record<keyof CdrLine, string>> = {
  submitted_at: moment('p.at'),
  provider: `p.detail ->> 'provider'`,
  system_id: 'a.system_id',
  client_id: 'm.client_id',
  message_id: 'p.message_id',
  part: 'p.part',
  parts: 'm.parts',
  attempt: 'p.attempt',
  smsc_message_id: `p.detail ->> 'smsc_message_id'`,
  source_addr: 'm.sender',
  destination_addr: 'm.recipient',
  country: 'm.country',
  tariff_prefix: 't.prefix',
  encoding: 'm.encoding',
  data_coding: 'm.data_coding',
  part_state: 'part.state',
  receipt_state: `r.detail ->> 'state'`,
  receipt_error: `r.detail ->> 'error_code'`,
  receipted_at: moment('r.at'),
  cost_micros: 't.part_cost_micros',
  price_cents: 'm.price_cents',
  captured_cents: `coalesce(${captured}, 0)`,
  // A push begins at 1, so that it is never sent again.
  possible_duplicate: 'part.unknown_times > CASE WHEN m.push_reference_bits IS NULL THEN 0 ELSE 1 END',
};

/**
 * The lines of a page are found among the events alone, before anything is joined. One column of JSON for a line: a column
 * for each field would fill an answer with a third of the lines.
 */
const page = `
WITH p AS MATERIALIZED (
  SELECT e.* FROM message_events e
  WHERE ${inHour} AND ${taken} AND e.at >= :at::timestamptz
    AND (e.at, e.message_id, e.number) > (:at::timestamptz, :message_id::uuid, :number::bigint)
  ORDER BY e.at, e.message_id, e.number LIMIT :limit
)
SELECT jsonb_build_array(${cdrColumns.map((column) => values[column]).join(', ')}) AS line,
  jsonb_build_array(${exactly('p.at')}, p.message_id, p.number) AS position
FROM p
  JOIN messages m ON m.id = p.message_id
  JOIN message_parts part ON part.message_id = p.message_id AND part.number = p.part
  LEFT JOIN LATERAL ${tariffAt({ provider: `p.detail ->> 'provider'`, digits: pricedDigits, at: 'p.at' })} t ON true
  LEFT JOIN LATERAL ${receipt} r ON true
  LEFT JOIN LATERAL (SELECT x.system_id FROM provider_accounts x
    WHERE x.provider = p.detail ->> 'provider' AND x.since <= p.at ORDER BY x.since DESC LIMIT 1) a ON true
ORDER BY p.at, p.message_id, p.number`;

interface Row {
  readonly line: readonly unknown[];
  readonly position: CdrPosition;
}

const lineOf = ({ line }: Row): CdrLine =>
  Object.fromEntries(cdrColumns.map((column, i) => [column, line[i]])) as unknown as CdrLine;

/** A page of what providers took in an hour, in the order in which they took it. Every part of it is on one page. */
export const readCdrs = async (
  sql: Sql,
  hour: Date,
  after: CdrPosition | null,
  limit: number = usualLinesAtOnce,
): Promise<CdrPage> => {
  const [at, message_id, number] = after ?? ['-infinity', '00000000-0000-0000-0000-000000000000', 0];
  const rows = await sql<Row>(page, { hour: hour.toISOString(), at, message_id, number, limit });
  return { lines: rows.map(lineOf), next: rows.length < limit ? null : (rows.at(-1)?.position ?? null) };
};

const count = `
SELECT e.detail ->> 'provider' AS provider, count(*)::bigint AS lines
FROM message_events e WHERE ${inHour} AND ${taken} GROUP BY 1`;

/** How many lines an hour has, by provider. */
export const countCdrs = async (sql: Sql, hour: Date): Promise<ReadonlyMap<string, number>> => {
  const rows = await sql<{ readonly provider: string; readonly lines: number }>(count, { hour: hour.toISOString() });
  return new Map(rows.map(({ provider, lines }) => [provider, lines]));
};
