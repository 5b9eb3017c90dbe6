import type { CardQuirks } from './card-quirks.ts';
import { OtaError } from './ota-error.ts';
import type { CipherAlgorithm, MacAlgorithm } from './primitives.ts';
import type { Integrity } from './security-parameters.ts';

/** `implicit`: both sides know it; `implicit_4` to `implicit_12` are the same with b4b3 set, as some cards want it. */
type Implicit = 'implicit' | 'implicit_4' | 'implicit_8' | 'implicit_12';
export type KicAlgorithm = Exclude<CipherAlgorithm, '3des-2-ecb' | '3des-3-ecb'> | Implicit;
export type RcAlgorithm = 'crc-16' | 'crc-32';
export type KidAlgorithm = MacAlgorithm | RcAlgorithm | Implicit;

/** A KIc or KID octet by names (ETSI TS 102 225, 5.1.2 and 5.1.3): which version of the key, and the algorithm. */
export interface KeyIndication<Algorithm> {
  /** 0 to 15; the same in KIc and KID. */
  readonly version: number;
  readonly algorithm: Algorithm;
}

const implicit = { implicit: 0x0, implicit_4: 0x4, implicit_8: 0x8, implicit_12: 0xc } as const;
const kicNibbles: Readonly<Record<KicAlgorithm, number>> = {
  ...implicit,
  'des-cbc': 0x1,
  '3des-2-cbc': 0x5,
  '3des-3-cbc': 0x9,
  'des-ecb': 0xd,
  'aes-cbc': 0x2,
};
const macNibbles: Readonly<Record<MacAlgorithm | Implicit, number>> = {
  ...implicit,
  'des-cbc-mac': 0x1,
  '3des-2-cbc-mac': 0x5,
  '3des-3-cbc-mac': 0x9,
  'aes-cmac': 0x2,
};
const rcNibbles: Readonly<Record<RcAlgorithm | Implicit, number>> = { ...implicit, 'crc-16': 0x1, 'crc-32': 0x5 };
const kidNibbles: Readonly<Record<KidAlgorithm, number>> = { ...macNibbles, ...rcNibbles };

const octet = (version: number, nibble: number): number => {
  if (!Number.isInteger(version) || version < 0 || version > 15)
    throw new OtaError('key.version', 'A key version is 0 to 15.');
  return (version << 4) | nibble;
};

/** @throws OtaError `key.version`. */
export const encodeKic = ({ version, algorithm }: KeyIndication<KicAlgorithm>): number =>
  octet(version, kicNibbles[algorithm]);

/** @throws OtaError `key.version`. */
export const encodeKid = ({ version, algorithm }: KeyIndication<KidAlgorithm>): number =>
  octet(version, kidNibbles[algorithm]);

const named = <Name extends string>(nibbles: Readonly<Record<Name, number>>, value: number): Name => {
  for (const name in nibbles) if (nibbles[name] === (value & 0x0f)) return name;
  throw new OtaError('algorithm.unsupported', `No algorithm is known for ${(value & 0x0f).toString(16)}.`);
};

/** @throws OtaError `algorithm.unsupported` for reserved and proprietary values. */
export const decodeKic = (value: number): KeyIndication<KicAlgorithm> => ({
  version: (value >> 4) & 0x0f,
  algorithm: named(kicNibbles, value),
});

/**
 * What a KID octet means depends on SPI: a redundancy check has CRCs, all else has MACs.
 *
 * @throws OtaError `algorithm.unsupported` for reserved and proprietary values.
 */
export const decodeKid = (value: number, integrity: Integrity): KeyIndication<KidAlgorithm> => ({
  version: (value >> 4) & 0x0f,
  algorithm: named<KidAlgorithm>(
    integrity === 'rc' ? (rcNibbles as Record<KidAlgorithm, number>) : (macNibbles as Record<KidAlgorithm, number>),
    value,
  ),
});

const known = <Algorithm>(algorithm: Algorithm | null): Algorithm => {
  if (algorithm === null)
    throw new OtaError(
      'algorithm.implicit_unknown',
      'The key octet leaves the algorithm to the card profile, which names none.',
    );
  return algorithm;
};

const isImplicit = (algorithm: string): algorithm is Implicit => algorithm in implicit;

/** The cipher that KIc means on this card. */
export const cipherOf = ({ algorithm }: KeyIndication<KicAlgorithm>, quirks: CardQuirks): CipherAlgorithm =>
  isImplicit(algorithm) ? known(quirks.implicitCipher) : algorithm;

/** The checksum that KID means on this card. */
export const macOf = (kid: KeyIndication<KidAlgorithm>, quirks: CardQuirks): MacAlgorithm => {
  const algorithm = named(macNibbles, encodeKid(kid));
  return isImplicit(algorithm) ? known(quirks.implicitMac) : algorithm;
};

/** The redundancy check that KID means. */
export const rcOf = (kid: KeyIndication<KidAlgorithm>): RcAlgorithm => {
  const algorithm = named(rcNibbles, encodeKid(kid));
  return isImplicit(algorithm) ? known<RcAlgorithm>(null) : algorithm;
};
