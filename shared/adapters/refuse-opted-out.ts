import type { Sql } from './data-api.ts';

/**
 * What waits for an attempt ends here: its parts that are still to be sent are refused, and settling does the rest. One
 * that an SMSC may have taken already waits for its receipt, and is not tried again.
 */
const refuseOf = (optedOut: string): string => `
WITH waiting AS (
  SELECT m.id FROM opt_outs o JOIN messages m ON m.client_id = o.client_id AND m.recipient = o.msisdn
  WHERE ${optedOut} AND NOT m.tells_opt_out AND m.push_reference_bits IS NULL
    AND (m.state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP') OR m.state = 'UNKNOWN' AND m.next_attempt_at IS NOT NULL)
  ORDER BY m.id LIMIT :limit FOR NO KEY UPDATE OF m SKIP LOCKED
),
still AS (UPDATE messages m SET next_attempt_at = NULL FROM waiting w WHERE m.id = w.id AND m.state = 'UNKNOWN'),
part AS (
  UPDATE message_parts p SET state = 'REFUSED', error = 'recipient.opted_out'
  FROM waiting w WHERE p.message_id = w.id AND p.state IN ('PENDING', 'RETRY')
)
SELECT id FROM waiting`;

const ofOne = refuseOf('o.client_id = :client_id::uuid AND o.msisdn = :msisdn');
/** Longer than any claim lasts: whatever the opt-out crossed on its way has come to rest since. */
const recent = refuseOf(`o.created_at > now() - interval '1 hour'`);

/**
 * Refuses what waits to be sent to a number that has just opted out. The claim sends nothing to it in any case; this
 * gives the holds back at once.
 *
 * @returns ids, at most `limit`, to be given to `settleMessages`.
 */
export const refuseOptedOut = async (
  sql: Sql,
  { clientId, msisdn, limit }: { readonly clientId: string; readonly msisdn: string; readonly limit: number },
): Promise<string[]> => (await sql<{ id: string }>(ofOne, { client_id: clientId, msisdn, limit })).map(({ id }) => id);

/**
 * The same for every opt-out of the last hour: for what was accepted or given back at the same moment, and for numbers
 * that opted out by themselves.
 */
export const refuseRecentlyOptedOut = async (sql: Sql, limit: number): Promise<string[]> =>
  (await sql<{ id: string }>(recent, { limit })).map(({ id }) => id);
