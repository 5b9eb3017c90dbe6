import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Key } from './keys.ts';

/** What a caller binds to a ciphertext: opening it needs the same pairs again, in any order. */
export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * A ciphertext: format (1 byte), key id (16), number of the key material (4), nonce (12), sealed bytes, tag (16).
 * The first three and the context are authenticated with it (AES-256-GCM).
 */
const format = 1;
const headerLength = 21;
const nonceLength = 12;
const tagLength = 16;

const authenticated = (header: Buffer, context: EncryptionContext): Buffer => {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([header, Buffer.from(JSON.stringify(pairs))]);
};

const materialOf = (key: Key, number: number): Buffer | undefined => {
  const material = key.material[number];
  return material === undefined ? undefined : Buffer.from(material, 'base64');
};

const invalid = () => new AwsError('InvalidCiphertextException', '');

/** Seals under the key's newest material. */
export const seal = (key: Key, plaintext: Buffer, context: EncryptionContext): Buffer => {
  const number = key.material.length - 1;
  const material = materialOf(key, number);
  if (!material) throw new Error(`The key ${key.id} has no material.`);
  const header = Buffer.alloc(headerLength);
  header[0] = format;
  Buffer.from(key.id.replaceAll('-', ''), 'hex').copy(header, 1);
  header.writeUInt32BE(number, 17);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', material, nonce).setAAD(authenticated(header, context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, nonce, sealed, cipher.getAuthTag()]);
};

/**
 * The id of the key that sealed a ciphertext.
 *
 * @throws AwsError InvalidCiphertextException for what no key here can have sealed.
 */
export const keyIdOf = (ciphertext: Buffer): string => {
  if (ciphertext.length < headerLength + nonceLength + tagLength || ciphertext[0] !== format) throw invalid();
  const hex = ciphertext.toString('hex', 1, 17);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** @throws AwsError InvalidCiphertextException when a byte or the context is not as it was sealed. */
export const open = (key: Key, ciphertext: Buffer, context: EncryptionContext): Buffer => {
  const header = ciphertext.subarray(0, headerLength);
  const nonce = ciphertext.subarray(headerLength, headerLength + nonceLength);
  const material = materialOf(key, header.readUInt32BE(17));
  if (!material) throw invalid();
  const decipher = createDecipheriv('aes-256-gcm', material, nonce);
  decipher.setAAD(authenticated(header, context)).setAuthTag(ciphertext.subarray(-tagLength));
  try {
    const sealed = ciphertext.subarray(headerLength + nonceLength, -tagLength);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    throw invalid();
  }
};
