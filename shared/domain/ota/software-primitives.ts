import { createCipheriv, createDecipheriv } from 'node:crypto';
import { aesCmac } from './aes-cmac.ts';
import { OtaError } from './ota-error.ts';
import type { CipherAlgorithm, MacAlgorithm, Primitives } from './primitives.ts';

/** One card's keyset in the clear; null where the backend was given no such key. */
export interface KeyPair {
  readonly kic: Buffer | null;
  readonly kid: Buffer | null;
}

const desOctets = { des: 8, '3des-2': 16, '3des-3': 24 } as const;
const desIv = Buffer.alloc(8);
const aesIv = Buffer.alloc(16);

/** DES and two-key 3DES as three-key 3DES, the only one of them that OpenSSL 3 has. Parity is not checked. */
const threeKeys = (key: Buffer, size: keyof typeof desOctets): Buffer => {
  if (key.length !== desOctets[size]) throw new OtaError('key.length', `A ${size} key is ${desOctets[size]} octets.`);
  if (size === '3des-3') return key;
  return Buffer.concat(size === 'des' ? [key, key, key] : [key, key.subarray(0, 8)]);
};

interface OpenSsl {
  readonly name: string;
  readonly key: Buffer;
  readonly iv: Buffer | null;
}

const inOpenSsl = (algorithm: CipherAlgorithm, key: Buffer): OpenSsl => {
  if (algorithm === 'aes-cbc') {
    if (![16, 24, 32].includes(key.length)) throw new OtaError('key.length', 'An AES key is 16, 24 or 32 octets.');
    return { name: `aes-${key.length * 8}-cbc`, key, iv: aesIv };
  }
  const [size, isEcb] = [algorithm.slice(0, -4) as keyof typeof desOctets, algorithm.endsWith('-ecb')];
  return { name: isEcb ? 'des-ede3-ecb' : 'des-ede3-cbc', key: threeKeys(key, size), iv: isEcb ? null : desIv };
};

const given = (key: Buffer | null, name: string): Buffer => {
  if (!key) throw new OtaError('key.missing', `The keyset has no ${name} key.`);
  return key;
};

const wholeBlocks = (algorithm: CipherAlgorithm, data: Buffer): Buffer => {
  if (data.length % (algorithm === 'aes-cbc' ? 16 : 8) !== 0)
    throw new OtaError('data.not_whole_blocks', 'What is ciphered is not whole blocks.');
  return data;
};

const macCiphers = {
  'des-cbc-mac': 'des-cbc',
  '3des-2-cbc-mac': '3des-2-cbc',
  '3des-3-cbc-mac': '3des-3-cbc',
} as const satisfies Record<Exclude<MacAlgorithm, 'aes-cmac'>, CipherAlgorithm>;

const cbcMac = (algorithm: CipherAlgorithm, key: Buffer, data: Buffer): Buffer => {
  const { name, key: three, iv } = inOpenSsl(algorithm, key);
  const filled =
    data.length % 8 === 0 && data.length > 0 ? data : Buffer.concat([data, Buffer.alloc(8 - (data.length % 8))]);
  return createCipheriv(name, three, iv).setAutoPadding(false).update(filled).subarray(-8);
};

/** Keys in this process: what the software backend and the tests build packets with. */
export const createSoftwarePrimitives = ({ kic, kid }: KeyPair): Primitives => ({
  mac: (algorithm, data) => {
    const key = given(kid, 'KID');
    return algorithm === 'aes-cmac' ? aesCmac(key, data) : cbcMac(macCiphers[algorithm], key, data);
  },
  cipher: (algorithm, data) => {
    const { name, key, iv } = inOpenSsl(algorithm, given(kic, 'KIc'));
    return createCipheriv(name, key, iv).setAutoPadding(false).update(wholeBlocks(algorithm, data));
  },
  decipher: (algorithm, data) => {
    const { name, key, iv } = inOpenSsl(algorithm, given(kic, 'KIc'));
    return createDecipheriv(name, key, iv).setAutoPadding(false).update(wholeBlocks(algorithm, data));
  },
});
