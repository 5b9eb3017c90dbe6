import { createCipheriv, createDecipheriv } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { MockRefusal } from './mock-refusal.ts';

/** The mock's own cryptography: nothing here is shared with shared/domain/ota, so that one proves the other. */

interface Cipher {
  readonly name: string;
  readonly key: Buffer;
  readonly iv: Buffer | null;
}

/** A nibble of KIc or KID, or the name by which a card profile says what an implicit one means. */
export type MockAlgorithm = { readonly nibble: number } | { readonly name: string };

const lengths: Readonly<Record<number, readonly number[]>> = { 1: [8], 5: [16], 9: [24], 13: [8], 2: [16, 24, 32] };

const resolve = (algorithm: MockAlgorithm): { readonly nibble: number; readonly isEcb: boolean } => {
  if ('nibble' in algorithm) return { nibble: algorithm.nibble, isEcb: algorithm.nibble === 13 };
  const kind = algorithm.name.replace(/-(ecb|cbc|cbc-mac|cmac)$/, '');
  const nibble = { des: 1, '3des-2': 5, '3des-3': 9, aes: 2 }[kind];
  if (nibble === undefined) throw new MockRefusal('algorithm.unsupported');
  return { nibble, isEcb: algorithm.name.endsWith('-ecb') };
};

const cipherOf = (algorithm: MockAlgorithm, key: Buffer): Cipher => {
  const { nibble, isEcb } = resolve(algorithm);
  const allowed = lengths[nibble];
  if (!allowed) throw new MockRefusal('algorithm.unsupported');
  if (!allowed.includes(key.length)) throw new MockRefusal('request.refused');
  if (nibble === 2) return { name: `aes-${key.length * 8}-cbc`, key, iv: Buffer.alloc(16) };
  const tripled = Buffer.concat([key, key, key]).subarray(0, 24);
  return { name: isEcb ? 'des-ede3' : 'des-ede3-cbc', key: tripled, iv: isEcb ? null : Buffer.alloc(8) };
};

export const blockOf = (algorithm: MockAlgorithm): number => (resolve(algorithm).nibble === 2 ? 16 : 8);

export const encipher = (algorithm: MockAlgorithm, key: Buffer, data: Buffer): Buffer => {
  const { name, key: expanded, iv } = cipherOf(algorithm, key);
  const cipher = createCipheriv(name, expanded, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
};

export const decipher = (algorithm: MockAlgorithm, key: Buffer, data: Buffer): Buffer => {
  const { name, key: expanded, iv } = cipherOf(algorithm, key);
  const opening = createDecipheriv(name, expanded, iv).setAutoPadding(false);
  return Buffer.concat([opening.update(data), opening.final()]);
};

/** NIST SP 800-38B: a subkey is the one before, shifted left; a bit that falls out comes back as 0x87. */
const doubled = (block: Buffer): Buffer => {
  const value = BigInt(`0x${block.toString('hex')}`) << 1n;
  const reduced = value >> 128n ? (value & ((1n << 128n) - 1n)) ^ 0x87n : value;
  return Buffer.from(reduced.toString(16).padStart(32, '0'), 'hex');
};

const cmac = (key: Buffer, data: Buffer): Buffer => {
  const algorithm = { nibble: 2 };
  const first = doubled(encipher(algorithm, key, Buffer.alloc(16)));
  const isWhole = data.length > 0 && data.length % 16 === 0;
  const filled = isWhole ? Buffer.from(data) : Buffer.concat([data, Buffer.from([0x80]), Buffer.alloc(15)]);
  const message = filled.subarray(0, filled.length - (filled.length % 16));
  const subkey = isWhole ? first : doubled(first);
  const last = message.subarray(-16);
  for (let at = 0; at < 16; at += 1) last[at] = (last[at] ?? 0) ^ (subkey[at] ?? 0);
  return encipher(algorithm, key, message).subarray(-16);
};

export const checksum = (algorithm: MockAlgorithm, key: Buffer, data: Buffer): Buffer => {
  if (resolve(algorithm).nibble === 2) return cmac(key, data);
  const zeros = Buffer.alloc((8 - (data.length % 8)) % 8 || (data.length === 0 ? 8 : 0));
  return encipher(algorithm, key, Buffer.concat([data, zeros])).subarray(-8);
};

const crc16 = (data: Buffer): Buffer => {
  let value = 0xffff;
  for (const octet of data) {
    value ^= octet;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >> 1) ^ 0x8408 : value >> 1;
  }
  const result = Buffer.alloc(2);
  result.writeUInt16BE(value ^ 0xffff);
  return result;
};

export const redundancy = (nibble: number, data: Buffer): Buffer => {
  if (nibble === 1) return crc16(data);
  if (nibble !== 5) throw new MockRefusal('algorithm.unsupported');
  const result = Buffer.alloc(4);
  result.writeUInt32BE(zlibCrc32(data));
  return result;
};
