import type { NewFirstKey } from '#shared/adapters/first-keys.ts';
import type { KeySecrets } from '#shared/adapters/key-secret.ts';
import { firstKeyOf } from '#shared/domain/first-key.ts';

/** Whom the deployment makes a key for. */
export const firstKeys = {
  admin: { client_name: 'Operations', scopes: ['admin'], is_test: false, only_without_admin: true },
  canary: {
    client_name: 'Canary',
    scopes: ['messages:read', 'messages:write'],
    is_test: true,
    only_without_admin: false,
  },
} as const satisfies Readonly<Record<string, Partial<NewFirstKey>>>;

export type FirstKeyPurpose = keyof typeof firstKeys;

export interface FirstKeyWorld {
  readonly secrets: KeySecrets;
  pepper(): Promise<string>;
  hash(secret: string): Promise<string>;
  newId(): string;
  /** @returns whether the key is in the database, from now or from before. */
  write(key: NewFirstKey): Promise<boolean>;
}

export interface FirstKeyRequest {
  readonly purpose: FirstKeyPurpose;
  /** The secret that holds the seed, and is given the key. */
  readonly secretArn: string;
  readonly correlationId: string;
}

/**
 * Issues a key and puts it into its secret. Everything follows from the seed in the secret, so that whoever repeats it,
 * after any step, ends with the one key in both places; and it is the last to say what the secret holds: a seed that an
 * operator has removed makes no key.
 */
export const issueFirstKey = async (
  world: FirstKeyWorld,
  { purpose, secretArn, correlationId }: FirstKeyRequest,
): Promise<'issued' | 'kept' | 'not-needed'> => {
  const held = await world.secrets.read(secretArn);
  if (held.api_key !== undefined || held.seed === undefined) return 'kept';
  const wanted = firstKeys[purpose];
  const { keyId, secret, apiKey } = firstKeyOf(held.seed, await world.pepper(), wanted.is_test);
  const isThere = await world.write({
    ...wanted,
    key_id: keyId,
    secret_hash: await world.hash(secret),
    client_id: world.newId(),
    correlation_id: correlationId,
  });
  if (!isThere) return 'not-needed';
  await world.secrets.put(secretArn, { seed: held.seed, api_key: apiKey });
  return 'issued';
};
