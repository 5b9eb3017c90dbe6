import type { Sql } from '../data-api.ts';

/** Fifty entries of a history tell enough, and twenty histories stay far below the 1 MiB of a Data API result. */
const most = { entries: 50, messages: 20 };

const read = `
WITH wanted AS (SELECT DISTINCT value::uuid AS id FROM jsonb_array_elements_text(:ids::jsonb)),
line AS (
  SELECT m.id AS message_id, 0::bigint AS place, format('accepted %s, %s part(s), state %s, attempt %s, next attempt %s, queued %s, expires %s',
    m.created_at, m.parts, m.state, m.attempt, coalesce(m.next_attempt_at::text, '-'), coalesce(m.queued_at::text, '-'),
    m.expires_at) AS line
  FROM messages m JOIN wanted USING (id)
  UNION ALL
  SELECT l.message_id, 1, format('hold of client %s: %s cents, captured %s, released %s, settled %s', l.client_id,
    l.held_cents, l.captured_cents, l.released_cents, coalesce(l.settled_at::text, '-'))
  FROM credit_locks l JOIN wanted w ON w.id = l.message_id
  UNION ALL
  SELECT p.message_id, 1 + p.number, format('part %s: %s, attempt %s, unknown %s time(s)', p.number, p.state, p.attempt,
    p.unknown_times)
  FROM message_parts p JOIN wanted w ON w.id = p.message_id
  UNION ALL
  SELECT e.message_id, 1000 + e.number, concat_ws(' ', e.at, e.type, 'part ' || e.part, 'attempt ' || e.attempt,
    nullif(e.detail::text, '{}'))
  FROM message_events e JOIN wanted w ON w.id = e.message_id
)
SELECT message_id, line FROM (
  SELECT *, row_number() OVER (PARTITION BY message_id ORDER BY place) AS row FROM line) l
WHERE row <= ${most.entries} ORDER BY message_id, row`;

/**
 * What is known of messages, as lines a person can read: the row, its hold, its parts, its history.
 * No text, number or key stands in them.
 *
 * @returns by message id; of the first twenty ids given.
 */
export const readTimelines = async (
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const wanted = [...new Set(ids)].slice(0, most.messages);
  if (wanted.length === 0) return new Map();
  const rows = await sql<{ message_id: string; line: string }>(read, { ids: wanted });
  const grouped = Map.groupBy(rows, ({ message_id }) => message_id);
  return new Map([...grouped].map(([id, lines]) => [id, lines.map(({ line }) => line)]));
};
