import { type CipherGCM, createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * The card's own ciphers and checksums, written for it alone: what Signalbox builds is not checked by what built it.
 * Algorithms are those of the low nibble of KIc and KID (ETSI TS 102 225, 5.1.2 and 5.1.3).
 */

/** The key as three DES keys: a card has but one engine. */
const threefold = (key: Buffer): Buffer => {
  const [first, second, third] = [key.subarray(0, 8), key.subarray(8, 16), key.subarray(16, 24)];
  if (key.length === 8) return Buffer.concat([first, first, first]);
  return key.length === 16 ? Buffer.concat([first, second, first]) : Buffer.concat([first, second, third]);
};

const modes: Readonly<Record<number, 'cbc' | 'ecb' | 'aes'>> = {
  1: 'cbc',
  2: 'aes',
  5: 'cbc',
  9: 'cbc',
  13: 'ecb',
  4: 'ecb',
  8: 'ecb',
};

export const blockOf = (nibble: number): number => (nibble === 2 ? 16 : 8);

const engine = (nibble: number, key: Buffer): [string, Buffer, Buffer | null] => {
  const mode = modes[nibble];
  if (mode === undefined) throw new Error(`This card has no algorithm ${nibble}.`);
  if (mode === 'aes') return [`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16)];
  return [`des-ede3${mode === 'cbc' ? '-cbc' : ''}`, threefold(key), mode === 'cbc' ? Buffer.alloc(8) : null];
};

export const encrypt = (nibble: number, key: Buffer, octets: Buffer): Buffer => {
  const cipher = createCipheriv(...engine(nibble, key)) as CipherGCM;
  return Buffer.concat([cipher.setAutoPadding(false).update(octets), cipher.final()]);
};

export const decrypt = (nibble: number, key: Buffer, octets: Buffer): Buffer => {
  const decipher = createDecipheriv(...engine(nibble, key));
  return Buffer.concat([decipher.setAutoPadding(false).update(octets), decipher.final()]);
};

const asNumber = (octets: Buffer): bigint => BigInt(`0x${octets.toString('hex')}`);
const asBlock = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
const twice = (value: bigint): bigint =>
  value >> 127n === 1n ? ((value << 1n) & ((1n << 128n) - 1n)) ^ 0x87n : value << 1n;

/** RFC 4493, 2.4, step by step with numbers of 128 bits. */
const cmac = (key: Buffer, message: Buffer): Buffer => {
  const aes = (block: bigint): bigint => {
    const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
    return asNumber(cipher.setAutoPadding(false).update(asBlock(block)));
  };
  const k1 = twice(aes(0n));
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < message.length; at += 16) blocks.push(message.subarray(at, at + 16));
  let state = 0n;
  for (const [index, block] of blocks.entries()) {
    const isLast = index === blocks.length - 1;
    const isWhole = block.length === 16;
    const filled = isWhole ? block : Buffer.concat([block, Buffer.from([0x80]), Buffer.alloc(15 - block.length)]);
    const subkey = isWhole ? k1 : twice(k1);
    state = aes(state ^ asNumber(filled) ^ (isLast ? subkey : 0n));
  }
  return asBlock(state);
};

export const checksum = (nibble: number, key: Buffer, octets: Buffer): Buffer => {
  if (nibble === 2) return cmac(key, octets);
  return encrypt(nibble, key, Buffer.concat([octets, Buffer.alloc((8 - (octets.length % 8)) % 8)])).subarray(-8);
};

/** A CRC bit by bit, least significant bit first; `width` is 16 or 32. */
export const redundancy = (width: 16 | 32, octets: Buffer): Buffer => {
  const [polynomial, ones] = width === 16 ? [0x8408n, 0xffffn] : [0xedb88320n, 0xffffffffn];
  let value = ones;
  for (const octet of octets)
    for (let bit = 0; bit < 8; bit += 1) {
      const isSet = ((value ^ (BigInt(octet) >> BigInt(bit))) & 1n) === 1n;
      value = isSet ? (value >> 1n) ^ polynomial : value >> 1n;
    }
  return Buffer.from((value ^ ones).toString(16).padStart(width / 4, '0'), 'hex');
};
