import { fileURLToPath } from 'node:url';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { compare, hash } from 'bcryptjs';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { writeFirstKey } from '#shared/adapters/first-keys.ts';
import { connectKeySecrets, type KeySecrets } from '#shared/adapters/key-secret.ts';
import { isGenuine, parseApiKey } from '#shared/domain/api-key.ts';
import {
  type FirstKeyPurpose,
  type FirstKeyWorld,
  issueFirstKey,
} from '../../lambdas/issue-first-key/issue-first-key.ts';
import { createCredentials } from '../../local/services/credentials.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

const pepper = 'pepper';
const seed = 'a'.repeat(64);
let database: TestDatabase;
let service: SecretsManager;
let client: SecretsManagerClient;
let secrets: KeySecrets;

beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
  const gate = createCredentials();
  service = await startSecretsManager({ gate });
  const credentials = gate.issue('test');
  client = new SecretsManagerClient({ endpoint: service.url, region: 'eu-central-1', credentials });
  secrets = connectKeySecrets(client);
});
afterAll(async () => {
  client?.destroy();
  await service?.stop();
  await database?.stop();
});
beforeEach(async () => {
  await database.query('DELETE FROM api_keys');
  await database.query('DELETE FROM clients');
});

const newSecret = async (value: object = { seed }): Promise<string> => {
  const command = new CreateSecretCommand({ Name: uuidV7(), SecretString: JSON.stringify(value) });
  return (await client.send(command)).ARN ?? '';
};

const world = (others: Partial<FirstKeyWorld> = {}): FirstKeyWorld => ({
  secrets,
  pepper: async () => pepper,
  hash: (secret) => hash(secret, 4),
  newId: uuidV7,
  write: (key) => writeFirstKey(database.sql, key),
  ...others,
});

const issue = (secretArn: string, purpose: FirstKeyPurpose = 'admin', others: Partial<FirstKeyWorld> = {}) =>
  issueFirstKey(world(others), { purpose, secretArn, correlationId: 'deploy-1' });

const keys = () =>
  database.query<{ id: string; secret_hash: string; scopes: string[]; is_test: boolean }>('SELECT * FROM api_keys');

test('the first admin key is in the database and in its secret, and says in the audit log that it came', async () => {
  const arn = await newSecret();
  expect(await issue(arn)).toBe('issued');
  const key = parseApiKey((await secrets.read(arn)).api_key ?? '');
  const [row, ...others] = await keys();
  expect(others).toEqual([]);
  expect(key && isGenuine(key, pepper)).toBe(true);
  expect(row).toMatchObject({ id: key?.keyId, scopes: ['admin'], is_test: false });
  expect(await compare(key?.secret ?? '', row?.secret_hash ?? '')).toBe(true);
  expect(
    await database.query('SELECT action, actor_key_id FROM audit_entries WHERE subject = $1', [
      `api_key ${key?.keyId}`,
    ]),
  ).toEqual([{ action: 'api_key.issued', actor_key_id: key?.keyId }]);
});

test('another deployment makes no other key, whoever else repeats it and however many do', async () => {
  const arn = await newSecret();
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => issue(arn)));
  expect(outcomes).not.toContain('not-needed');
  const first = (await secrets.read(arn)).api_key;
  expect(await issue(arn)).toBe('kept');
  expect((await secrets.read(arn)).api_key).toBe(first);
  expect(await keys()).toHaveLength(1);
  expect(await database.query('SELECT name FROM clients')).toEqual([{ name: 'Operations' }]);
});

test('a deployment that died between the database and the secret is finished by the next one', async () => {
  const arn = await newSecret();
  const put = () => Promise.reject(new Error('died'));
  await expect(issue(arn, 'admin', { secrets: { ...secrets, put } })).rejects.toThrow('died');
  expect(await secrets.read(arn)).toEqual({ seed });
  expect(await issue(arn)).toBe('issued');
  const key = parseApiKey((await secrets.read(arn)).api_key ?? '');
  const [row] = await keys();
  expect(await compare(key?.secret ?? '', row?.secret_hash ?? '')).toBe(true);
});

test('where somebody has an admin key, be it a revoked one, none is made and the secret stays without', async () => {
  const arn = await newSecret();
  await database.query(
    `INSERT INTO api_keys (id, client_id, secret_hash, scopes, revoked_at) VALUES ('x', $1, 'h', '{admin}', now())`,
    [uuidV7()],
  );
  expect(await issue(arn)).toBe('not-needed');
  expect(await secrets.read(arn)).toEqual({ seed });
  expect(await keys()).toHaveLength(1);
});

test('a secret that was emptied makes no key', async () => {
  const arn = await newSecret();
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: '{}' }));
  expect(await issue(arn)).toBe('kept');
  expect(await keys()).toEqual([]);
});

test('the canary has a test key of its own, beside whatever admin keys there are', async () => {
  expect(await issue(await newSecret())).toBe('issued');
  const arn = await newSecret({ seed: 'b'.repeat(64) });
  expect(await issue(arn, 'canary')).toBe('issued');
  expect((await secrets.read(arn)).api_key).toMatch(/^sbk_test_/);
  expect((await keys()).find(({ is_test }) => is_test)?.scopes).toEqual(['messages:read', 'messages:write']);
});
