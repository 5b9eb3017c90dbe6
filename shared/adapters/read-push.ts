import type { RemoteFormat, StoredSecurity } from './accept-push.ts';
import type { AnswerRecord } from './card-answers.ts';
import type { Sql } from './data-api.ts';

/** A push and the message that carries it, as their rows have them. Times as PostgreSQL's JSON. */
export interface StoredPush {
  readonly id: string;
  readonly state: string;
  readonly iccid: string;
  readonly recipient: string;
  readonly tar: string;
  readonly por: 'none' | 'on_error' | 'always';
  readonly security: Pick<StoredSecurity, 'spi' | 'kic' | 'kid'>;
  readonly key_version: number;
  readonly format: RemoteFormat;
  readonly counter: number;
  readonly packet_sha256: string | null;
  readonly failure: string | null;
  readonly cost_cents: number;
  readonly captured_cents: number | null;
  readonly released_cents: number | null;
  readonly reference: string | null;
  readonly correlation_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly sent_at: string | null;
  readonly final_at: string | null;
}

export interface StoredPushPart {
  readonly number: number;
  readonly state: string;
  readonly error: string | null;
  readonly smsc_message_ids: readonly string[];
}

/** One thing that happened to the push, or to its message: to all of that, to a part, or what a receipt said of one. */
export interface StoredPushEvent {
  readonly origin: 'push' | 'event' | 'part' | 'receipt';
  readonly type: string;
  readonly part: number | null;
  readonly attempt: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: string;
}

export interface TracedPush {
  readonly push: StoredPush;
  /** What the card said; null: nothing so far. */
  readonly response: AnswerRecord['response'] | null;
  /** What the client keeps with it. */
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly parts: readonly StoredPushPart[];
  /** In the order it happened, the first 1,000. */
  readonly events: readonly StoredPushEvent[];
}

/**
 * As many rows as there is to tell, since a row of the Data API is limited to 64 KB. What accepting it wrote of the
 * message is told by the push's own first event. Both kinds of events have their numbers of one sequence.
 */
const read = `
WITH p AS (SELECT * FROM pushes WHERE id = :id::uuid AND client_id = :client_id::uuid)
SELECT 'push' AS kind, jsonb_build_object('id', p.id, 'state', p.state, 'iccid', p.iccid, 'recipient', m.recipient,
    'tar', p.tar, 'por', p.por, 'security', p.security - 'quirks', 'key_version', p.key_version, 'format', p.format,
    'counter', p.counter, 'packet_sha256', p.packet_sha256, 'failure', p.failure, 'cost_cents', m.cost_cents,
    'captured_cents', l.captured_cents, 'released_cents', l.released_cents, 'reference', m.reference,
    'correlation_id', m.correlation_id, 'created_at', p.created_at, 'expires_at', m.expires_at, 'sent_at', p.sent_at,
    'final_at', p.final_at) AS item
FROM p JOIN messages m ON m.id = p.id JOIN credit_locks l ON l.message_id = m.id
UNION ALL SELECT 'response', p.response FROM p WHERE p.response IS NOT NULL
UNION ALL SELECT 'metadata', m.metadata FROM p JOIN messages m ON m.id = p.id WHERE m.metadata IS NOT NULL
UNION ALL
SELECT 'part', jsonb_build_object('number', c.number, 'state', c.state, 'error', c.error, 'smsc_message_ids',
    (SELECT coalesce(jsonb_agg(s.smsc_message_id ORDER BY s.attempt), '[]') FROM part_submissions s
      WHERE s.message_id = c.message_id AND s.part = c.number))
FROM p JOIN message_parts c ON c.message_id = p.id
UNION ALL
SELECT 'event', item FROM (
  SELECT jsonb_build_object('origin', e.origin, 'type', e.type, 'part', e.part, 'attempt', e.attempt, 'detail', e.detail,
    'at', e.at) AS item
  FROM (
    SELECT o.number, 'push' AS origin, o.type, NULL::integer AS part, NULL::integer AS attempt,
      o.detail #- '{response,data_hex}' AS detail, o.at
    FROM p JOIN push_events o ON o.push_id = p.id
    UNION ALL
    SELECT e.number, CASE WHEN e.part IS NULL THEN 'event' WHEN e.type <> 'RECEIPT' THEN 'part' ELSE 'receipt' END, e.type,
      e.part, e.attempt, e.detail, e.at
    FROM p JOIN message_events e ON e.message_id = p.id
    WHERE e.number > (SELECT min(f.number) FROM message_events f WHERE f.message_id = p.id)
  ) e ORDER BY e.number LIMIT 1000) trace`;

type Row =
  | { readonly kind: 'push'; readonly item: StoredPush }
  | { readonly kind: 'response'; readonly item: AnswerRecord['response'] }
  | { readonly kind: 'metadata'; readonly item: TracedPush['metadata'] }
  | { readonly kind: 'part'; readonly item: StoredPushPart }
  | { readonly kind: 'event'; readonly item: StoredPushEvent };

/**
 * One push of one client with its whole trace.
 *
 * @returns null when there is none, and when it is another client's: no one learns whether an id exists.
 */
export const readPush = async (sql: Sql, clientId: string, id: string): Promise<TracedPush | null> => {
  const rows = await sql<Row>(read, { id, client_id: clientId });
  const push = rows.find((row) => row.kind === 'push')?.item;
  if (!push) return null;
  return {
    push,
    response: rows.find((row) => row.kind === 'response')?.item ?? null,
    metadata: rows.find((row) => row.kind === 'metadata')?.item ?? null,
    parts: rows.flatMap((row) => (row.kind === 'part' ? [row.item] : [])).sort((a, b) => a.number - b.number),
    events: rows.flatMap((row) => (row.kind === 'event' ? [row.item] : [])),
  };
};
