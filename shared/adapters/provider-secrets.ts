import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ProviderSecret } from '#shared/contracts/providers.ts';
import { clientSettings } from './client-settings.ts';

/** The passwords of providers: a secret for each, `<prefix><name>`. */
export interface ProviderSecrets {
  /** Writes it, whether there is a secret already or not. */
  put(name: string, password: string): Promise<void>;
  /** Asks Secrets Manager each time; null when there is no secret. @throws ZodError when it holds something else. */
  read(name: string): Promise<string | null>;
  /** For good; nothing happens when there is none. */
  remove(name: string): Promise<void>;
}

const orNull = (error: unknown): null => {
  if (error instanceof ResourceNotFoundException) return null;
  throw error;
};

/** @param prefix what the names of these secrets begin with: `signalbox-<stage>/providers/`. */
export const connectProviderSecrets = (
  prefix: string,
  client = new SecretsManagerClient(clientSettings),
): ProviderSecrets => {
  const replace = (name: string, SecretString: string) =>
    client.send(new PutSecretValueCommand({ SecretId: `${prefix}${name}`, SecretString }));
  return {
    put: async (name, password) => {
      const SecretString = JSON.stringify({ password } satisfies ProviderSecret);
      if (await replace(name, SecretString).catch(orNull)) return;
      const Description = `What Signalbox and its provider ${name} know of each other.`;
      await client
        .send(new CreateSecretCommand({ Name: `${prefix}${name}`, Description, SecretString }))
        .catch((error: unknown) => {
          // Somebody else has just made it.
          if (error instanceof ResourceExistsException) return replace(name, SecretString);
          throw error;
        });
    },
    read: async (name) => {
      const found = await client.send(new GetSecretValueCommand({ SecretId: `${prefix}${name}` })).catch(orNull);
      return found && ProviderSecret.parse(JSON.parse(found.SecretString ?? '')).password;
    },
    remove: async (name) => {
      const SecretId = `${prefix}${name}`;
      await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })).catch(orNull);
    },
  };
};
