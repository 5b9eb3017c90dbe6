import { createCipheriv, randomBytes } from 'node:crypto';
import { GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { clientSettings } from '../client-settings.ts';
import type { CardKeyName } from './card-keys.ts';
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

const format = Buffer.from([1]);

/**
 * Seals card keys where they come in. It needs kms:GenerateDataKey alone: whoever imports cards can open no key that
 * was imported before, nor one that it sealed a moment ago.
 */
export const connectCardSealer =
  (keyArn: string, client = new KMSClient(clientSettings)): CardSealer =>
  async (id) => {
    const EncryptionContext = { purpose: 'card-key', data_key_id: id };
    const command = new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext });
    const { CiphertextBlob, Plaintext } = await client.send(command);
    if (!CiphertextBlob || !Plaintext) throw new Error('KMS answered without a data key');
    const plaintext = Buffer.from(Plaintext);
    let isEnded = false;
    return {
      dataKey: { id, wrapped_base64: Buffer.from(CiphertextBlob).toString('base64') },
      seal: ({ iccid, version, use }, key) => {
        if (isEnded) throw new Error('The data key of this batch is gone');
        const nonce = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', plaintext, nonce);
        cipher.setAAD(Buffer.from(JSON.stringify(['card-key', id, iccid, version, use])));
        return Buffer.concat([format, nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString(
          'base64',
        );
      },
      end: () => {
        isEnded = true;
        for (const octets of [plaintext, Plaintext]) octets.fill(0);
      },
    };
  };
