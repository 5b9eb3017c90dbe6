import type { MessageSummary } from '#shared/contracts/message-list.ts';
import type { Sql } from './data-api.ts';

/** What narrows the list; what is null does not. Times in ISO 8601. */
export interface MessageFilters {
  readonly status: string | null;
  /** E.164 without the plus sign. */
  readonly to: string | null;
  readonly reference: string | null;
  /** Accepted at this time or later, and before that one. */
  readonly from_time: string | null;
  readonly to_time: string | null;
}

/** An id is made by the caller's clock a moment before the row is written by the database's: so far apart at most. */
const drift = `interval '15 minutes'`;

/** The bounds on the id let the indexes and the months of the partitions narrow what the times say exactly. */
const conditions: Readonly<Record<keyof MessageFilters, string>> = {
  status: 'm.state = :status',
  to: 'm.recipient = :to',
  reference: 'm.reference = :reference',
  from_time: `m.created_at >= :from_time::timestamptz AND m.id >= uuid_v7_floor(:from_time::timestamptz - ${drift})`,
  to_time: `m.created_at < :to_time::timestamptz AND m.id < uuid_v7_floor(:to_time::timestamptz + ${drift})`,
};

const names = Object.keys(conditions) as (keyof MessageFilters)[];

/** Made of fixed pieces: a statement that asks only what is asked is planned for that. */
const statementOf = (given: readonly (keyof MessageFilters)[], goesOn: boolean): string => `
SELECT m.id, m.state AS status, m.recipient AS to, m.sender AS from, m.country, m.encoding, m.parts, m.priority,
  m.cost_cents, m.reference, m.is_test, m.failure AS error, m.created_at, m.expires_at, m.final_at
FROM messages m
WHERE ${['m.client_id = :client_id::uuid', ...given.map((name) => conditions[name])].join(' AND ')}
  ${goesOn ? 'AND m.id < :before::uuid' : ''}
ORDER BY m.id DESC LIMIT :limit`;

type Row = Omit<MessageSummary, 'created_at' | 'expires_at' | 'final_at'> &
  Readonly<{ created_at: Date; expires_at: Date; final_at: Date | null }>;

export interface MessagePage {
  readonly clientId: string;
  readonly filters: MessageFilters;
  /** The id that the page before ended with; null for the first page. */
  readonly before: string | null;
  readonly limit: number;
}

/** The statement of a page and what it is given: for those who want to see its plan. */
export const listStatement = ({ clientId, filters, before, limit }: MessagePage) => {
  const given = names.filter((name) => filters[name] !== null);
  const values = Object.fromEntries(given.map((name) => [name, filters[name]]));
  const parameters: Readonly<Record<string, string | number | null>> = {
    client_id: clientId,
    limit,
    ...values,
    ...(before === null ? {} : { before }),
  };
  return { statement: statementOf(given, before !== null), parameters };
};

/** A client's messages, the newest first: at most `limit`. */
export const listMessages = async (sql: Sql, page: MessagePage): Promise<MessageSummary[]> => {
  const { statement, parameters } = listStatement(page);
  const rows = await sql<Row>(statement, parameters);
  return rows.map((row) => ({
    ...row,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    final_at: row.final_at?.toISOString() ?? null,
  }));
};
