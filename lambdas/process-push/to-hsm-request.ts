import type { StoredSecurity } from '#shared/adapters/accept-push.ts';
import type { CardKeyset } from '#shared/adapters/hsm/hsm-backend.ts';
import type { StoredKeys } from '#shared/adapters/take-push.ts';
import type { PacketSecurity } from '#shared/domain/ota/command-packet.ts';
import { decodeKic, decodeKid } from '#shared/domain/ota/key-indication.ts';
import { decodeSpi } from '#shared/domain/ota/security-parameters.ts';

interface StoredPush {
  readonly iccid: string;
  readonly key_version: number;
  readonly tar: string;
  readonly counter: number;
  readonly security: StoredSecurity;
  readonly keys: StoredKeys;
}

const securityOf = ({ spi, kic, kid, quirks }: StoredSecurity): PacketSecurity => {
  const parameters = decodeSpi(Buffer.from(spi, 'hex'));
  return { spi: parameters, kic: decodeKic(kic), kid: decodeKid(kid, parameters.integrity), quirks };
};

const keysetOf = ({ iccid, key_version: version, keys }: StoredPush): CardKeyset => {
  const { kic, kid } = keys;
  if (keys.location === 'hsm') return { iccid, version, location: { kind: 'hsm', kic, kid } };
  return { iccid, version, location: { kind: 'sealed', dataKey: keys.data_key, kic, kid } };
};

/** What the HSM is told of a push, as it lies in the database; an SPI without a counter is sent with zeros. */
export const toHsmRequest = (push: StoredPush) => {
  const security = securityOf(push.security);
  const counter = security.spi.counter === 'none' ? 0n : BigInt(push.counter);
  return { keyset: keysetOf(push), spec: { ...security, tar: Buffer.from(push.tar, 'hex'), counter } };
};
