import type { CardQuirks } from '#shared/domain/ota/card-quirks.ts';
import type { KicAlgorithm, KidAlgorithm } from '#shared/domain/ota/key-indication.ts';
import type { RemoteFormat } from './accept-push.ts';
import type { Sql } from './data-api.ts';

/** All that is to be known of a card before a push to it can be measured and accepted. */
export interface PushTarget {
  readonly iccid: string;
  /** Null: no number is known for it now. */
  readonly msisdn: string | null;
  /** Why it is stopped; null when it is not. */
  readonly stopped_for: string | null;
  readonly profile: {
    readonly name: string;
    readonly quirks: CardQuirks;
    readonly format: RemoteFormat;
    /** Four hexadecimal digits. */
    readonly spi: string;
    readonly reference_bits: 8 | 16;
    readonly max_parts: number;
    readonly counter_jump: number;
  };
  /** Newest version first. */
  readonly keysets: readonly {
    readonly version: number;
    readonly kic_algorithm: KicAlgorithm;
    readonly kid_algorithm: KidAlgorithm;
    readonly last_counter: number;
  }[];
  /** What the client may do with this application; null: nothing. */
  readonly allowance: {
    readonly least_integrity: 'none' | 'rc' | 'cc';
    readonly must_cipher: boolean;
    readonly least_counter: 'none' | 'unchecked' | 'higher' | 'exact';
    readonly max_parts: number | null;
  } | null;
}

/** A card, and the application on it that a client wants to reach. */
export type CardOfPush = { readonly clientId: string; readonly tar: string } & (
  | { readonly iccid: string; readonly msisdn?: undefined }
  | { readonly msisdn: string; readonly iccid?: undefined }
);

/** The quirks of `f`, as the domain names them. */
const quirks = `jsonb_build_object('commandCcCoverage', f.command_cc_coverage, 'responseCcCoverage',
  f.response_cc_coverage, 'ccIncludesPadding', f.cc_includes_padding, 'ccLength', f.cc_length,
  'implicitCipher', f.implicit_cipher, 'implicitMac', f.implicit_mac)`;

const read = `
SELECT c.iccid, c.msisdn, c.stopped_for,
  jsonb_build_object('name', f.name, 'quirks', ${quirks}, 'format', f.format, 'spi', f.spi,
    'reference_bits', f.reference_bits, 'max_parts', f.max_parts, 'counter_jump', f.counter_jump) AS profile,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('version', k.version, 'kic_algorithm', k.kic_algorithm,
      'kid_algorithm', k.kid_algorithm, 'last_counter', k.last_counter) ORDER BY k.version DESC), '[]')
    FROM card_keysets k WHERE k.iccid = c.iccid) AS keysets,
  (SELECT jsonb_build_object('least_integrity', a.least_integrity, 'must_cipher', a.must_cipher,
      'least_counter', a.least_counter, 'max_parts', a.max_parts)
    FROM tar_allowances a WHERE a.client_id = :client_id::uuid AND a.tar = :tar) AS allowance
FROM cards c JOIN card_profiles f ON f.name = c.profile
WHERE c.iccid = :iccid OR c.msisdn = :msisdn
LIMIT 1`;

/**
 * A card, by its ICCID or by its number, and what this client may do with an application on it.
 *
 * @returns null when there is no such card.
 */
export const readPushTarget = async (sql: Sql, card: CardOfPush): Promise<PushTarget | null> => {
  const { clientId, tar, iccid = null, msisdn = null } = card;
  const [row] = await sql<PushTarget>(read, { client_id: clientId, tar, iccid, msisdn });
  return row ?? null;
};
