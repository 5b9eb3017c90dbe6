import type { CardQuirks, CcCoverage } from './card-quirks.ts';
import { crc16, crc32 } from './crc.ts';
import { type KeyIndication, type KidAlgorithm, macOf, rcOf } from './key-indication.ts';
import { OtaError } from './ota-error.ts';
import type { CipherAlgorithm, Steps } from './primitives.ts';
import type { Integrity } from './security-parameters.ts';

interface Checked {
  readonly kid: KeyIndication<KidAlgorithm>;
  readonly quirks: CardQuirks;
}

export const blockOctets = (algorithm: CipherAlgorithm): 8 | 16 => (algorithm === 'aes-cbc' ? 16 : 8);

/**
 * How long the RC/CC/DS field is.
 *
 * @throws OtaError `algorithm.unsupported` for digital signatures, which no card in the field uses.
 */
export const checksumOctets = (integrity: Integrity, { kid, quirks }: Checked): number => {
  if (integrity === 'none') return 0;
  if (integrity === 'ds') throw new OtaError('algorithm.unsupported', 'Digital signatures are not supported.');
  if (integrity === 'cc') return quirks.ccLength;
  return rcOf(kid) === 'crc-16' ? 2 : 4;
};

/** The octets under the checksum of a packet that has room for it. */
export const covered = (
  packet: Buffer,
  {
    udh,
    checksumAt,
    ccOctets,
    coverage,
    padding,
    quirks,
  }: {
    readonly udh: Buffer;
    readonly checksumAt: number;
    readonly ccOctets: number;
    readonly coverage: CcCoverage;
    readonly padding: number;
    readonly quirks: CardQuirks;
  },
): Buffer =>
  Buffer.concat([
    ...(coverage === 'udh_and_lengths' ? [udh] : []),
    packet.subarray(coverage === 'header' ? 3 : 0, checksumAt),
    packet.subarray(checksumAt + ccOctets, packet.length - (quirks.ccIncludesPadding ? 0 : padding)),
  ]);

/** The field itself. AES-CMAC and the last CBC block alike are cut on the right (TS 102 225, 5.1.3). */
export function* checksum(integrity: Integrity, octets: Buffer, { kid, quirks }: Checked): Steps<Buffer> {
  if (integrity === 'rc') return rcOf(kid) === 'crc-16' ? crc16(octets) : crc32(octets);
  const tag = yield { use: 'mac', algorithm: macOf(kid, quirks), data: octets };
  return tag.subarray(0, quirks.ccLength);
}
