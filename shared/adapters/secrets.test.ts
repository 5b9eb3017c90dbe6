import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCredentials } from '../../local/services/credentials.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';
import { connectSecrets } from './secrets.ts';

const gate = createCredentials();
let service: SecretsManager;
let client: SecretsManagerClient;
let now = 0;

beforeAll(async () => {
  service = await startSecretsManager({ gate });
  const credentials = gate.issue('test');
  client = new SecretsManagerClient({ endpoint: service.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
});
afterAll(() => service.stop());

const connect = () => connectSecrets(client, () => now);

test('a secret is read once in five minutes, and a rotated one is noticed then', async () => {
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'rotated', SecretString: 'old' }));
  const secrets = connect();
  expect(await Promise.all([secrets(ARN), secrets(ARN)])).toEqual(['old', 'old']);
  await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: 'new' }));
  now += 299_999;
  expect(await secrets(ARN)).toBe('old');
  now += 1;
  expect(await secrets(ARN)).toBe('new');
});

test('a secret that is not there is a fault, and is found once it is', async () => {
  const secrets = connect();
  await expect(secrets('later')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await client.send(new CreateSecretCommand({ Name: 'later', SecretString: 'here' }));
  expect(await secrets('later')).toBe('here');
});
