import type { Sql } from './data-api.ts';

/** What providers said of a message in the attempts before this one. */
export interface Tried {
  readonly provider: string;
  readonly type: 'SUBMITTED' | 'REFUSED' | 'UNKNOWN';
  /** As the history has it: `command_status 0x00000045`. */
  readonly error: string | null;
  /** In how many attempts. */
  readonly times: number;
}

/** A message that this task alone may submit now, with the numbers of the parts that are still to go. */
export interface Claim {
  readonly message_id: string;
  /** The call that made it. */
  readonly claim_id: string;
  readonly client_id: string;
  readonly attempt: number;
  readonly recipient: string;
  readonly sender: string;
  /** The text; of a binary message its user data without the header, in hexadecimal. */
  readonly body: string;
  readonly encoding: 'gsm7' | 'ucs2' | 'binary';
  /** The national tables of a text in GSM 7-bit, as National Language Identifiers; null: the default ones. */
  readonly locking_shift: number | null;
  readonly single_shift: number | null;
  /** Of a binary message only; the header with its length octet. */
  readonly data_coding: number | null;
  readonly protocol_id: number | null;
  readonly udh_hex: string | null;
  /** Of an OTA push, whose body is a command packet: how many bits its parts' reference has. */
  readonly push_reference_bits: 8 | 16 | null;
  readonly concat_reference: number;
  readonly correlation_id: string;
  /** Whole seconds until the message is worth nothing. */
  readonly remaining_seconds: number;
  readonly part_numbers: readonly number[];
  /** Empty at the first attempt. */
  readonly tried: readonly Tried[];
}

/** How long a task's word holds without renewal. Recovery waits this and a margin. */
export const leaseSeconds = 30;

/** A task that has let its lease pass is dead: it never gets it back under this name. */
const lease = `
INSERT INTO bridge_leases AS l (owner, expires_at)
VALUES (:owner::uuid, now() + make_interval(secs => ${leaseSeconds}))
ON CONFLICT (owner) DO UPDATE SET expires_at = excluded.expires_at WHERE l.expires_at > now()
RETURNING l.owner`;

/** Rows are locked in the order of their ids, so that two batches never wait for each other. */
const claim = `
WITH input AS (SELECT * FROM jsonb_to_recordset(:deliveries::jsonb) AS d(message_id uuid, attempt integer)),
free AS (
  SELECT m.id FROM messages m JOIN input i ON i.message_id = m.id AND i.attempt = m.attempt
  WHERE (m.state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN') AND m.next_attempt_at IS NOT NULL
      AND m.expires_at > now()
    OR m.state = 'SENDING' AND m.claim_id = :claim_id::uuid)
    AND (m.state = 'SENDING' OR m.tells_opt_out OR m.push_reference_bits IS NOT NULL
      OR NOT EXISTS (SELECT FROM opt_outs o WHERE o.client_id = m.client_id AND o.msisdn = m.recipient))
    AND EXISTS (SELECT FROM bridge_leases l WHERE l.owner = :owner::uuid AND l.expires_at > now())
    AND EXISTS (SELECT FROM message_parts p WHERE p.message_id = m.id
      AND (p.state IN ('PENDING', 'RETRY', 'SENDING') OR p.state = 'UNKNOWN' AND p.unknown_times < 2))
  ORDER BY m.id FOR NO KEY UPDATE OF m
),
claimed AS (
  UPDATE messages m SET state = 'SENDING', owner = :owner::uuid, claim_id = :claim_id::uuid, claimed_at = now()
  FROM free WHERE m.id = free.id RETURNING m.*
),
part AS (
  UPDATE message_parts p SET state = 'SENDING', attempt = c.attempt FROM claimed c
  WHERE p.message_id = c.id
    AND (p.state IN ('PENDING', 'RETRY', 'SENDING') OR p.state = 'UNKNOWN' AND p.unknown_times < 2)
  RETURNING p.message_id, p.number
),
event AS (
  INSERT INTO message_events (message_id, type, attempt) SELECT id, 'SENDING', attempt FROM claimed
)
SELECT c.id AS message_id, c.claim_id, c.client_id, c.attempt, c.recipient, c.sender, c.body, c.encoding,
  c.locking_shift, c.single_shift, c.data_coding, c.protocol_id, c.udh_hex, c.push_reference_bits, c.concat_reference,
  c.correlation_id,
  extract(epoch FROM c.expires_at - now())::integer AS remaining_seconds,
  (SELECT jsonb_agg(p.number ORDER BY p.number) FROM part p WHERE p.message_id = c.id) AS part_numbers,
  CASE WHEN c.attempt = 1 THEN '[]'::jsonb ELSE (
    SELECT coalesce(jsonb_agg(t), '[]') FROM (
      SELECT e.detail->>'provider' AS provider, e.type, e.detail->>'error' AS error, count(DISTINCT e.attempt)::integer AS times
      FROM message_events e
      WHERE e.message_id = c.id AND e.type IN ('SUBMITTED', 'REFUSED', 'UNKNOWN') AND e.detail->>'provider' IS NOT NULL
      GROUP BY 1, 2, 3) t) END AS tried
FROM claimed c`;

const release = `
WITH input AS (SELECT * FROM jsonb_to_recordset(:claims::jsonb) AS c(message_id uuid, claim_id uuid)),
mine AS (
  SELECT m.id FROM messages m JOIN input i ON i.message_id = m.id AND i.claim_id = m.claim_id
  WHERE m.state = 'SENDING'
  ORDER BY m.id FOR NO KEY UPDATE OF m
),
part AS (
  UPDATE message_parts p SET state = 'PENDING' FROM mine WHERE p.message_id = mine.id AND p.state = 'SENDING'
),
event AS (INSERT INTO message_events (message_id, type, attempt) SELECT m.id, 'QUEUED', m.attempt
  FROM messages m JOIN mine USING (id))
UPDATE messages m SET state = 'QUEUED', owner = NULL, claim_id = NULL, queued_at = NULL FROM mine WHERE m.id = mine.id`;

/** Later the longer it has waited already, from 15 s to ten minutes, unless the caller knows when there will be room. */
const defer = `
WITH input AS (
  SELECT * FROM jsonb_to_recordset(:claims::jsonb) AS c(message_id uuid, claim_id uuid, reason text, seconds double precision)
),
mine AS (
  SELECT m.id, i.reason, coalesce(i.seconds, least(600, greatest(15, extract(epoch FROM now() - m.created_at) / 2)))
    AS seconds
  FROM messages m JOIN input i ON i.message_id = m.id AND i.claim_id = m.claim_id
  WHERE m.state = 'SENDING'
  ORDER BY m.id FOR NO KEY UPDATE OF m
),
part AS (
  UPDATE message_parts p SET state = 'PENDING' FROM mine WHERE p.message_id = mine.id AND p.state = 'SENDING'
),
event AS (INSERT INTO message_events (message_id, type, attempt, detail)
  SELECT m.id, 'QUEUED', m.attempt, jsonb_build_object('reason', mine.reason) FROM messages m JOIN mine USING (id))
UPDATE messages m SET state = 'QUEUED', owner = NULL, claim_id = NULL, queued_at = NULL,
  next_attempt_at = now() + make_interval(secs => mine.seconds)
FROM mine WHERE m.id = mine.id`;

/** A claim that nobody can take now. */
export interface Deferral {
  readonly claim: Pick<Claim, 'message_id' | 'claim_id'>;
  /** For the history. */
  readonly reason: string;
  /** When to try again; null: later with every time. */
  readonly seconds: number | null;
}

/**
 * Takes or renews this task's lease.
 *
 * @returns false when it had passed: whatever the task holds may be another's by now, and it must stop at once.
 */
export const renewLease = async (sql: Sql, owner: string): Promise<boolean> =>
  (await sql(lease, { owner })).length === 1;

/**
 * Ends the lease of a task that holds no claim any more. The row stays for the recovery's margin: what the task has
 * just reported may not be settled yet, and would pass for lost, and be sent twice, if its owner were unknown.
 */
export const endLease = async (sql: Sql, owner: string): Promise<void> => {
  await sql('UPDATE bridge_leases SET expires_at = least(expires_at, now()) WHERE owner = :owner::uuid', { owner });
};

type Deliveries = readonly { readonly message_id: string; readonly attempt: number }[];

/**
 * Moves a batch to SENDING before a byte of it goes to an SMSC, in one statement.
 *
 * What does not come back is not to be sent: cancelled, expired, opted out, already claimed, of another attempt, or a duplicate.
 *
 * @param claimId new for each batch, and the same when the call is repeated because its answer was lost: the repetition
 *   gives again what the first call may have claimed.
 */
export const claimDeliveries = (
  sql: Sql,
  { owner, claimId }: { readonly owner: string; readonly claimId: string },
  deliveries: Deliveries,
): Promise<Claim[]> => {
  const named = deliveries.map(({ message_id, attempt }) => ({ message_id, attempt }));
  return sql<Claim>(claim, { owner, claim_id: claimId, deliveries: named });
};

/**
 * Gives back claims of which no byte was sent: the same attempt stays due, and counts as on no queue. SQS may have given
 * its delivery twice, and the second was dropped while the first had the claim: both are gone then. Repeated, it does nothing to a claim that was
 * made meanwhile.
 */
export const releaseClaims = async (
  sql: Sql,
  claims: readonly Pick<Claim, 'message_id' | 'claim_id'>[],
): Promise<void> => {
  if (claims.length === 0) return;
  await sql(release, { claims: claims.map(({ message_id, claim_id }) => ({ message_id, claim_id })) });
};

/**
 * Gives back claims of which no byte was sent because no provider takes them now: the same attempt is due later, and
 * dispatch-due puts it on its queue then. Its delivery is to be deleted: one that came back again and again would pass
 * for a fault.
 */
export const deferClaims = async (sql: Sql, deferrals: readonly Deferral[]): Promise<void> => {
  if (deferrals.length === 0) return;
  const claims = deferrals.map(({ claim: { message_id, claim_id }, reason, seconds }) => ({
    message_id,
    claim_id,
    reason,
    seconds,
  }));
  await sql(defer, { claims });
};
