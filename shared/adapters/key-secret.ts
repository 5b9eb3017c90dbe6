import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { clientSettings } from './client-settings.ts';

/** What a secret with a first key holds: the seed from its making, and the key from when it is in the database. */
const KeySecret = z.object({ seed: z.string().optional(), api_key: z.string().optional() });
export type KeySecret = z.infer<typeof KeySecret>;

export interface KeySecrets {
  /** Asks Secrets Manager each time. @throws SyntaxError or ZodError when it holds something else. */
  read(arn: string): Promise<KeySecret>;
  put(arn: string, value: KeySecret): Promise<void>;
}

export const connectKeySecrets = (client = new SecretsManagerClient(clientSettings)): KeySecrets => ({
  read: async (arn) => {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    return KeySecret.parse(JSON.parse(SecretString));
  },
  put: async (arn, value) => {
    await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(value) }));
  },
});
