import { OtaError } from '#shared/domain/ota/ota-error.ts';
import type { RemotePrimitives } from '#shared/domain/ota/primitives.ts';
import { createSoftwarePrimitives } from '#shared/domain/ota/software-primitives.ts';
import type { CardKeyName } from './card-key-seal.ts';
import type { CardKeys } from './card-keys.ts';
import type { CardKeyset, HsmBackend } from './hsm-backend.ts';
import { HsmFault } from './hsm-fault.ts';

const openKey = async (cardKeys: CardKeys, keyset: CardKeyset, use: CardKeyName['use']): Promise<Buffer | null> => {
  const { location, iccid, version } = keyset;
  if (location.kind !== 'sealed') throw new OtaError('key.missing', 'The key is in an HSM, and not here.');
  const sealed = location[use];
  if (sealed === null) return null;
  const key = await cardKeys.open(location.dataKey, { iccid, version, use }, sealed).catch((cause: unknown) => {
    throw new HsmFault('hsm.unavailable', 'KMS does not open the data key of the card.', { cause });
  });
  if (!key) throw new OtaError('key.missing', 'The sealed key is not that of this card, or was changed.');
  return key;
};

const primitivesOf = async (cardKeys: CardKeys, keyset: CardKeyset): Promise<RemotePrimitives> => {
  const [kic, kid] = await Promise.all([openKey(cardKeys, keyset, 'kic'), openKey(cardKeys, keyset, 'kid')]);
  const { mac, cipher, decipher } = createSoftwarePrimitives({ kic, kid });
  return {
    mac: async (algorithm, data) => mac(algorithm, data),
    cipher: async (algorithm, data) => cipher(algorithm, data),
    decipher: async (algorithm, data) => decipher(algorithm, data),
  };
};

/** No HSM: card keys come out of the database, under the card key in KMS, into this process for one packet. */
export const createSoftwareHsm = (cardKeys: CardKeys): HsmBackend => ({
  name: 'software',
  capabilities: {
    level: 'primitives',
    ciphers: ['des-cbc', 'des-ecb', '3des-2-cbc', '3des-2-ecb', '3des-3-cbc', '3des-3-ecb', 'aes-cbc'],
    macs: ['des-cbc-mac', '3des-2-cbc-mac', '3des-3-cbc-mac', 'aes-cmac'],
  },
  health: async () => ({ state: 'up' }),
  close: async () => {},
  primitives: (keyset) => primitivesOf(cardKeys, keyset),
});
