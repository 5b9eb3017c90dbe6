import { createCipheriv } from 'node:crypto';
import { OtaError } from './ota-error.ts';

const block = 16;
const zero = Buffer.alloc(block);

/** Multiplies by x in GF(2^128): how RFC 4493, 2.3 makes K1 of L, and K2 of K1. */
const doubled = (octets: Buffer): Buffer => {
  const result = Buffer.alloc(block);
  for (let at = 0; at < block; at += 1) result[at] = ((octets[at] ?? 0) << 1) | ((octets[at + 1] ?? 0) >> 7);
  if ((octets[0] ?? 0) & 0x80) result[block - 1] = (result[block - 1] ?? 0) ^ 0x87;
  return result;
};

const mixInto = (target: Buffer, at: number, octets: Buffer): void => {
  for (let index = 0; index < block; index += 1) target[at + index] = (target[at + index] ?? 0) ^ (octets[index] ?? 0);
};

/**
 * AES-CMAC (RFC 4493, NIST SP 800-38B): 16 octets. L is the first block of one CBC run over zeros and the message; what
 * the chaining mixes in after it is taken out again.
 *
 * @throws OtaError `key.length` when the key is not 16, 24 or 32 octets.
 */
export const aesCmac = (key: Buffer, message: Buffer): Buffer => {
  if (![16, 24, 32].includes(key.length)) throw new OtaError('key.length', 'An AES key is 16, 24 or 32 octets.');
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, zero).setAutoPadding(false);
  const l = cipher.update(zero);
  const k1 = doubled(l);
  const isWhole = message.length > 0 && message.length % block === 0;
  const padded = Buffer.alloc(isWhole ? message.length : (Math.floor(message.length / block) + 1) * block);
  message.copy(padded);
  if (!isWhole) padded[message.length] = 0x80;
  mixInto(padded, padded.length - block, isWhole ? k1 : doubled(k1));
  mixInto(padded, 0, l);
  return cipher.update(padded).subarray(-block);
};
