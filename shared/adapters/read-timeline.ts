import type { MessageState } from '#shared/domain/message-state.ts';
import type { Sql } from './data-api.ts';

/** One thing that happened to a message, as a table has it. */
export interface TimelineRow {
  readonly at: Date;
  readonly origin: 'accepted' | 'event' | 'part' | 'receipt' | 'ledger' | 'callback' | 'called-back';
  /** The event's or the entry's kind, the callback's type. */
  readonly type: string;
  readonly part: number | null;
  readonly attempt: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Timeline {
  readonly status: MessageState;
  readonly rows: readonly TimelineRow[];
  readonly isCut: boolean;
}

/** So many rows of such a size stay below the 1 MiB of a Data API result. */
const most = 1_000;

/** What stands under one time is told in the order of its causes: accepted, claimed, sent, heard of, paid, told. */
const read = `
WITH m AS (
  SELECT m.*, (SELECT min(e.number) FROM message_events e WHERE e.message_id = m.id) AS first_event
  FROM messages m WHERE m.id = :id::uuid AND m.client_id = :client_id::uuid
)
SELECT m.state AS status, t.at, t.origin, t.type, t.part, t.attempt, t.detail
FROM m CROSS JOIN LATERAL (
  SELECT e.at, CASE WHEN e.number = m.first_event THEN 1 WHEN e.part IS NULL THEN 2 WHEN e.type <> 'RECEIPT' THEN 3
      ELSE 4 END AS rank, e.number,
    CASE WHEN e.number = m.first_event THEN 'accepted' WHEN e.part IS NULL THEN 'event' WHEN e.type <> 'RECEIPT' THEN 'part'
      ELSE 'receipt' END AS origin, e.type, e.part, e.attempt,
    e.detail || CASE WHEN e.number = m.first_event THEN jsonb_build_object('correlation_id', m.correlation_id)
      ELSE '{}' END AS detail
  FROM message_events e WHERE e.message_id = m.id
  UNION ALL
  SELECT l.created_at, 5, l.part, 'ledger', l.kind, nullif(l.part, 0), NULL,
    jsonb_build_object('amount_cents', l.amount_cents)
  FROM ledger_entries l WHERE l.id = m.id
  UNION ALL
  SELECT c.created_at, 6, 0, 'callback', c.type, NULL, c.attempt, jsonb_strip_nulls(jsonb_build_object('callback_id',
    c.id, 'url', c.url, 'state', c.state, 'attempt', c.attempt, 'last_status', c.last_status, 'last_error', c.last_error,
    'next_attempt_at', CASE WHEN c.state = 'PENDING' THEN c.next_attempt_at END))
  FROM callbacks c WHERE c.message_id = m.id
  UNION ALL
  SELECT c.finished_at, 7, 0, 'called-back', c.type, NULL, c.attempt, jsonb_strip_nulls(jsonb_build_object(
    'callback_id', c.id, 'state', c.state, 'attempt', c.attempt, 'status', c.last_status, 'error', c.last_error))
  FROM callbacks c WHERE c.message_id = m.id AND c.finished_at IS NOT NULL
) t
ORDER BY t.at, t.rank, t.number LIMIT ${most + 1}`;

type Row = TimelineRow & { readonly status: MessageState };

/**
 * All that the tables know of one message of one client, in the order it happened, the first 1,000 entries.
 *
 * @returns null when there is none, and when it is another client's.
 */
export const readTimeline = async (sql: Sql, clientId: string, id: string): Promise<Timeline | null> => {
  const rows = await sql<Row>(read, { id, client_id: clientId });
  const [first] = rows;
  if (!first) return null;
  const kept = rows.slice(0, most).map(({ status: _status, ...row }) => row);
  return { status: first.status, rows: kept, isCut: rows.length > most };
};
