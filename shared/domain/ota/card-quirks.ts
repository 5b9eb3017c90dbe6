import type { CipherAlgorithm, MacAlgorithm } from './primitives.ts';

/**
 * What stands before TAR (of a response) or SPI (of a command) under the checksum: nothing, the two length fields, or
 * the user data header and the length fields.
 */
export type CcCoverage = 'header' | 'lengths' | 'udh_and_lengths';

/** How a kind of card departs from ETSI TS 102 225 and 3GPP TS 31.115; data on its profile. */
export interface CardQuirks {
  readonly commandCcCoverage: CcCoverage;
  readonly responseCcCoverage: CcCoverage;
  /** Whether the checksum covers the cipher padding. */
  readonly ccIncludesPadding: boolean;
  /** Octets of a cryptographic checksum, the leftmost ones. */
  readonly ccLength: 4 | 8;
  /** What KIc and KID mean when they say that both sides know the algorithm. */
  readonly implicitCipher: CipherAlgorithm | null;
  readonly implicitMac: MacAlgorithm | null;
}

/** A card as TS 31.115 has it. */
export const standardQuirks: CardQuirks = {
  commandCcCoverage: 'lengths',
  responseCcCoverage: 'udh_and_lengths',
  ccIncludesPadding: true,
  ccLength: 8,
  implicitCipher: null,
  implicitMac: null,
};
