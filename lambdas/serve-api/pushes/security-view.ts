import type { PushSecurity } from '#shared/contracts/pushes.ts';
import { decodeKic, decodeKid } from '#shared/domain/ota/key-indication.ts';
import { decodeSpi } from '#shared/domain/ota/security-parameters.ts';

/** The octets that name a packet's security: SPI in four hexadecimal digits, KIc, KID. */
export interface SecurityOctets {
  readonly spi: string;
  readonly kic: number;
  readonly kid: number;
}

const octet = (value: number): string => value.toString(16).padStart(2, '0');

/** Octets that were made by the packet builder's own tables, by their names. */
export const securityView = ({ spi, kic, kid }: SecurityOctets): PushSecurity => {
  const named = decodeSpi(Buffer.from(spi, 'hex'));
  const { version, algorithm } = decodeKic(kic);
  return {
    spi,
    kic: octet(kic),
    kid: octet(kid),
    key_version: version,
    integrity: named.integrity,
    ciphered: named.ciphered,
    counter_rule: named.counter,
    kic_algorithm: algorithm,
    kid_algorithm: decodeKid(kid, named.integrity).algorithm,
    por_integrity: named.porIntegrity,
    por_ciphered: named.porCiphered,
    por_via: named.porVia,
  };
};
