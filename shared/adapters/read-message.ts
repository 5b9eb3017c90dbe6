import type { MessageView } from '#shared/contracts/messages.ts';
import { firstOutsideGsm7 } from '#shared/domain/text/gsm7.ts';
import { languageOf } from '#shared/domain/text/national-languages.ts';
import type { Sql } from './data-api.ts';

type Content = 'text' | 'data_hex' | 'metadata' | 'language' | 'ucs2_because';
type Head = Omit<MessageView, 'parts' | 'history' | 'possible_duplicate' | Content> & {
  readonly locking_shift: number | null;
  readonly single_shift: number | null;
};
type Part = MessageView['parts'][number] & { readonly unknown_times: number };
type Event = MessageView['history'][number];

/**
 * As many rows as there is to tell, because a row of the Data API is limited to 64 KB: the body is one of its own, and
 * no JSON, which would write a quotation mark as two octets. Times as PostgreSQL's JSON. The parts of a push are written
 * with a first unknown time, so that they are never sent again: a duplicate is what they can not be.
 */
const read = `
WITH m AS (SELECT * FROM messages WHERE id = :id::uuid AND client_id = :client_id::uuid)
SELECT 'message' AS kind, jsonb_build_object('id', m.id, 'status', m.state, 'to', m.recipient, 'from', m.sender,
    'country', m.country, 'udh_hex', m.udh_hex, 'data_coding', m.data_coding, 'protocol_id', m.protocol_id,
    'is_test', m.is_test, 'encoding', m.encoding, 'locking_shift', m.locking_shift,
    'single_shift', m.single_shift, 'priority', m.priority, 'attempt', m.attempt, 'cost_cents', m.cost_cents,
    'captured_cents', l.captured_cents, 'released_cents', l.released_cents, 'reference', m.reference,
    'error', m.failure, 'created_at', m.created_at, 'expires_at', m.expires_at, 'final_at', m.final_at) AS item,
  NULL AS body
FROM m JOIN credit_locks l ON l.message_id = m.id
UNION ALL SELECT 'body', NULL, m.body FROM m
UNION ALL SELECT 'metadata', m.metadata, NULL FROM m
UNION ALL
SELECT 'part', jsonb_build_object('number', p.number, 'state', p.state, 'error', p.error,
    'unknown_times', CASE WHEN m.push_reference_bits IS NULL THEN p.unknown_times ELSE 0 END, 'smsc_message_ids', (SELECT coalesce(jsonb_agg(s.smsc_message_id ORDER BY s.attempt),
      '[]') FROM part_submissions s WHERE s.message_id = p.message_id AND s.part = p.number)), NULL
FROM m JOIN message_parts p ON p.message_id = m.id
UNION ALL
SELECT 'event', item, NULL FROM (
  SELECT jsonb_build_object('type', e.type, 'part', e.part, 'attempt', e.attempt, 'detail', e.detail, 'at', e.at) AS item
  FROM m JOIN message_events e ON e.message_id = m.id ORDER BY e.number LIMIT 1000) history`;

type Row =
  | { readonly kind: 'message'; readonly item: Head }
  | { readonly kind: 'body'; readonly body: string }
  | { readonly kind: 'metadata'; readonly item: MessageView['metadata'] }
  | { readonly kind: 'part'; readonly item: Part }
  | { readonly kind: 'event'; readonly item: Event };

/** PostgreSQL's JSON writes `2026-11-21T08:42:00.123456+00:00`; the contract is UTC with a `Z`, to the millisecond. */
const utc = (time: string): string => new Date(time).toISOString();

/**
 * One message of one client, with its parts and its history in the order it happened (the first 1,000 entries).
 *
 * @returns null when there is none, and when it is another client's: no one learns whether an id exists.
 */
export const readMessage = async (sql: Sql, clientId: string, id: string): Promise<MessageView | null> => {
  const rows = await sql<Row>(read, { id, client_id: clientId });
  const found = rows.find((row) => row.kind === 'message')?.item;
  if (!found) return null;
  const { locking_shift: locking, single_shift: single, ...head } = found;
  const body = rows.find((row) => row.kind === 'body')?.body ?? null;
  const isBinary = head.encoding === 'binary';
  const parts = rows.flatMap((row) => (row.kind === 'part' ? [row.item] : [])).sort((a, b) => a.number - b.number);
  const history = rows.flatMap((row) => (row.kind === 'event' ? [{ ...row.item, at: utc(row.item.at) }] : []));
  return {
    ...head,
    language: languageOf({ locking: locking ?? 0, single: single ?? 0 }),
    ucs2_because: (head.encoding === 'ucs2' && firstOutsideGsm7(body ?? '')) || null,
    text: isBinary ? null : body,
    data_hex: isBinary ? body : null,
    metadata: rows.find((row) => row.kind === 'metadata')?.item ?? null,
    created_at: utc(head.created_at),
    expires_at: utc(head.expires_at),
    final_at: head.final_at && utc(head.final_at),
    possible_duplicate: parts.some((part) => part.unknown_times > 0),
    parts: parts.map(({ unknown_times: _unknownTimes, ...part }) => part),
    history,
  };
};
