import { randomBytes } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import bcrypt from 'bcryptjs';
import { issueApiKey, toBase32 } from '#shared/domain/api-key.ts';
import type { Stage } from '../../infra/config.ts';
import { namesOf } from '../../infra/names.ts';
import type { DevCloud } from '../../local/cloud/dev-cloud.ts';
import { createClient } from './clients.ts';
import type { TestDatabase } from './database.ts';

export interface IssuedClient {
  readonly clientId: string;
  readonly apiKey: string;
}

export interface WantedClient {
  readonly creditCents: number;
  readonly scopes?: readonly string[];
  readonly isTest?: boolean;
  readonly limits?: { readonly ratePerSecond: number; readonly burst: number };
  /** Whose pepper its key is made with. Default `local`. */
  readonly stage?: Stage;
}

/** Where secrets are read from, and as whom. */
export interface KeyIssuer extends Pick<DevCloud, 'operatorCredentials'> {
  readonly endpoints: Pick<DevCloud['endpoints'], 'secretsManager'>;
}

const pepperOf = async ({ endpoints, operatorCredentials }: KeyIssuer, stage: Stage): Promise<string> => {
  const client = new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: endpoints.secretsManager,
    credentials: operatorCredentials,
  });
  const { SecretString = '' } = await client.send(
    new GetSecretValueCommand({ SecretId: namesOf(stage).secret('key-check') }),
  );
  client.destroy();
  return SecretString;
};

/** Makes a client as an operator would, with a key of its own; it is called back nowhere. */
export const issueClient = async (
  cloud: KeyIssuer,
  database: Pick<TestDatabase, 'query'>,
  { creditCents, scopes = ['messages:read', 'messages:write'], isTest = false, limits, stage = 'local' }: WantedClient,
): Promise<IssuedClient> => {
  const clientId = await createClient(database, { creditCents, ...(limits ? { limits } : {}) });
  const keyId = toBase32(randomBytes(8));
  const secret = toBase32(randomBytes(20));
  // The least rounds bcrypt has: the hash guards nothing here.
  await database.query(
    'INSERT INTO api_keys (id, client_id, secret_hash, scopes, is_test) VALUES ($1, $2, $3, $4, $5)',
    [keyId, clientId, await bcrypt.hash(secret, 4), scopes, isTest],
  );
  return { clientId, apiKey: issueApiKey({ keyId, secret, pepper: await pepperOf(cloud, stage), test: isTest }) };
};
