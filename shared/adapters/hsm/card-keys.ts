import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, KMSClient } from '@aws-sdk/client-kms';
import { createBoundedMemory, rememberedOr } from '#shared/domain/bounded-memory.ts';
import { clientSettings } from '../client-settings.ts';
import { type CardKeyName, cardKeyContext, openCardKey, sealCardKey } from './card-key-seal.ts';
import type { WrappedDataKey } from './hsm-backend.ts';

export interface CardKeys {
  /** A data key for a batch of cards, to be stored beside them. Its plaintext does not leave KMS by this call. */
  newDataKey(id: string): Promise<WrappedDataKey>;
  /** @returns base64, as `sealCardKey` writes it. */
  seal(dataKey: WrappedDataKey, name: CardKeyName, key: Buffer): Promise<string>;
  /** Undefined: it was changed, or sealed for another card, version or use, or under another data key. */
  open(dataKey: WrappedDataKey, name: CardKeyName, sealed: string): Promise<Buffer | undefined>;
}

/** A card key that was disabled in KMS stops working within this time. */
const maxAgeMs = 5 * 60_000;
const maxDataKeys = 100;

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
    const command = new DecryptCommand({ KeyId: keyArn, CiphertextBlob, EncryptionContext: cardKeyContext(id) });
    const { Plaintext } = await client.send(command);
    if (!Plaintext) throw new Error('KMS answered without a plaintext');
    return Buffer.from(Plaintext);
  };
  const plainOf = async (dataKey: WrappedDataKey) => {
    const { id, wrapped_base64 } = dataKey;
    return { id, key: await rememberedOr(memory, `${id} ${wrapped_base64}`, () => unwrap(dataKey)) };
  };
  return {
    newDataKey: async (id) => {
      const { CiphertextBlob } = await client.send(
        new GenerateDataKeyWithoutPlaintextCommand({
          KeyId: keyArn,
          KeySpec: 'AES_256',
          EncryptionContext: cardKeyContext(id),
        }),
      );
      if (!CiphertextBlob) throw new Error('KMS answered without a data key');
      return { id, wrapped_base64: Buffer.from(CiphertextBlob).toString('base64') };
    },
    seal: async (dataKey, name, key) => sealCardKey(await plainOf(dataKey), name, key),
    open: async (dataKey, name, sealed) => openCardKey(await plainOf(dataKey), name, sealed),
  };
};
