import type { Sql } from './data-api.ts';
import {
  availableThen,
  effect,
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

export interface StatementPageOf {
  readonly clientId: string;
  /** Moved at this time or later, and before that one, in ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** Where the page before ended; null for the first page. */
  readonly after: LedgerPosition | null;
  readonly limit: number;
}

export interface StatementPage {
  readonly outcome: 'read';
  /** What was available before the page's first movement. */
  readonly openingCents: number;
  readonly movements: readonly MovementRow[];
  readonly next: LedgerPosition | null;
}

export type StatementRead =
  | StatementPage
  | { readonly outcome: 'no-such-client' }
  | { readonly outcome: 'no-such-position' };

const oldestFirst = 'e.created_at, e.id, e.part, e.kind';

/** What was available when the span began: what is available, less what has moved since. */
const opening = `
  SELECT ${availableThen} - (SELECT coalesce(sum(${effect}), 0)::bigint FROM ledger_entries e
    WHERE e.client_id = c.id AND e.created_at >= :from::timestamptz AND ${isCommitted}) AS balance
  FROM clients c, moment t WHERE c.id = :client_id::uuid`;

const carried = 'SELECT :balance::bigint AS balance FROM clients c WHERE c.id = :client_id::uuid';

const statementOf = (goesOn: boolean): string => `
WITH ${moment},
opening AS MATERIALIZED (${goesOn ? carried : opening}),
page AS (
  SELECT e.* FROM ledger_entries e, moment t
  WHERE e.client_id = :client_id::uuid AND ${isCommitted} AND e.created_at < :to::timestamptz
    AND ${goesOn ? `${entryRow} > ${positionRow}` : 'e.created_at >= :from::timestamptz'}
  ORDER BY ${oldestFirst} LIMIT :limit
)
SELECT ${exactly('t.at')} AS moment_at, t.snapshot::text AS moment, o.balance AS opening_cents, ${movementColumns},
  (o.balance + sum(${effect}) OVER (ORDER BY ${oldestFirst} ROWS UNBOUNDED PRECEDING))::bigint AS balance_cents
FROM opening o CROSS JOIN moment t LEFT JOIN page e ON true
ORDER BY ${oldestFirst}`;

type Row = PageRow & { readonly opening_cents: number };

/**
 * A page of a client's movements within a span of time, the oldest first, each with what was available after it.
 *
 * All pages are of the moment the first one was read at, so that opening and closing balance agree with what is between
 * them: see ledger-statement.ts.
 */
export const readStatement = async (
  sql: Sql,
  { clientId, from, to, after, limit }: StatementPageOf,
): Promise<StatementRead> => {
  const rows = await readPage<Row>(
    sql,
    statementOf(after !== null),
    {
      client_id: clientId,
      to,
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
      ...(after ? {} : { from }),
      ...positionParameters(after, usualMostUnderWay),
    },
    after,
  );
  if (!rows) return { outcome: 'no-such-position' };
  const [first] = rows;
  if (!first) return { outcome: 'no-such-client' };
  const found = movementsOf(rows);
  const movements = found.slice(0, limit);
  const last = found.length > limit ? movements.at(-1) : undefined;
  const next = last ? positionAfter(last, first, last.balance_cents) : null;
  return { outcome: 'read', openingCents: first.opening_cents, movements, next };
};
