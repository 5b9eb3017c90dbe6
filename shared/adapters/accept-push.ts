import type { CardQuirks } from '#shared/domain/ota/card-quirks.ts';
import type { RemoteFormat } from '#shared/domain/ota/remote-script.ts';
import { type Accepted, acceptBy, type IdempotencyKey } from './accept-message.ts';
import { holdCredit, input, writeMessages, writtenRow } from './accept-statement.ts';
import type { Sql } from './data-api.ts';
import type { NewMessage } from './new-message.ts';

export type { RemoteFormat };

/** How a push is secured, as it was when it was accepted: octets, and the card's quirks. */
export interface StoredSecurity {
  /** Four hexadecimal digits. */
  readonly spi: string;
  readonly kic: number;
  readonly kid: number;
  readonly quirks: CardQuirks;
}

/** One push, checked and measured, ready to be put in a card's line. */
export interface NewPush {
  readonly iccid: string;
  readonly key_version: number;
  /** Six hexadecimal digits in lower case. */
  readonly tar: string;
  readonly por: 'none' | 'on_error' | 'always';
  readonly security: StoredSecurity;
  readonly format: RemoteFormat;
  readonly data_hex: string;
  readonly reference_bits: 8 | 16;
}

/** The message that carries a push, of the same id: what the client pays for. Its body comes with the packet. */
export type PushMessage = Omit<
  NewMessage,
  'body' | 'encoding' | 'locking_shift' | 'single_shift' | 'udh_hex' | 'send_at' | 'protocol_id' | 'data_coding'
>;

/** (U)SIM data download (3GPP TS 23.040, 9.2.3.9). */
const dataDownload = 0x7f;

/**
 * The card's row first, then its keyset's, then the client's: every statement locks in this order. A card's line and
 * counters are given out under its row, so that those of pushes side by side are distinct and rise together.
 */
const accept = `
WITH ${input},
target AS (
  SELECT k.iccid, k.version FROM card_keysets k JOIN cards c ON c.iccid = k.iccid
  WHERE k.iccid = :iccid AND k.version = :key_version AND c.stopped_at IS NULL
),
claim AS (
  INSERT INTO idempotency_keys AS k (client_id, key, request_hash, resource_id, expires_at)
  SELECT client_id, :key::text, :request_hash::text, id, now() + interval '24 hours'
  FROM input, target WHERE :key::text IS NOT NULL AND refusal IS NULL
  ON CONFLICT (client_id, key) DO UPDATE
    SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, expires_at = excluded.expires_at
    WHERE k.expires_at <= now()
  RETURNING 1
),
line AS (
  UPDATE cards c SET last_position = c.last_position + 1 FROM target t, input i
  WHERE c.iccid = t.iccid AND i.refusal IS NULL AND (:key::text IS NULL OR EXISTS (SELECT FROM claim))
  RETURNING c.iccid, c.last_position AS position
),
counter AS (
  UPDATE card_keysets k SET last_counter = k.last_counter + 1 FROM line
  WHERE k.iccid = line.iccid AND k.version = :key_version
  RETURNING k.iccid, k.last_counter AS counter, line.position
),
fresh AS (SELECT input.* FROM input, counter),
${writeMessages},
push AS (
  INSERT INTO pushes (id, client_id, iccid, key_version, position, tar, por, security, format, data_hex, counter)
  SELECT m.id, m.client_id, n.iccid, :key_version, n.position, :tar, :por, :security::jsonb, :format, :data_hex, n.counter
  FROM message m, counter n
  RETURNING *
),
push_event AS (
  INSERT INTO push_events (push_id, type, detail)
  SELECT id, 'ACCEPTED', jsonb_build_object('tar', tar, 'spi', security->'spi', 'counter', counter,
    'key_version', key_version, 'position', position) FROM push
),
${holdCredit}
SELECT i.refusal, ${writtenRow} FROM input i LEFT JOIN message m ON m.id = i.id`;

/** The message that carries a push, as it is priced, routed and written; it is filled when the packet is there. */
export const carrierOf = (
  message: PushMessage,
  referenceBits: 8 | 16,
): NewMessage & { readonly push_reference_bits: 8 | 16 } => ({
  ...message,
  body: '',
  encoding: 'binary',
  locking_shift: null,
  single_shift: null,
  protocol_id: dataDownload,
  // Which of those for a SIM it is (3GPP TS 23.038, 4) is a matter of the provider that takes it: `ota_data_coding`.
  data_coding: null,
  udh_hex: null,
  send_at: null,
  push_reference_bits: referenceBits,
});

export type AcceptedPush =
  | Exclude<Accepted, { readonly outcome: 'no-such-client' }>
  /** The card or keyset is unknown, or stopped; or the client was suspended meanwhile. */
  | { readonly outcome: 'no-such-card' };

/**
 * Writes a push: its message, parts, hold, ledger entry and history, its place in the card's line and its counter. All
 * of it, or nothing; a refused one uses no counter.
 *
 * May be called again with the same ids, and under a key, as `acceptMessage`.
 */
export const acceptPush = async (
  sql: Sql,
  push: NewPush,
  message: PushMessage,
  key: IdempotencyKey | null = null,
): Promise<AcceptedPush> => {
  const { reference_bits, ...columns } = push;
  const carrier = carrierOf(message, reference_bits);
  const messages = [{ item: 0, ...carrier }];
  const accepted = await acceptBy(sql, accept, { messages, ...columns }, carrier, key);
  return accepted.outcome === 'no-such-client' ? { outcome: 'no-such-card' } : accepted;
};
