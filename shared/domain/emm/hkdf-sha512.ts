import { hash } from 'node:crypto';

/**
 * HKDF-SHA-512 (RFC 5869) of at most 64 octets out of short values. Written here because one key is derived for every
 * EMM, and `crypto.hkdfSync` takes twice as long as encrypting the EMM does.
 */

const blockOctets = 128;
const digestOctets = 64;
/** What one message may have beside the key's block. */
const longest = 128;
const innerPad = 0x36;
const outerPad = 0x5c;

/** Used again by every call: nothing here waits, so no two calls have them at one time. */
const inner = Buffer.alloc(blockOctets + longest, innerPad);
const outer = Buffer.alloc(blockOctets + digestOctets, outerPad);
const extracted = Buffer.alloc(digestOctets);
/** `inner` by the length of its message: a new view for every hash costs a fifth of it. */
const views = Array.from({ length: longest + 1 }, (_, length) => inner.subarray(0, blockOctets + length));

/** The key, in a block of its own, and the blocks as words: a loop over octets takes four times as long. */
const block = Buffer.alloc(blockOctets);
const wordsOf = (octets: Buffer): Int32Array => new Int32Array(octets.buffer, octets.byteOffset, blockOctets / 4);
const [blockWords, innerWords, outerWords] = [wordsOf(block), wordsOf(inner), wordsOf(outer)];
/** How many octets of the block were the key of the call before. */
let keyed = 0;

/** HMAC-SHA-512 (RFC 2104) into `digest`. A digest as text of one octet a character comes in half the time of one as a Buffer. */
const hmac = (key: Uint8Array, data: Uint8Array, digest: Buffer): void => {
  block.set(key);
  if (keyed > key.length) block.fill(0, key.length, keyed);
  const words = Math.ceil(Math.max(keyed, key.length) / 4);
  keyed = key.length;
  for (let i = 0; i < words; i += 1) {
    const word = blockWords[i] ?? 0;
    innerWords[i] = word ^ (innerPad * 0x01010101);
    outerWords[i] = word ^ (outerPad * 0x01010101);
  }
  inner.set(data, blockOctets);
  outer.write(hash('sha512', views[data.length] ?? inner, 'binary'), blockOctets, 'latin1');
  digest.write(hash('sha512', outer, 'binary'), 0, 'latin1');
};

/** `info` with the number of the one round there is (RFC 5869, 2.3). */
export const infoOf = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat([...parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)), Buffer.of(1)]);

/**
 * @param key and `infoAndOne`: at most 128 octets; the latter made by `infoOf`.
 * @param salt at most 128 octets.
 * @param octets 1 to 64.
 * @throws RangeError when one of them is longer.
 */
export const hkdfSha512 = (key: Uint8Array, salt: Uint8Array, infoAndOne: Uint8Array, octets: number): Buffer => {
  if (key.length > longest || infoAndOne.length > longest || salt.length > blockOctets || octets > digestOctets)
    throw new RangeError('HKDF was asked for more than it is made for.');
  hmac(salt, key, extracted);
  const derived = Buffer.allocUnsafe(digestOctets);
  hmac(extracted, infoAndOne, derived);
  return derived.subarray(0, octets);
};
