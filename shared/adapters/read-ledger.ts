import type { Sql } from './data-api.ts';
import {
  availableThen,
  effect,
  effectOf,
  entryRow,
  exactly,
  isCommitted,
  type LedgerPosition,
  type MovementRow,
  moment,
  movementColumns,
  movementsOf,
  type PageRow,
  positionAfter,
  positionParameters,
  positionRow,
  readPage,
  usualMostUnderWay,
} from './ledger-statement.ts';

/** What narrows the list; what is null does not. Times in ISO 8601. */
export interface LedgerFilters {
  readonly kind: string | null;
  readonly message_id: string | null;
  /** Moved at this time or later, and before that one. */
  readonly from_time: string | null;
  readonly to_time: string | null;
}

export interface LedgerPageOf {
  readonly clientId: string;
  readonly filters: LedgerFilters;
  /** Where the page before ended; null for the first page. */
  readonly after: LedgerPosition | null;
  readonly limit: number;
}

export type LedgerRead =
  | { readonly outcome: 'read'; readonly entries: readonly MovementRow[]; readonly next: LedgerPosition | null }
  | { readonly outcome: 'no-such-client' }
  | { readonly outcome: 'no-such-position' };

const conditions: Readonly<Record<keyof LedgerFilters, string>> = {
  kind: 'e.kind = :kind',
  message_id: `e.id = :message_id::uuid AND e.kind <> 'GRANT'`,
  from_time: 'e.created_at >= :from_time::timestamptz',
  to_time: 'e.created_at < :to_time::timestamptz',
};

const names = Object.keys(conditions) as (keyof LedgerFilters)[];

const newestFirst = 'e.created_at DESC, e.id DESC, e.part DESC, e.kind DESC';

/**
 * The balance after an entry is that of where the page begins less the effects of what is newer: of all that is newer,
 * shown or not. So what is passed over on the way to the page's last entry is added up as well.
 */
const statementOf = (given: readonly (keyof LedgerFilters)[], goesOn: boolean): string => {
  const within = `e.client_id = :client_id::uuid AND ${isCommitted}${goesOn ? ` AND ${entryRow} < ${positionRow}` : ''}`;
  return `
WITH ${moment},
start AS MATERIALIZED (
  SELECT ${goesOn ? ':balance::bigint' : availableThen} AS balance FROM clients c, moment t WHERE c.id = :client_id::uuid
),
page AS (
  SELECT e.created_at, e.id, e.part, e.kind FROM ledger_entries e, moment t
  WHERE ${[within, ...given.map((name) => conditions[name])].join(' AND ')}
  ORDER BY ${newestFirst} LIMIT :limit
),
passed AS (
  SELECT e.*, (SELECT balance FROM start) + ${effect}
    - sum(${effect}) OVER (ORDER BY ${newestFirst} ROWS UNBOUNDED PRECEDING) AS balance_cents
  FROM ledger_entries e, moment t
  WHERE ${within}
    AND ${entryRow} >= (SELECT p.created_at, p.id, p.part, p.kind FROM page p ORDER BY 1, 2, 3, 4 LIMIT 1)
)
SELECT ${exactly('t.at')} AS moment_at, t.snapshot::text AS moment, ${movementColumns},
  e.balance_cents::bigint AS balance_cents
FROM start CROSS JOIN moment t
LEFT JOIN (passed e JOIN page p ON (p.created_at, p.id, p.part, p.kind) = ${entryRow}) ON true
ORDER BY ${newestFirst}`;
};

/**
 * A page of a client's movements, the newest first, each with what was available after it.
 *
 * All pages of a list are of the moment its first page was read at: see ledger-statement.ts.
 *
 * @param mostUnderWay transactions that a cursor may name; more, and the moment is that before the first of them.
 */
export const readLedger = async (
  sql: Sql,
  { clientId, filters, after, limit }: LedgerPageOf,
  mostUnderWay = usualMostUnderWay,
): Promise<LedgerRead> => {
  const given = names.filter((name) => filters[name] !== null);
  const rows = await readPage<PageRow>(
    sql,
    statementOf(given, after !== null),
    {
      client_id: clientId,
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
      ...Object.fromEntries(given.map((name) => [name, filters[name]])),
      ...positionParameters(after, mostUnderWay),
    },
    after,
  );
  if (!rows) return { outcome: 'no-such-position' };
  const [first] = rows;
  if (!first) return { outcome: 'no-such-client' };
  const found = movementsOf(rows);
  const entries = found.slice(0, limit);
  const last = found.length > limit ? entries.at(-1) : undefined;
  const next = last ? positionAfter(last, first, last.balance_cents - effectOf(last)) : null;
  return { outcome: 'read', entries, next };
};
