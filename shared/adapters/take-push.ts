import type { RemoteFormat, StoredSecurity } from './accept-push.ts';
import { type Sql, SqlError } from './data-api.ts';

/** A push that its holder alone may have built now. */
export interface TakenPush {
  readonly id: string;
  readonly client_id: string;
  readonly iccid: string;
  readonly correlation_id: string;
  readonly call_id: string;
  readonly tar: string;
  readonly por: 'none' | 'on_error' | 'always';
  readonly security: StoredSecurity;
  readonly format: RemoteFormat;
  readonly data_hex: string;
  readonly counter: number;
  readonly key_version: number;
  readonly reference_bits: 8 | 16;
  readonly keys: StoredKeys;
}

/** Where the keys are: sealed under a data key, or in the HSM under these labels. */
export type StoredKeys =
  | {
      readonly location: 'sealed';
      readonly kic: string | null;
      readonly kid: string | null;
      readonly data_key: { readonly id: string; readonly wrapped_base64: string };
    }
  | { readonly location: 'hsm'; readonly kic: string | null; readonly kid: string | null };

/** Where a keyset's keys are, of `k`. */
export const storedKeys = `jsonb_build_object('location', k.location, 'kic', k.kic, 'kid', k.kid, 'data_key',
  (SELECT jsonb_build_object('id', d.id, 'wrapped_base64', d.wrapped_base64) FROM card_data_keys d WHERE d.id = k.data_key_id))`;

/**
 * What a message's end means for a push that still waits: it is out of the line. The one taken is then the first that
 * is left. `pushes_in_flight` refuses a second one (23505), also where this statement's snapshot is too old to see it.
 */
const take = `
WITH card AS (SELECT iccid, stopped_at FROM cards WHERE iccid = :iccid FOR NO KEY UPDATE),
over AS (
  UPDATE pushes p SET state = CASE m.state WHEN 'CANCELLED' THEN 'CANCELLED' ELSE 'EXPIRED' END, final_at = now()
  FROM messages m
  WHERE p.iccid = (SELECT iccid FROM card) AND p.state = 'WAITING' AND m.id = p.id
    AND (m.state IN ('CANCELLED', 'EXPIRED', 'FAILED_PERM') OR m.expires_at <= now())
  RETURNING p.id, p.state
),
next AS (
  SELECT p.id FROM pushes p
  WHERE p.iccid = (SELECT iccid FROM card WHERE stopped_at IS NULL) AND p.state = 'WAITING' AND p.id NOT IN (SELECT id FROM over)
    AND NOT EXISTS (SELECT FROM pushes f WHERE f.iccid = :iccid AND f.state IN ('BUILDING', 'SENDING', 'AWAITING_POR'))
  ORDER BY p.position LIMIT 1
),
taken AS (
  UPDATE pushes p SET state = 'BUILDING', call_id = :call_id::uuid, taken_at = now() FROM next
  WHERE p.id = next.id AND p.state = 'WAITING'
  RETURNING p.*
),
mine AS (
  SELECT * FROM taken
  UNION ALL
  SELECT * FROM pushes WHERE iccid = :iccid AND state = 'BUILDING' AND call_id = :call_id::uuid
),
event AS (
  INSERT INTO push_events (push_id, type, detail)
  SELECT id, state, '{}'::jsonb FROM over
  UNION ALL
  SELECT id, 'BUILDING', jsonb_build_object('call_id', call_id, 'counter', counter) FROM taken
)
SELECT p.id, p.client_id, p.iccid, p.call_id, p.tar, p.por, p.security, p.format, p.data_hex, p.counter, p.key_version,
  m.correlation_id, m.push_reference_bits AS reference_bits, ${storedKeys} AS keys
FROM mine p JOIN messages m ON m.id = p.id JOIN card_keysets k ON k.iccid = p.iccid AND k.version = p.key_version`;

/**
 * Takes the first push of a card's line, unless one of its pushes is under way or the card is stopped.
 *
 * @param callId new for each call to the HSM, and the same when this is repeated because its answer was lost: then the
 *   repetition gives again what the first may have taken.
 * @returns null when there is nothing to take now.
 */
export const takePush = async (sql: Sql, iccid: string, callId: string): Promise<TakenPush | null> => {
  const [row] = await sql<TakenPush>(take, { iccid, call_id: callId }).catch((error: unknown) => {
    if (error instanceof SqlError && error.sqlState === '23505' && error.message.includes('pushes_in_flight'))
      return [];
    throw error;
  });
  return row ?? null;
};

/**
 * Puts a push back in its place: the HSM did not build it. Where its counter may have been used, it and all that wait
 * behind it get new ones, in their order; the used one is given to nobody again.
 *
 * @returns false when the push is not in this call's hands any more.
 */
export const givePushBack = async (
  sql: Sql,
  { id, call_id }: Pick<TakenPush, 'id' | 'call_id'>,
  { isCounterUsed, reason }: { readonly isCounterUsed: boolean; readonly reason: string },
): Promise<boolean> => {
  const [row] = await sql<{ given: boolean }>(
    'SELECT give_push_back(:id::uuid, :call_id::uuid, :is_counter_used, :reason) AS given',
    { id, call_id, is_counter_used: isCounterUsed, reason },
  );
  return row?.given === true;
};

/** Pushes whose holder has been gone for so long that no answer of the HSM is to come. */
const abandoned = `
SELECT id, call_id FROM pushes
WHERE state = 'BUILDING' AND taken_at < now() - make_interval(secs => :seconds) ORDER BY taken_at LIMIT :limit`;

export const findAbandonedPushes = (
  sql: Sql,
  { seconds, limit }: { readonly seconds: number; readonly limit: number },
): Promise<Pick<TakenPush, 'id' | 'call_id'>[]> => sql(abandoned, { seconds, limit });

/** Cards with a push to be taken and none under way: what a crash between two steps leaves behind. */
const idle = `
SELECT DISTINCT p.iccid FROM pushes p JOIN cards c ON c.iccid = p.iccid AND c.stopped_at IS NULL
WHERE p.state = 'WAITING' AND p.created_at < now() - make_interval(secs => :seconds)
  AND NOT EXISTS (SELECT FROM pushes f WHERE f.iccid = p.iccid AND f.state IN ('BUILDING', 'SENDING', 'AWAITING_POR'))
LIMIT :limit`;

export const findIdleCards = async (
  sql: Sql,
  { seconds, limit }: { readonly seconds: number; readonly limit: number },
): Promise<string[]> => (await sql<{ iccid: string }>(idle, { seconds, limit })).map(({ iccid }) => iccid);
