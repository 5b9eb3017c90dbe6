import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Which key of which card; part of what its seal proves. */
export interface CardKeyName {
  readonly iccid: string;
  readonly version: number;
  readonly use: 'kic' | 'kid';
}

/** A data key as KMS gives it out: 32 octets, and the id under which its wrapped form is stored. */
export interface PlainDataKey {
  readonly id: string;
  readonly key: Uint8Array;
}

const format = 1;
const nonceAt = 1;
const nonceOctets = 12;
const ciphertextAt = nonceAt + nonceOctets;
const tagOctets = 16;

const additional = (dataKeyId: string, { iccid, version, use }: CardKeyName): Buffer =>
  Buffer.from(JSON.stringify(['card-key', dataKeyId, iccid, version, use]));

/** What KMS wraps a data key of cards with: it unwraps it for nobody who names another purpose or another key. */
export const cardKeyContext = (dataKeyId: string) => ({ purpose: 'card-key', data_key_id: dataKeyId });

/** @returns base64 of: version 1, nonce 12, ciphertext (AES-256-GCM), tag 16. */
export const sealCardKey = (dataKey: PlainDataKey, name: CardKeyName, key: Buffer): string => {
  const nonce = randomBytes(nonceOctets);
  const cipher = createCipheriv('aes-256-gcm', dataKey.key, nonce).setAAD(additional(dataKey.id, name));
  const ciphertext = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([Buffer.from([format]), nonce, ciphertext, cipher.getAuthTag()]).toString('base64');
};

/** Undefined: it was changed, or sealed for another card, version or use, or under another data key. */
export const openCardKey = (dataKey: PlainDataKey, name: CardKeyName, sealed: string): Buffer | undefined => {
  const octets = Buffer.from(sealed, 'base64');
  if (octets[0] !== format || octets.length <= ciphertextAt + tagOctets) return undefined;
  const nonce = octets.subarray(nonceAt, ciphertextAt);
  const decipher = createDecipheriv('aes-256-gcm', dataKey.key, nonce);
  decipher.setAAD(additional(dataKey.id, name)).setAuthTag(octets.subarray(-tagOctets));
  try {
    return Buffer.concat([decipher.update(octets.subarray(ciphertextAt, -tagOctets)), decipher.final()]);
  } catch {
    return undefined;
  }
};
