import { OtaError } from './ota-error.ts';

/** How a packet's origin is proven: not at all, a redundancy check (CRC), a cryptographic checksum, a signature. */
export type Integrity = 'none' | 'rc' | 'cc' | 'ds';

/** The Security Parameter Indicator (ETSI TS 102 225, 5.1.1) by names. */
export interface SecurityParameters {
  readonly integrity: Integrity;
  readonly ciphered: boolean;
  /** `higher`: processed only when above the card's; `exact`: only when one above it. */
  readonly counter: 'none' | 'unchecked' | 'higher' | 'exact';
  /** Whether the card answers with a proof of receipt. */
  readonly por: 'none' | 'always' | 'on_error';
  readonly porIntegrity: Integrity;
  readonly porCiphered: boolean;
  /** How the proof comes back; a deliver-report seldom reaches the one who sent the push. */
  readonly porVia: 'deliver_report' | 'submit';
}

const integrities = ['none', 'rc', 'cc', 'ds'] as const;
const counters = ['none', 'unchecked', 'higher', 'exact'] as const;
const pors = ['none', 'always', 'on_error'] as const;

/** Two octets: SPI1, SPI2. */
export const encodeSpi = (spi: SecurityParameters): Buffer =>
  Buffer.from([
    integrities.indexOf(spi.integrity) | (spi.ciphered ? 0x04 : 0) | (counters.indexOf(spi.counter) << 3),
    pors.indexOf(spi.por) |
      (integrities.indexOf(spi.porIntegrity) << 2) |
      (spi.porCiphered ? 0x10 : 0) |
      (spi.porVia === 'submit' ? 0x20 : 0),
  ]);

/** @throws OtaError `spi.reserved_value` for reserved bits, PoR value 11, or not two octets. */
export const decodeSpi = (octets: Uint8Array): SecurityParameters => {
  const [first, second] = octets;
  const por = pors[(second ?? 0) & 3];
  if (first === undefined || second === undefined || octets.length !== 2 || first > 0x1f || second > 0x3f || !por)
    throw new OtaError('spi.reserved_value', 'The SPI is not two octets of values that TS 102 225 defines.');
  return {
    integrity: integrities[first & 3] ?? 'none',
    ciphered: (first & 0x04) !== 0,
    counter: counters[(first >> 3) & 3] ?? 'none',
    por,
    porIntegrity: integrities[(second >> 2) & 3] ?? 'none',
    porCiphered: (second & 0x10) !== 0,
    porVia: (second & 0x20) !== 0 ? 'submit' : 'deliver_report',
  };
};
