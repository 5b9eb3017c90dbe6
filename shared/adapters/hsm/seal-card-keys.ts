import { GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { clientSettings } from '../client-settings.ts';
import { type CardKeyName, cardKeyContext, sealCardKey } from './card-key-seal.ts';
import type { WrappedDataKey } from './hsm-backend.ts';

/** A batch of card keys on its way into the database. */
export interface CardSeal {
  /** To be stored beside what is sealed under it. */
  readonly dataKey: WrappedDataKey;
  /** @returns base64, as `CardKeys.open` reads it. @throws Error after the end. */
  seal(name: CardKeyName, key: Buffer): string;
  /** Overwrites the data key: nothing can be sealed under it any more, and nothing is kept that could open it. */
  end(): void;
}

/** Begins a batch under a new data key. */
export type CardSealer = (dataKeyId: string) => Promise<CardSeal>;

/**
 * Seals card keys where they come in. It needs kms:GenerateDataKey alone: whoever imports cards can open no key that
 * was imported before, nor one that it sealed a moment ago.
 */
export const connectCardSealer =
  (keyArn: string, client = new KMSClient(clientSettings)): CardSealer =>
  async (id) => {
    const EncryptionContext = cardKeyContext(id);
    const command = new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext });
    const { CiphertextBlob, Plaintext } = await client.send(command);
    if (!CiphertextBlob || !Plaintext) throw new Error('KMS answered without a data key');
    const plaintext = Buffer.from(Plaintext);
    let isEnded = false;
    return {
      dataKey: { id, wrapped_base64: Buffer.from(CiphertextBlob).toString('base64') },
      seal: (name, key) => {
        if (isEnded) throw new Error('The data key of this batch is gone');
        return sealCardKey({ id, key: plaintext }, name, key);
      },
      end: () => {
        isEnded = true;
        for (const octets of [plaintext, Plaintext]) octets.fill(0);
      },
    };
  };
