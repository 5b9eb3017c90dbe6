import type { Sql } from './data-api.ts';
import type { DueMessage } from './outbox.ts';
import type { TakenPush } from './take-push.ts';

/** A packet as the HSM built it. */
export interface BuiltPacket {
  /** From CPL on, in hexadecimal. */
  readonly packet_hex: string;
  /** SHA-256 of it, in hexadecimal: what the trace has instead of it. */
  readonly packet_sha256: string;
  /** Which backend built it. */
  readonly backend: string;
}

/** Only now is an attempt planned: before it has its packet, a push can neither be queued nor claimed. */
const record = `
WITH held AS (
  SELECT p.id FROM pushes p
  WHERE p.id = :id::uuid AND p.state = 'BUILDING' AND p.call_id = :call_id::uuid FOR NO KEY UPDATE
),
carrier AS (
  UPDATE messages m SET body = :packet_hex, next_attempt_at = now() FROM held
  WHERE m.id = held.id AND m.state = 'QUEUED' AND m.expires_at > now()
  RETURNING m.id
),
push AS (
  UPDATE pushes p SET packet_sha256 = :packet_sha256, data_hex = '',
    state = CASE WHEN EXISTS (SELECT FROM carrier) THEN 'SENDING' ELSE 'EXPIRED' END,
    sent_at = CASE WHEN EXISTS (SELECT FROM carrier) THEN now() END,
    final_at = CASE WHEN NOT EXISTS (SELECT FROM carrier) THEN now() END
  FROM held WHERE p.id = held.id
  RETURNING p.*
),
event AS (
  INSERT INTO push_events (push_id, type, detail)
  SELECT id, CASE state WHEN 'SENDING' THEN 'PACKET_BUILT' ELSE state END, jsonb_build_object('call_id', call_id,
    'backend', :backend, 'packet_sha256', packet_sha256, 'octets', length(:packet_hex) / 2, 'tar', tar,
    'spi', security->'spi', 'counter', counter, 'key_version', key_version) FROM push
)
SELECT m.id, m.client_id, m.priority, m.is_test, m.attempt, m.parts, m.correlation_id, 0 AS delay_seconds
FROM messages m
WHERE m.id = :id::uuid AND (EXISTS (SELECT FROM carrier)
  OR m.queued_at IS NULL AND EXISTS (SELECT FROM pushes p WHERE p.id = m.id AND p.state = 'SENDING' AND p.call_id = :call_id::uuid))`;

/**
 * Gives a push its packet: it can be delivered from now on, and its commands in clear are forgotten. Repeated with the
 * same call it changes nothing.
 *
 * @returns the delivery to be put on its queue; null when the push was in no one's hands, or had expired meanwhile.
 */
export const recordPacket = async (
  sql: Sql,
  { id, call_id }: Pick<TakenPush, 'id' | 'call_id'>,
  packet: BuiltPacket,
): Promise<DueMessage | null> => {
  const [row] = await sql<DueMessage>(record, { id, call_id, ...packet });
  return row ?? null;
};
