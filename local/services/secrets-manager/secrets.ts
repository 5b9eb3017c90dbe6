import { randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { StateFile } from '../state-file.ts';

const Version = z.object({
  id: z.string(),
  createdAt: z.number(),
  stages: z.array(z.string()),
  /** Exactly one of these; the binary in base64. */
  text: z.string().optional(),
  binary: z.string().optional(),
});
export type Version = z.infer<typeof Version>;

const Secret = z.object({
  name: z.string(),
  arn: z.string(),
  description: z.string().optional(),
  kmsKeyId: z.string().optional(),
  /** Times in milliseconds since 1970. */
  createdAt: z.number(),
  changedAt: z.number(),
  deletedAt: z.number().optional(),
  versions: z.array(Version),
});
export type Secret = z.infer<typeof Secret>;

export const SecretState = z.object({ secrets: z.array(Secret) });
export type SecretState = z.infer<typeof SecretState>;

export type Value = Pick<Version, 'text' | 'binary'>;

export interface Secrets {
  /** A new ARN for a secret of this name: what a right to make it is judged by. */
  arnOf(name: string): string;
  create(name: string, details: Pick<Secret, 'description' | 'kmsKeyId'>): Secret;
  /**
   * By name, ARN, or ARN without its six last characters; also a deleted one.
   *
   * @throws AwsError ResourceNotFoundException
   */
  find(id: string): Secret;
  /** @throws AwsError InvalidRequestException when the secret is deleted. */
  findLiving(id: string): Secret;
  /**
   * Adds a version under its stages, which the versions before it lose; AWSCURRENT leaves AWSPREVIOUS behind.
   * The same token with the same value again changes nothing.
   *
   * @throws AwsError ResourceExistsException when the token stands for another value.
   */
  put(secret: Secret, value: Value, token: string | undefined, stages?: readonly string[]): Version;
  remove(secret: Secret): void;
  save(): void;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const randomText = (length: number, from = letters): string =>
  Array.from({ length }, () => from[randomInt(from.length)]).join('');

const versionWith = (secret: Secret, stage: string) => secret.versions.find(({ stages }) => stages.includes(stage));

const moveStage = (secret: Secret, version: Version, stage: string): void => {
  const holder = versionWith(secret, stage);
  if (holder === version) return;
  for (const other of secret.versions) other.stages = other.stages.filter((given) => given !== stage);
  version.stages.push(stage);
  if (stage === 'AWSCURRENT' && holder) moveStage(secret, holder, 'AWSPREVIOUS');
};

const putVersion = (secret: Secret, value: Value, token: string | undefined, stages: readonly string[]): Version => {
  const known = secret.versions.find(({ id }) => id === token);
  if (known && (known.text !== value.text || known.binary !== value.binary)) {
    throw new AwsError('ResourceExistsException', `A resource with the ID ${token} already exists.`);
  }
  const version: Version = known ?? { id: token ?? randomUUID(), createdAt: Date.now(), stages: [], ...value };
  if (!known) secret.versions.push(version);
  for (const stage of stages) moveStage(secret, version, stage);
  // A version without a stage is deprecated, and AWS removes it in time.
  secret.versions = secret.versions.filter(({ stages: left }) => left.length > 0);
  secret.changedAt = Date.now();
  return version;
};

/** The secrets of one account and region, those whose deletion has come due removed. */
export const openSecrets = (file: StateFile<SecretState>, account: string, region: string): Secrets => {
  const { state } = file;
  state.secrets = state.secrets.filter(({ deletedAt }) => deletedAt === undefined || deletedAt > Date.now());
  const prefix = `arn:aws:secretsmanager:${region}:${account}:secret:`;
  const find = (id: string): Secret => {
    const found = state.secrets.find(({ name, arn }) => id === name || id === arn || id === `${prefix}${name}`);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  };
  const arnOf = (name: string): string => `${prefix}${name}-${randomText(6)}`;
  return {
    arnOf,
    find,
    findLiving: (id) => {
      const secret = find(id);
      if (secret.deletedAt === undefined) return secret;
      throw new AwsError('InvalidRequestException', 'The secret was marked for deletion.');
    },
    create: (name, details) => {
      const taken = state.secrets.find((secret) => secret.name === name);
      if (taken?.deletedAt !== undefined) {
        throw new AwsError('InvalidRequestException', 'A secret with this name is already scheduled for deletion.');
      }
      if (taken) throw new AwsError('ResourceExistsException', `The secret ${name} already exists.`);
      const now = Date.now();
      const secret: Secret = { name, arn: arnOf(name), ...details, createdAt: now, changedAt: now, versions: [] };
      state.secrets.push(secret);
      file.save();
      return secret;
    },
    put: (secret, value, token, stages = ['AWSCURRENT']) => {
      const version = putVersion(secret, value, token, stages);
      file.save();
      return version;
    },
    remove: (secret) => {
      state.secrets = state.secrets.filter((other) => other !== secret);
      file.save();
    },
    save: () => file.save(),
  };
};
