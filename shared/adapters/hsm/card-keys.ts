import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, KMSClient } from '@aws-sdk/client-kms';
import { createBoundedMemory, rememberedOr } from '#shared/domain/bounded-memory.ts';
import { clientSettings } from '../client-settings.ts';
import type { WrappedDataKey } from './hsm-backend.ts';

/** Which key of which card; part of what its seal proves. */
export interface CardKeyName {
  readonly iccid: string;
  readonly version: number;
  readonly use: 'kic' | 'kid';
}

export interface CardKeys {
  /** A data key for a batch of cards, to be stored beside them. Its plaintext does not leave KMS by this call. */
  newDataKey(id: string): Promise<WrappedDataKey>;
  /** @returns base64 of: version 1, nonce 12, ciphertext, tag 16. */
  seal(dataKey: WrappedDataKey, name: CardKeyName, key: Buffer): Promise<string>;
  /** Undefined: it was changed, or sealed for another card, version or use, or under another data key. */
  open(dataKey: WrappedDataKey, name: CardKeyName, sealed: string): Promise<Buffer | undefined>;
}

/** A card key that was disabled in KMS stops working within this time. */
const maxAgeMs = 5 * 60_000;
const maxDataKeys = 100;
const format = 1;
const nonceAt = 1;
const ciphertextAt = nonceAt + 12;
const tagOctets = 16;

const contextOf = (id: string) => ({ purpose: 'card-key', data_key_id: id });
const additional = (dataKey: WrappedDataKey, { iccid, version, use }: CardKeyName): Buffer =>
  Buffer.from(JSON.stringify(['card-key', dataKey.id, iccid, version, use]));

/**
 * Card keys under envelope encryption: each is sealed with AES-256-GCM under a data key that KMS keeps wrapped.
 *
 * The card stands in the seal's additional data and not in KMS's encryption context, which names the purpose and the
 * data key alone: with a context for each card every push would be two calls of KMS, and no process could remember
 * anything. What the context would prove, that a row was not swapped for another's, the seal proves just as well.
 */
export const connectCardKeys = (
  keyArn: string,
  client = new KMSClient(clientSettings),
  now: () => number = Date.now,
): CardKeys => {
  const memory = createBoundedMemory<Promise<Buffer>>({ maxEntries: maxDataKeys, maxAgeMs, now });
  const unwrap = async ({ id, wrapped_base64 }: WrappedDataKey): Promise<Buffer> => {
    const CiphertextBlob = Buffer.from(wrapped_base64, 'base64');
    const command = new DecryptCommand({ KeyId: keyArn, CiphertextBlob, EncryptionContext: contextOf(id) });
    const { Plaintext } = await client.send(command);
    if (!Plaintext) throw new Error('KMS answered without a plaintext');
    return Buffer.from(Plaintext);
  };
  const plaintextOf = (dataKey: WrappedDataKey) =>
    rememberedOr(memory, `${dataKey.id} ${dataKey.wrapped_base64}`, () => unwrap(dataKey));
  return {
    newDataKey: async (id) => {
      const { CiphertextBlob } = await client.send(
        new GenerateDataKeyWithoutPlaintextCommand({
          KeyId: keyArn,
          KeySpec: 'AES_256',
          EncryptionContext: contextOf(id),
        }),
      );
      if (!CiphertextBlob) throw new Error('KMS answered without a data key');
      return { id, wrapped_base64: Buffer.from(CiphertextBlob).toString('base64') };
    },
    seal: async (dataKey, name, key) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', await plaintextOf(dataKey), nonce);
      cipher.setAAD(additional(dataKey, name));
      const ciphertext = Buffer.concat([cipher.update(key), cipher.final()]);
      return Buffer.concat([Buffer.from([format]), nonce, ciphertext, cipher.getAuthTag()]).toString('base64');
    },
    open: async (dataKey, name, sealed) => {
      const octets = Buffer.from(sealed, 'base64');
      if (octets[0] !== format || octets.length <= ciphertextAt + tagOctets) return undefined;
      const nonce = octets.subarray(nonceAt, ciphertextAt);
      const decipher = createDecipheriv('aes-256-gcm', await plaintextOf(dataKey), nonce);
      decipher.setAAD(additional(dataKey, name)).setAuthTag(octets.subarray(-tagOctets));
      try {
        return Buffer.concat([decipher.update(octets.subarray(ciphertextAt, -tagOctets)), decipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
};
