import { effectOf, type LedgerPosition, type MovementRow } from '#shared/adapters/ledger-statement.ts';
import { type LedgerFilters, readLedger } from '#shared/adapters/read-ledger.ts';
import { readStatement, type StatementRead } from '#shared/adapters/read-statement.ts';
import type { TestDatabase } from './database.ts';

type Sql = Pick<TestDatabase, 'sql'>;

export const noFilters: LedgerFilters = { kind: null, message_id: null, from_time: null, to_time: null };

/** Every page of a client's ledger, joined: the newest movement first. */
export const wholeLedger = async (
  { sql }: Sql,
  clientId: string,
  limit: number,
  filters: LedgerFilters = noFilters,
): Promise<MovementRow[]> => {
  const entries: MovementRow[] = [];
  for (let after: LedgerPosition | null = null; ; ) {
    const read = await readLedger(sql, { clientId, filters, after, limit });
    if (read.outcome !== 'read') throw new Error(`The ledger could not be read: ${read.outcome}`);
    entries.push(...read.entries);
    after = read.next;
    if (!after) return entries;
  }
};

type Page = Extract<StatementRead, { outcome: 'read' }>;

/** Every page of a statement, the oldest movement first. */
export const wholeStatement = async (
  { sql }: Sql,
  clientId: string,
  { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
): Promise<Page[]> => {
  const pages: Page[] = [];
  for (let after: LedgerPosition | null = null; ; ) {
    const read = await readStatement(sql, { clientId, from, to, after, limit });
    if (read.outcome !== 'read') throw new Error(`The statement could not be read: ${read.outcome}`);
    pages.push(read);
    after = read.next;
    if (!after) return pages;
  }
};

/** What movements did to the credit that is available, in all. */
export const sumOf = (entries: readonly MovementRow[]): number =>
  entries.reduce((sum, entry) => sum + effectOf(entry), 0);

/** Movements, the newest first, whose balance is not that of the one before and their own effect. */
export const misfits = (entries: readonly MovementRow[]): MovementRow[] =>
  entries.filter((entry, i) => entry.balance_cents !== (entries[i + 1]?.balance_cents ?? 0) + effectOf(entry));
