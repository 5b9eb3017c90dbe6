import { createHash } from 'node:crypto';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { createBoundedMemory, rememberedOr } from '#shared/domain/bounded-memory.ts';
import { clientSettings } from './client-settings.ts';

/** Bound to the ciphertext as additional authenticated data, and written to CloudTrail: nothing secret belongs here. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Secrets of at most 4 KiB, encrypted by KMS itself under one key. */
export interface SmallSecrets {
  /** @returns the ciphertext in base64. */
  encrypt(plaintext: Uint8Array, context: EncryptionContext): Promise<string>;
  /** @throws the SDK's InvalidCiphertextException when it was changed, or encrypted under another context. */
  decrypt(ciphertextBase64: string, context: EncryptionContext): Promise<Buffer>;
}

/** A key that was disabled stops working within this time. */
const maxAgeMs = 5 * 60_000;
const maxEntries = 1_000;

/** Under what a plaintext is remembered: the ciphertext and its context, in any order of its names. */
const digest = (ciphertext: string, context: EncryptionContext): string =>
  createHash('sha256')
    .update(JSON.stringify([ciphertext, Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('base64');

export const connectSmallSecrets = (
  keyArn: string,
  client = new KMSClient(clientSettings),
  now = Date.now,
): SmallSecrets => {
  const memory = createBoundedMemory<Promise<Buffer>>({ maxEntries, maxAgeMs, now });
  const load = async (ciphertext: string, context: EncryptionContext) => {
    const { Plaintext } = await client.send(
      // The key is named although KMS could tell it, so that a ciphertext of another key is refused.
      new DecryptCommand({
        KeyId: keyArn,
        CiphertextBlob: Buffer.from(ciphertext, 'base64'),
        EncryptionContext: { ...context },
      }),
    );
    if (!Plaintext) throw new Error('KMS answered without a plaintext');
    return Buffer.from(Plaintext);
  };
  return {
    encrypt: async (plaintext, context) => {
      const command = new EncryptCommand({ KeyId: keyArn, Plaintext: plaintext, EncryptionContext: { ...context } });
      const { CiphertextBlob } = await client.send(command);
      if (!CiphertextBlob) throw new Error('KMS answered without a ciphertext');
      return Buffer.from(CiphertextBlob).toString('base64');
    },
    decrypt: (ciphertext, context) =>
      rememberedOr(memory, digest(ciphertext, context), () => load(ciphertext, context)),
  };
};
