import { randomBytes, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { StateFile } from '../state-file.ts';

const Key = z.object({
  id: z.uuid(),
  description: z.string(),
  usage: z.enum(['ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC']),
  state: z.enum(['Enabled', 'Disabled', 'PendingDeletion']),
  /** Times in milliseconds since 1970. */
  createdAt: z.number(),
  deletedAt: z.number().optional(),
  rotationPeriodDays: z.number().optional(),
  rotationEnabledAt: z.number().optional(),
  /** The key material (base64 of 32 bytes), oldest first: encryption takes the last, decryption the one it was made with. */
  material: z.array(z.string()).min(1),
});
export type Key = z.infer<typeof Key>;

export const KeyState = z.object({ keys: z.array(Key), aliases: z.record(z.string(), z.string()) });
export type KeyState = z.infer<typeof KeyState>;

export interface Keys {
  readonly prefix: string;
  arnOf(key: Key): string;
  create(usage: Key['usage'], description: string): Key;
  /** @throws AwsError AlreadyExistsException when the alias is taken. */
  addAlias(alias: string, key: Key): void;
  /**
   * The key behind an id, ARN, alias or alias ARN.
   *
   * @throws AwsError NotFoundException
   */
  find(name: string): Key;
  byId(id: string): Key | undefined;
  /**
   * Gives the key new material; what older material sealed still opens.
   *
   * @throws AwsError LimitExceededException after 25 times, as on AWS.
   */
  rotate(key: Key): void;
  save(): void;
}

/** @throws AwsError unless the key is enabled and made for that. */
export const demandUsable = (keys: Keys, key: Key, usage: Key['usage']): void => {
  const arn = keys.arnOf(key);
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${arn} is disabled.`);
  if (key.state === 'PendingDeletion') throw new AwsError('KMSInvalidStateException', `${arn} is pending deletion.`);
  if (key.usage !== usage) {
    throw new AwsError(
      'InvalidKeyUsageException',
      `${arn} key usage is ${key.usage} which is not valid for this call.`,
    );
  }
};

/** The keys of one account and region, those whose deletion has come due removed. */
export const openKeys = (file: StateFile<KeyState>, account: string, region: string): Keys => {
  const prefix = `arn:aws:kms:${region}:${account}:`;
  const { state } = file;
  state.keys = state.keys.filter(({ deletedAt }) => deletedAt === undefined || deletedAt > Date.now());
  const byId = (id: string) => state.keys.find((key) => key.id === id);
  const notFound = (message: string) => new AwsError('NotFoundException', message);
  return {
    prefix,
    arnOf: ({ id }) => `${prefix}key/${id}`,
    byId,
    save: () => file.save(),
    create: (usage, description) => {
      const material = [randomBytes(32).toString('base64')];
      const key: Key = { id: randomUUID(), description, usage, state: 'Enabled', createdAt: Date.now(), material };
      state.keys.push(key);
      file.save();
      return key;
    },
    rotate: (key) => {
      if (key.material.length > 25) {
        throw new AwsError('LimitExceededException', 'The on-demand rotations of this key are used up.');
      }
      key.material.push(randomBytes(32).toString('base64'));
      file.save();
    },
    addAlias: (alias, key) => {
      if (Object.hasOwn(state.aliases, alias)) {
        throw new AwsError('AlreadyExistsException', `An alias with the name ${prefix}${alias} already exists`);
      }
      state.aliases[alias] = key.id;
      file.save();
    },
    find: (name) => {
      const local = name.startsWith(prefix) ? name.slice(prefix.length) : name;
      if (local.startsWith('alias/')) {
        const key = byId(state.aliases[local] ?? '');
        if (key) return key;
        throw notFound(`Alias ${prefix}${local} is not found.`);
      }
      const key = byId(local.startsWith('key/') && local !== name ? local.slice('key/'.length) : local);
      if (key) return key;
      throw notFound(`Key '${name.startsWith('arn:') ? name : `${prefix}key/${name}`}' does not exist`);
    },
  };
};
