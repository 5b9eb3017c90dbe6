import type { ToldCallback } from '#shared/domain/invariants/compare-callbacks.ts';
import type { SentPart } from '#shared/domain/invariants/compare-submissions.ts';
import type { Sql } from '../data-api.ts';

/** Small enough for the 1 MiB of a Data API result. */
const page = 1_000;

const callbacks = `
SELECT id, message_id, type, state FROM callbacks
WHERE id > :after::uuid AND starts_with(url, :origin)
  AND (state = 'PENDING' OR created_at >= :since::timestamptz OR finished_at >= :since::timestamptz)
ORDER BY id LIMIT :limit`;

/** The parts of a push are written with a first unknown time, so that it is never sent again: of them it allows nothing. */
const parts = `
WITH part AS (
  SELECT p.* FROM message_parts p
  WHERE (p.message_id, p.number) > (:after::uuid, :number::integer) AND p.attempt > 0
  ORDER BY p.message_id, p.number LIMIT :limit
)
SELECT p.message_id, p.number, m.parts, m.recipient, m.concat_reference,
  CASE WHEN m.push_reference_bits IS NULL THEN p.unknown_times ELSE 0 END AS unknown_times,
  encode(sha256(convert_to(m.body, 'UTF8')), 'hex') AS body_hash,
  (SELECT coalesce(jsonb_agg(s.smsc_message_id ORDER BY s.attempt) FILTER (WHERE s.submitted_at >= :since::timestamptz), '[]')
    FROM part_submissions s WHERE s.message_id = p.message_id AND s.part = p.number) AS smsc_message_ids
FROM part p JOIN messages m ON m.id = p.message_id AND NOT m.is_test ORDER BY p.message_id, p.number`;

const lowest = '00000000-0000-0000-0000-000000000000';

/** Takes pages by a key until one is not full. */
const readAll = async <Row>(read: (last: Row | undefined) => Promise<Row[]>): Promise<Row[]> => {
  const all: Row[] = [];
  for (let full = true; full; ) {
    const rows = await read(all.at(-1));
    all.push(...rows);
    full = rows.length === page;
  }
  return all;
};

/** Callbacks to one receiver that may have been made since it began to listen. */
export const readToldCallbacks = (sql: Sql, origin: string, since: Date): Promise<ToldCallback[]> =>
  readAll((last) =>
    sql<ToldCallback>(callbacks, { origin, since: since.toISOString(), after: last?.id ?? lowest, limit: page }),
  );

/** Parts that were ever claimed, with the ids that SMSCs gave them since. */
export const readSentParts = (sql: Sql, since: Date): Promise<SentPart[]> =>
  readAll((last) =>
    sql<SentPart>(parts, {
      since: since.toISOString(),
      after: last?.message_id ?? lowest,
      number: last?.number ?? 0,
      limit: page,
    }),
  );
