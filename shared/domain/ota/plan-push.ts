import { type Apdu, parseApdu } from './apdu.ts';
import type { CardQuirks } from './card-quirks.ts';
import { commandOctets, type PacketSecurity } from './command-packet.ts';
import { encodeKic, encodeKid, type KicAlgorithm, type KidAlgorithm } from './key-indication.ts';
import { OtaError } from './ota-error.ts';
import { checksumOctets } from './packet-checksum.ts';
import { countPacketParts } from './packet-parts.ts';
import { buildScript, type RemoteFormat } from './remote-script.ts';
import { decodeSpi, encodeSpi, type SecurityParameters } from './security-parameters.ts';

/** What a client asks for. */
export interface PushRequest {
  /** Hexadecimal, one command each. */
  readonly apdus: readonly string[];
  readonly por: SecurityParameters['por'];
}

/** What is known of the card and of what the client may do with the application. */
export interface PushTerms {
  readonly profile: {
    readonly quirks: CardQuirks;
    readonly format: RemoteFormat;
    /** Four hexadecimal digits. */
    readonly spi: string;
    readonly reference_bits: 8 | 16;
    readonly max_parts: number;
  };
  /** Newest version first: the first one is used. */
  readonly keysets: readonly {
    readonly version: number;
    readonly kic_algorithm: KicAlgorithm;
    readonly kid_algorithm: KidAlgorithm;
  }[];
  /** Null: the client may not reach this application. */
  readonly allowance: {
    readonly least_integrity: 'none' | 'rc' | 'cc';
    readonly must_cipher: boolean;
    readonly least_counter: SecurityParameters['counter'];
    readonly max_parts: number | null;
  } | null;
}

/** A push as it will be built: all of it is known but the counter, and the octets that follow from keys. */
export interface PushPlan {
  readonly security: PacketSecurity;
  /** The same as octets: SPI in four hexadecimal digits, KIc, KID. */
  readonly octets: { readonly spi: string; readonly kic: number; readonly kid: number };
  readonly key_version: number;
  readonly data: Buffer;
  readonly packet_octets: number;
  readonly checksum_octets: number;
  readonly padding_octets: number;
  readonly parts: number;
}

export interface PushFault {
  /** Where in the request, as problems name it. */
  readonly path: string;
  readonly reason:
    | 'tar.not_allowed'
    | 'security.too_low'
    | 'security.unsupported'
    | 'apdu.malformed'
    | 'parts.too_many'
    | 'card.no_keys';
  readonly message: string;
}

export type PlannedPush =
  | { readonly outcome: 'planned'; readonly plan: PushPlan }
  | { readonly outcome: 'refused'; readonly faults: readonly PushFault[] };

const integrities = ['none', 'rc', 'cc'] as const;
const counters = ['none', 'unchecked', 'higher', 'exact'] as const;

const refused = (...faults: readonly PushFault[]): PlannedPush => ({ outcome: 'refused', faults });

/** What is too weak about a packet, in words; null when it is as strong as the allowance demands. */
const weaknessOf = (spi: SecurityParameters, allowance: NonNullable<PushTerms['allowance']>): string | null => {
  const { least_integrity, must_cipher, least_counter } = allowance;
  // A signature proves no less than a checksum.
  const proven = spi.integrity === 'ds' ? 'cc' : spi.integrity;
  if (integrities.indexOf(proven) < integrities.indexOf(least_integrity))
    return `The application demands ${least_integrity}, and the card's profile has ${spi.integrity}.`;
  if (must_cipher && !spi.ciphered) return "The application demands ciphering, which the card's profile does without.";
  if (counters.indexOf(spi.counter) < counters.indexOf(least_counter))
    return `The application demands a counter that is ${least_counter}, and the card's profile has ${spi.counter}.`;
  return null;
};

const readApdus = (texts: readonly string[]): { readonly apdus: Apdu[]; readonly faults: PushFault[] } => {
  const apdus: Apdu[] = [];
  const faults: PushFault[] = [];
  texts.forEach((text, index) => {
    const parsed = parseApdu(text);
    if (parsed.outcome === 'parsed') apdus.push(parsed.apdu);
    else faults.push({ path: `/apdus/${index}`, reason: 'apdu.malformed', message: parsed.reason });
  });
  return { apdus, faults };
};

const measure = (
  security: PacketSecurity,
  data: Buffer,
  { reference_bits }: PushTerms['profile'],
): Omit<PushPlan, 'octets' | 'key_version'> => {
  const packet_octets = commandOctets(security, data.length);
  const checksum_octets = checksumOctets(security.spi.integrity, security);
  return {
    security,
    data,
    packet_octets,
    checksum_octets,
    padding_octets: packet_octets - 16 - checksum_octets - data.length,
    parts: countPacketParts(packet_octets, reference_bits),
  };
};

const plan = (
  apdus: readonly Apdu[],
  por: PushRequest['por'],
  { profile, keysets }: PushTerms,
): PushPlan | PushFault => {
  const [keyset] = keysets;
  if (!keyset) return { path: '/iccid', reason: 'card.no_keys', message: 'No keys of this card are known.' };
  const { version, kic_algorithm, kid_algorithm } = keyset;
  const spi = { ...decodeSpi(Buffer.from(profile.spi, 'hex')), por };
  const security: PacketSecurity = {
    spi,
    kic: { version, algorithm: kic_algorithm },
    kid: { version, algorithm: kid_algorithm },
    quirks: profile.quirks,
  };
  const octets = { spi: encodeSpi(spi).toString('hex'), kic: encodeKic(security.kic), kid: encodeKid(security.kid) };
  return { ...measure(security, buildScript(profile.format, apdus), profile), octets, key_version: version };
};

/** What was thrown is about the commands, or else about the card's profile and keys. */
const faultOf = ({ reason, message }: OtaError): PushFault =>
  reason === 'apdu.malformed'
    ? { path: '/apdus', reason, message }
    : { path: '/iccid', reason: reason === 'command.too_long' ? 'parts.too_many' : 'security.unsupported', message };

/**
 * Decides whether a push may be sent as it is asked for, and what it will be: how it is secured, how long it is, how
 * many short messages it takes. It needs neither keys nor a counter, so that a dry run shows all of it.
 */
export const planPush = ({ apdus: texts, por }: PushRequest, terms: PushTerms): PlannedPush => {
  const { allowance, profile } = terms;
  if (!allowance)
    return refused({ path: '/tar', reason: 'tar.not_allowed', message: 'This client may not reach this application.' });
  const { apdus, faults } = readApdus(texts);
  if (faults.length > 0) return refused(...faults);
  try {
    const planned = plan(apdus, por, terms);
    if ('reason' in planned) return refused(planned);
    const weakness = weaknessOf(planned.security.spi, allowance);
    if (weakness) return refused({ path: '/tar', reason: 'security.too_low', message: weakness });
    const most = Math.min(profile.max_parts, allowance.max_parts ?? profile.max_parts);
    if (planned.parts <= most) return { outcome: 'planned', plan: planned };
    const message = `The packet takes ${planned.parts} short messages, and ${most} are allowed.`;
    return refused({ path: '/apdus', reason: 'parts.too_many', message });
  } catch (error) {
    if (error instanceof OtaError) return refused(faultOf(error));
    throw error;
  }
};
