import { createBoundedMemory } from '#shared/domain/bounded-memory.ts';
import { OtaError } from '#shared/domain/ota/ota-error.ts';
import type { CipherAlgorithm, MacAlgorithm, RemotePrimitives } from '#shared/domain/ota/primitives.ts';
import type { CardKeyset, HsmBackend, HsmHealth } from './hsm-backend.ts';
import { HsmFault } from './hsm-fault.ts';
import { cryptoki, cryptokiCode, loadPkcs11, type Pkcs11, type Pkcs11Mechanism } from './pkcs11-module.ts';
import { openPkcs11Sessions, type Pkcs11Sessions, type Pkcs11Settings } from './pkcs11-sessions.ts';

interface Key {
  readonly handle: Buffer;
  /** CKA_KEY_TYPE. */
  readonly type: number;
}

/** A key that was replaced in the HSM is noticed within this time. */
const maxAgeMs = 5 * 60_000;
const maxKeys = 1_000;

const { CKM_DES_ECB, CKM_DES_CBC, CKM_DES3_ECB, CKM_DES3_CBC, CKM_AES_CBC, CKM_AES_CMAC } = cryptoki;
const tripleDes: readonly CipherAlgorithm[] = ['des-cbc', '3des-2-cbc', '3des-3-cbc'];
const tripleDesEcb: readonly CipherAlgorithm[] = ['des-ecb', '3des-2-ecb', '3des-3-ecb'];

const ciphersBy: readonly (readonly [number, readonly CipherAlgorithm[]])[] = [
  [CKM_DES3_CBC, tripleDes],
  [CKM_DES3_ECB, tripleDesEcb],
  [CKM_AES_CBC, ['aes-cbc']],
];
const macsBy: readonly (readonly [number, readonly MacAlgorithm[]])[] = [
  [CKM_DES3_CBC, ['des-cbc-mac', '3des-2-cbc-mac', '3des-3-cbc-mac']],
  [CKM_AES_CMAC, ['aes-cmac']],
];
const offered = <Name>(by: readonly (readonly [number, readonly Name[]])[], mechanisms: ReadonlySet<number>) =>
  by.flatMap(([mechanism, names]) => (mechanisms.has(mechanism) ? names : []));

/** How a cipher is done with a key of this type; DES keys may be kept as three-key 3DES, which is the same cipher. */
const mechanismOf = (algorithm: CipherAlgorithm, { type }: Key): Pkcs11Mechanism => {
  const isAes = algorithm === 'aes-cbc';
  if (isAes !== (type === cryptoki.CKK_AES)) throw new OtaError('key.length', 'The key is of another algorithm.');
  if (isAes) return { mechanism: CKM_AES_CBC, parameter: Buffer.alloc(16) };
  const isSingle = type === cryptoki.CKK_DES;
  if (isSingle && !algorithm.startsWith('des-')) throw new OtaError('key.length', 'The key is a single DES key.');
  if (algorithm.endsWith('-ecb')) return { mechanism: isSingle ? CKM_DES_ECB : CKM_DES3_ECB, parameter: null };
  return { mechanism: isSingle ? CKM_DES_CBC : CKM_DES3_CBC, parameter: Buffer.alloc(8) };
};

const toOtaOrFault = (error: unknown): Error => {
  if (error instanceof OtaError || error instanceof HsmFault) return error;
  const code = cryptokiCode(error);
  if (code === cryptoki.CKR_MECHANISM_INVALID)
    return new OtaError('algorithm.unsupported', 'The HSM has no such mechanism.');
  const isOfKey =
    code === cryptoki.CKR_KEY_SIZE_RANGE ||
    code === cryptoki.CKR_KEY_TYPE_INCONSISTENT ||
    code === cryptoki.CKR_KEY_FUNCTION_NOT_PERMITTED;
  if (isOfKey) return new OtaError('key.length', 'The HSM does not use the key for this.');
  // The packet is put together here: without this result there is none, so that no counter was used.
  return new HsmFault('hsm.unavailable', `Cryptoki answers ${code ?? 'nothing'}.`, { cause: error });
};

const keyFinder = (pkcs11: Pkcs11, now: () => number) => {
  const memory = createBoundedMemory<Key>({ maxEntries: maxKeys, maxAgeMs, now });
  return (session: Buffer, label: string): Key => {
    const known = memory.get(label);
    if (known) return known;
    pkcs11.C_FindObjectsInit(session, [
      { type: cryptoki.CKA_CLASS, value: cryptoki.CKO_SECRET_KEY },
      { type: cryptoki.CKA_LABEL, value: label },
    ]);
    const found = pkcs11.C_FindObjects(session, 2);
    pkcs11.C_FindObjectsFinal(session);
    const [handle] = found;
    if (!handle || found.length > 1) throw new OtaError('key.missing', 'The HSM has no key of this label, or two.');
    const [attribute] = pkcs11.C_GetAttributeValue(session, handle, [{ type: cryptoki.CKA_KEY_TYPE }]);
    const key = { handle, type: attribute?.value.readUInt8(0) ?? 0 };
    memory.set(label, key);
    return key;
  };
};

const primitivesOf = (
  pkcs11: Pkcs11,
  { within }: Pkcs11Sessions,
  find: ReturnType<typeof keyFinder>,
  { location }: CardKeyset,
): RemotePrimitives => {
  const use = async (label: 'kic' | 'kid', work: (session: Buffer, key: Key) => Promise<Buffer>): Promise<Buffer> => {
    const name = location.kind === 'hsm' ? location[label] : null;
    if (name === null) throw new OtaError('key.missing', `The keyset names no ${label} in the HSM.`);
    try {
      return await within(async (session) => work(session, find(session, name)));
    } catch (error) {
      throw toOtaOrFault(error);
    }
  };
  const encrypt = (session: Buffer, key: Key, algorithm: CipherAlgorithm, data: Buffer) => {
    pkcs11.C_EncryptInit(session, mechanismOf(algorithm, key), key.handle);
    return pkcs11.C_EncryptAsync(session, data, Buffer.alloc(data.length + 16));
  };
  const cbcMac = async (session: Buffer, key: Key, algorithm: MacAlgorithm, data: Buffer) => {
    const cipher = algorithm.slice(0, -'-mac'.length) as CipherAlgorithm;
    const zeros = Buffer.alloc(data.length === 0 ? 8 : (8 - (data.length % 8)) % 8);
    return (await encrypt(session, key, cipher, Buffer.concat([data, zeros]))).subarray(-8);
  };
  return {
    cipher: (algorithm, data) => use('kic', (session, key) => encrypt(session, key, algorithm, data)),
    decipher: (algorithm, data) =>
      use('kic', (session, key) => {
        pkcs11.C_DecryptInit(session, mechanismOf(algorithm, key), key.handle);
        return pkcs11.C_DecryptAsync(session, data, Buffer.alloc(data.length + 16));
      }),
    mac: (algorithm, data) =>
      use('kid', (session, key) => {
        if (algorithm !== 'aes-cmac') return cbcMac(session, key, algorithm, data);
        pkcs11.C_SignInit(session, { mechanism: CKM_AES_CMAC, parameter: null }, key.handle);
        return pkcs11.C_SignAsync(session, data, Buffer.alloc(16));
      }),
  };
};

/**
 * An HSM by PKCS #11: AWS CloudHSM in production, SoftHSM in tests. Card keys are secret keys of the token, found by
 * their labels, with CKA_ENCRYPT and CKA_DECRYPT (KIc, and KID of DES) or CKA_SIGN (KID of AES); they never leave it.
 *
 * @throws Error when the library or the package is not there, and Cryptoki's errors.
 */
export const connectPkcs11Hsm = async (
  settings: Pkcs11Settings,
  load: () => Promise<Pkcs11> = loadPkcs11,
  now: () => number = Date.now,
): Promise<HsmBackend> => {
  const pkcs11 = await load();
  const sessions = openPkcs11Sessions(pkcs11, settings);
  const find = keyFinder(pkcs11, now);
  const health = async (): Promise<HsmHealth> => {
    try {
      await sessions.within(async () => undefined);
      return { state: 'up' };
    } catch (error) {
      return { state: 'down', reason: `Cryptoki answers ${cryptokiCode(error) ?? 'nothing'}` };
    }
  };
  return {
    name: 'pkcs11',
    capabilities: {
      level: 'primitives',
      ciphers: offered(ciphersBy, sessions.mechanisms),
      macs: offered(macsBy, sessions.mechanisms),
    },
    health,
    close: async () => sessions.close(),
    primitives: async (keyset) => primitivesOf(pkcs11, sessions, find, keyset),
  };
};
