import {
  DecryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import type { StoredContext, WrappedKey } from '#shared/domain/emm/stored-message.ts';
import { createKeyMemory, type KeyLimits } from '#shared/domain/key-memory.ts';
import { clientSettings } from '../client-settings.ts';

/** Whose data key, and of which epoch; 0 for what belongs to none. Bound to the ciphertext, and told to CloudTrail. */
export interface KeyOwner {
  readonly tenant: string;
  readonly epoch: number;
}

/** A data key for what is kept, in both its forms. */
export interface StorageKey {
  readonly dataKey: Uint8Array;
  readonly wrapped: WrappedKey;
}

/** The keys of EMMs: data keys that KMS makes and unwraps. Plaintexts stay in this process, for a while. */
export interface EmmKeys {
  /** A new key of an epoch, wrapped, base64: nobody has seen its plaintext. */
  makeEpochKey(owner: KeyOwner): Promise<string>;
  /** The same key wrapped anew, under what KMS wraps with by now. Its plaintext does not leave KMS. */
  rewrapEpochKey(owner: KeyOwner, wrappedBase64: string): Promise<string>;
  /** @param uses how many EMMs are going to be sealed with it. */
  epochKey(owner: KeyOwner, wrappedBase64: string, uses: number): Promise<Uint8Array>;
  /** A key under which something is to be kept. @param uses how many messages. */
  storageKey(owner: KeyOwner, uses: number): Promise<StorageKey>;
  /** The key of something that was kept. */
  openStorageKey(owner: KeyOwner, wrapped: WrappedKey): Promise<Uint8Array>;
}

export interface EmmKeyArns {
  /** Wraps the keys of epochs. */
  readonly emm: string;
  /** Wraps the keys of what is kept: commands and the keys of cards and groups. */
  readonly storage: string;
}

/** An hour without KMS is bridged; a key that was disabled stops working within it. */
const usualLimits: KeyLimits = { maxAgeMs: 60 * 60_000, maxUses: 1_000_000, maxKeys: 1_000 };

/** The context of an epoch's key: the key's policy demands the purpose, the ciphertext all of it. */
export const epochContext = ({ tenant, epoch }: KeyOwner): StoredContext => ({
  tenant,
  purpose: 'emm',
  epoch: `${epoch}`,
});

/** The context of what is kept. */
export const storageContext = ({ tenant, epoch }: KeyOwner): StoredContext => ({
  tenant,
  purpose: 'emm-data',
  epoch: `${epoch}`,
});

const demanded = (octets: Uint8Array | undefined): Uint8Array => {
  if (!octets) throw new Error('KMS answered without what was asked of it');
  return octets;
};

const base64 = (octets: Uint8Array | undefined): string => Buffer.from(demanded(octets)).toString('base64');

export const connectEmmKeys = (
  arns: EmmKeyArns,
  client = new KMSClient(clientSettings),
  limits: KeyLimits = usualLimits,
): EmmKeys => {
  const opened = createKeyMemory<Uint8Array>(limits);
  const made = createKeyMemory<StorageKey>(limits);

  // The key is named although KMS could tell it, so that a ciphertext of another key is refused.
  const decrypt = async (keyArn: string, ciphertext: Uint8Array, context: StoredContext): Promise<Uint8Array> => {
    const command = new DecryptCommand({
      KeyId: keyArn,
      CiphertextBlob: ciphertext,
      EncryptionContext: { ...context },
    });
    return demanded((await client.send(command)).Plaintext);
  };

  const generate = async (owner: KeyOwner): Promise<StorageKey> => {
    const context = storageContext(owner);
    const command = new GenerateDataKeyCommand({
      KeyId: arns.storage,
      KeySpec: 'AES_256',
      EncryptionContext: { ...context },
    });
    const { Plaintext, CiphertextBlob, KeyId } = await client.send(command);
    const wrapped = { provider: 'aws-kms', key_name: KeyId ?? arns.storage, ciphertext: demanded(CiphertextBlob) };
    return { dataKey: demanded(Plaintext), wrapped };
  };

  return {
    makeEpochKey: async (owner) => {
      const command = new GenerateDataKeyWithoutPlaintextCommand({
        KeyId: arns.emm,
        KeySpec: 'AES_256',
        EncryptionContext: { ...epochContext(owner) },
      });
      return base64((await client.send(command)).CiphertextBlob);
    },
    rewrapEpochKey: async (owner, wrapped) => {
      const context = { ...epochContext(owner) };
      const command = new ReEncryptCommand({
        CiphertextBlob: Buffer.from(wrapped, 'base64'),
        SourceKeyId: arns.emm,
        SourceEncryptionContext: context,
        DestinationKeyId: arns.emm,
        DestinationEncryptionContext: context,
      });
      return base64((await client.send(command)).CiphertextBlob);
    },
    epochKey: (owner, wrapped, uses) =>
      opened.take(`${owner.tenant} ${owner.epoch} ${wrapped}`, uses, () =>
        decrypt(arns.emm, Buffer.from(wrapped, 'base64'), epochContext(owner)),
      ),
    storageKey: (owner, uses) => made.take(`${owner.tenant} ${owner.epoch}`, uses, () => generate(owner)),
    openStorageKey: (owner, { ciphertext }) =>
      opened.take(`${owner.tenant} ${owner.epoch} ${Buffer.from(ciphertext).toString('base64')}`, 1, () =>
        decrypt(arns.storage, ciphertext, storageContext(owner)),
      ),
  };
};
