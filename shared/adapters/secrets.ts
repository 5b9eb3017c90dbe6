import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createBoundedMemory, rememberedOr } from '#shared/domain/bounded-memory.ts';
import { clientSettings } from './client-settings.ts';

/** Gives the secret's current text. */
export type Secrets = (arn: string) => Promise<string>;

/** A rotated secret is noticed within this time. */
const maxAgeMs = 5 * 60_000;

/**
 * Secrets Manager, asked at most once in five minutes for each secret.
 *
 * @throws Error when the secret holds bytes rather than text, and the SDK's own errors.
 */
export const connectSecrets = (client = new SecretsManagerClient(clientSettings), now = Date.now): Secrets => {
  const memory = createBoundedMemory<Promise<string>>({ maxEntries: 100, maxAgeMs, now });
  const load = async (arn: string) => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString === undefined) throw new Error(`The secret ${arn} holds no text`);
    return SecretString;
  };
  return (arn) => rememberedOr(memory, arn, () => load(arn));
};
