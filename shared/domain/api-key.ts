import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * API keys: `sbk_<key id>_<secret>_<check>`, and `sbk_test_<key id>_<secret>_<check>` for test keys. The key id is
 * public, only a bcrypt hash of the secret is stored, and the check is a short tag by which a made-up key is refused
 * before bcrypt's tens of milliseconds.
 */
export interface ApiKey {
  /** Lower-case base32 (RFC 4648), 12 to 32 characters. */
  readonly keyId: string;
  /** 32 to 72 letters and digits: at least 160 bits in base32, and no more than bcrypt takes. */
  readonly secret: string;
  /** Eight hexadecimal characters: the start of HMAC-SHA256 over all that stands between `sbk_` and the check. */
  readonly check: string;
  readonly test: boolean;
}

export interface NewApiKey {
  readonly keyId: string;
  readonly secret: string;
  readonly pepper: string;
  readonly test?: boolean;
}

const shape = /^sbk_(test_)?([a-z2-7]{12,32})_([A-Za-z0-9]{32,72})_([0-9a-f]{8})$/;
const longest = 160;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Lower-case base32 (RFC 4648, 6) without padding: what random bytes become before they stand in a key. Eight bytes
 * make a key id, twenty make a secret of 160 bits.
 */
export const toBase32 = (bytes: Uint8Array): string => {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text;
};

/** The key id made of a UUID: 26 characters, so that what remembers UUIDs alone can remember a key. */
export const keyIdOf = (uuid: string): string => toBase32(Buffer.from(uuid.replaceAll('-', ''), 'hex'));

const checkOf = ({ keyId, secret, test }: Pick<ApiKey, 'keyId' | 'secret' | 'test'>, pepper: string): string =>
  createHmac('sha256', pepper)
    .update(`${test ? 'test_' : ''}${keyId}_${secret}`)
    .digest('hex')
    .slice(0, 8);

/**
 * The key as its owner gets it, shown once.
 *
 * @throws RangeError when the id or the secret is not as a key must be.
 */
export const issueApiKey = ({ keyId, secret, pepper, test = false }: NewApiKey): string => {
  const key = `sbk_${test ? 'test_' : ''}${keyId}_${secret}_${checkOf({ keyId, secret, test }, pepper)}`;
  if (!parseApiKey(key)) throw new RangeError('The key id or the secret is not of the characters or length of a key');
  return key;
};

/** The parts of a key; `undefined` when it is not shaped like one. Says nothing about whether it is genuine. */
export const parseApiKey = (text: string): ApiKey | undefined => {
  if (text.length > longest) return undefined;
  const [, test, keyId, secret, check] = shape.exec(text) ?? [];
  if (keyId === undefined || secret === undefined || check === undefined) return undefined;
  return { keyId, secret, check, test: test !== undefined };
};

/** Whether the key was issued with this pepper; in constant time. It may have been revoked since. */
export const isGenuine = (key: ApiKey, pepper: string): boolean => {
  const given = Buffer.from(key.check);
  const wanted = Buffer.from(checkOf(key, pepper));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};
