import * as z from 'zod';
import { type Sql, SqlError } from './data-api.ts';

/**
 * What the ledger's lists have in common.
 *
 * Entries are ordered by (created_at, id, part, kind), which is not the order in which they are committed: between two
 * pages one may appear among those already shown, or among those to come, and no balance would add up. So the first
 * page says what had been committed when it was read, and those after it see just that: all pages are of one moment.
 */

/** What a movement does to the credit that is available. A capture spends what its hold had taken from it. */
export const effect = `CASE e.kind WHEN 'HOLD' THEN -e.amount_cents WHEN 'CAPTURE' THEN 0 ELSE e.amount_cents END`;

/** A statement is cut off long before: what began earlier than this before a snapshot was decided when it was taken. */
const decided = `interval '2 minutes'`;

/**
 * The moment, either given or now. A snapshot names every transaction that was under way; where those are too many for a
 * cursor, what began after the first of them is left to a later look. `:moment_at` and `:moment` are both null, or both of
 * the first page.
 */
export const moment = `
moment AS MATERIALIZED (
  SELECT at, at - ${decided} AS decided_before, is_cut,
    CASE WHEN is_cut THEN format('%1$s:%1$s:', pg_snapshot_xmin(snapshot))::pg_snapshot ELSE snapshot END AS snapshot
  FROM (
    SELECT coalesce(:moment_at::timestamptz, now()) AS at, coalesce(:moment::pg_snapshot, pg_current_snapshot()) AS snapshot,
      :moment::text IS NULL
        AND (SELECT count(*) FROM pg_snapshot_xip(pg_current_snapshot())) > :most_under_way AS is_cut
  ) taken
)`;

/** Had the entry `e` been committed at the moment `t`? */
export const isCommitted = `(e.created_at < t.decided_before OR e.written_by IS NULL
    OR pg_visible_in_snapshot(e.written_by, t.snapshot))`;

/** What was available to the client `c` at the moment `t`. The balance and the ledger are changed by the same statements. */
export const availableThen = `c.credit_cents - CASE WHEN NOT t.is_cut THEN 0 ELSE (
    SELECT coalesce(sum(${effect}), 0)::bigint FROM ledger_entries e
    WHERE e.client_id = c.id AND e.created_at >= t.decided_before AND NOT ${isCommitted}) END`;

/** To the microsecond, which a Date has not. */
export const exactly = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The columns of a MovementRow of the entry `e`. */
export const movementColumns = `e.id, e.part, e.kind, e.amount_cents, e.source, e.reason,
  ${exactly('e.created_at')} AS created_at`;

export interface MovementRow {
  readonly id: string;
  readonly part: number;
  readonly kind: 'GRANT' | 'HOLD' | 'CAPTURE' | 'RELEASE';
  readonly amount_cents: number;
  readonly source: string | null;
  readonly reason: string | null;
  /** ISO 8601 in UTC, to the microsecond. */
  readonly created_at: string;
  readonly balance_cents: number;
}

/** What the movement did to the credit that is available, in cents. */
export const effectOf = ({ kind, amount_cents }: Pick<MovementRow, 'kind' | 'amount_cents'>): number => {
  if (kind === 'CAPTURE') return 0;
  return kind === 'HOLD' ? -amount_cents : amount_cents;
};

const ExactTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const Snapshot = z.string().regex(/^\d{1,19}:\d{1,19}:[\d,]{0,700}$/);

/** Where a list of movements goes on: after which entry, from which balance, as of which moment. */
const Position = z.tuple([
  ExactTime,
  z.uuid(),
  z.int().min(0).max(255),
  z.enum(['GRANT', 'HOLD', 'CAPTURE', 'RELEASE']),
  z.int(),
  ExactTime,
  Snapshot,
]);
export type LedgerPosition = z.infer<typeof Position>;

/** @returns undefined for what no list has given out. */
export const parsePosition = (values: readonly (string | number)[] | undefined): LedgerPosition | undefined =>
  Position.safeParse(values).data;

/** Its parameters in a statement; for the first page only the moment's, which is then now. */
export const positionParameters = (
  position: LedgerPosition | null,
  mostUnderWay: number,
): Readonly<Record<string, string | number | null>> => {
  if (!position) return { moment_at: null, moment: null, most_under_way: mostUnderWay };
  const [at_time, at_id, at_part, at_kind, balance, moment_at, moment] = position;
  return { at_time, at_id, at_part, at_kind, balance, moment_at, moment, most_under_way: mostUnderWay };
};

/** The position as a row, to be compared with that of the entry `e`. */
export const positionRow = `(:at_time::timestamptz, :at_id::uuid, :at_part::integer, :at_kind::text)`;
export const entryRow = `(e.created_at, e.id, e.part, e.kind)`;

/** How many transactions under way a cursor has room for. */
export const usualMostUnderWay = 40;

interface MomentRow {
  readonly moment_at: string;
  readonly moment: string;
}

/** A page's row: the moment is in each, and a page without movements has one row, for it alone. */
export type PageRow = MomentRow & (MovementRow | { readonly id: null });

/** The movements among a page's rows, without what stands beside them. */
export const movementsOf = (rows: readonly PageRow[]): MovementRow[] =>
  rows.flatMap((row) => {
    if (row.id === null) return [];
    const { id, part, kind, amount_cents, source, reason, created_at, balance_cents } = row;
    return [{ id, part, kind, amount_cents, source, reason, created_at, balance_cents }];
  });

/** Where the list goes on after `row`, from what was available on its far side. */
export const positionAfter = (
  row: MovementRow,
  { moment_at, moment: snapshot }: MomentRow,
  balance: number,
): LedgerPosition => [row.created_at, row.id, row.part, row.kind, balance, moment_at, snapshot];

/**
 * Runs a page's statement. A position comes from outside, and PostgreSQL is the judge of its times and snapshots.
 *
 * @returns undefined when it cannot read them (SQLSTATE class 22).
 */
export const readPage = async <Row>(
  sql: Sql,
  statement: string,
  parameters: Parameters<Sql>[1],
  position: LedgerPosition | null,
): Promise<Row[] | undefined> => {
  try {
    return await sql<Row>(statement, parameters);
  } catch (error) {
    if (position && error instanceof SqlError && error.sqlState.startsWith('22')) return undefined;
    throw error;
  }
};
