import { cancelMessage } from '../cancel-message.ts';
import type { Sql } from '../data-api.ts';
import { logEmissions } from './log-emissions.ts';

interface OpenMessage {
  readonly carousel_id: string;
  readonly emm_id: string;
  readonly repetition: number;
  readonly message_id: string;
  /** Null: it has been removed. */
  readonly client_id: string | null;
  readonly correlation_id: string | null;
  /** When an SMSC had taken the last of its parts. */
  readonly sent_at: Date | null;
  readonly is_final: boolean;
  readonly problem: string | null;
}

/**
 * What there is something to do about: messages that SMSCs have taken whole, those that have come to their end without,
 * and those that can still be stopped while their EMM is off the air. The client's own cancelling is no problem.
 */
const read = `
SELECT s.carousel_id, s.emm_id, s.repetition, s.message_id, m.client_id, m.correlation_id,
  CASE WHEN t.parts = m.parts THEN t.at END AS sent_at, m.id IS NULL OR m.final_at IS NOT NULL AS is_final,
  CASE m.state WHEN 'EXPIRED' THEN 'message.expired' WHEN 'CANCELLED' THEN NULL ELSE 'message.failed' END AS problem
FROM emm_messages s
LEFT JOIN messages m ON m.id = s.message_id
LEFT JOIN emms e ON e.id = s.emm_id
CROSS JOIN LATERAL (
  SELECT count(DISTINCT p.part) AS parts, max(p.submitted_at) AS at FROM part_submissions p
  WHERE p.message_id = s.message_id) t
WHERE s.settled_at IS NULL AND (t.parts = m.parts OR m.id IS NULL OR m.final_at IS NOT NULL
  OR m.state IN ('SCHEDULED', 'QUEUED')
    AND (e.id IS NULL OR e.replaced_by IS NOT NULL OR e.withdrawn_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM message_parts p
      WHERE p.message_id = m.id AND (p.state <> 'PENDING' OR p.unknown_times > 0)))
ORDER BY s.created_at LIMIT :limit`;

const settle = `
UPDATE emm_messages s SET settled_at = now(), problem = g.problem
FROM jsonb_to_recordset(:settled::jsonb) AS g(carousel_id uuid, emm_id uuid, repetition integer, problem text)
WHERE s.carousel_id = g.carousel_id AND s.emm_id = g.emm_id AND s.repetition = g.repetition AND s.settled_at IS NULL`;

/** A repetition counts for itself within its minute: what is written twice stays as it is. */
const log = async (sql: Sql, sent: readonly OpenMessage[]): Promise<void> => {
  for (const [carouselId, ofOne] of Map.groupBy(sent, ({ carousel_id }) => carousel_id))
    for (const [repetition, messages] of Map.groupBy(ofOne, (message) => message.repetition)) {
      const emissions = messages.map(({ emm_id, sent_at }) => {
        const at = (sent_at ?? new Date(0)).toISOString();
        return { emm_id, minute: `${at.slice(0, 16)}:00.000Z`, times: 1, first_at: at, last_at: at };
      });
      await logEmissions(sql, carouselId, repetition, null, emissions);
    }
};

/**
 * Writes into the proof what SMSCs have taken since, notes what has failed, and takes back what has not gone yet and
 * whose EMM was replaced or withdrawn. Interrupted anywhere, and called again, it does the rest.
 *
 * @returns how many were read: as long as it is `limit`, there are more.
 */
export const settleEmmMessages = async (sql: Sql, limit: number): Promise<number> => {
  const open = await sql<OpenMessage>(read, { limit });
  const sent = open.filter(({ sent_at }) => sent_at !== null);
  const unsent = open.filter(({ sent_at }) => sent_at === null);
  await log(sql, sent);
  for (const { message_id: id, client_id: clientId, correlation_id } of unsent.filter(({ is_final }) => !is_final))
    if (clientId) await cancelMessage(sql, { clientId, id, correlationId: correlation_id ?? id });
  const settled = [
    ...sent.map((message) => ({ ...message, problem: null })),
    ...unsent.filter(({ is_final }) => is_final),
  ].map(({ carousel_id, emm_id, repetition, problem }) => ({ carousel_id, emm_id, repetition, problem }));
  if (settled.length > 0) await sql(settle, { settled });
  return open.length;
};
