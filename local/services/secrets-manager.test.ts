import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  type GetRandomPasswordCommandInput,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCredentials } from './credentials.ts';
import { type SecretsManager, startSecretsManager } from './secrets-manager.ts';

const gate = createCredentials();
let directory: string;
let service: SecretsManager;
let client: SecretsManagerClient;

const start = async () => {
  service = await startSecretsManager({ gate, directory });
  client = new SecretsManagerClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: gate.issue('test'),
    maxAttempts: 1,
  });
};
const create = (Name: string, SecretString = 'first') => client.send(new CreateSecretCommand({ Name, SecretString }));
const read = (SecretId: string, VersionStage?: string) =>
  client.send(new GetSecretValueCommand({ SecretId, VersionStage }));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-secrets-'));
  await start();
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true, force: true });
});

test('a secret is read by name, ARN, and ARN without its last six characters', async () => {
  const { ARN = '' } = await create('app/login');
  expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-central-1:000000000000:secret:app\/login-[A-Za-z0-9]{6}$/);
  for (const id of ['app/login', ARN, ARN.slice(0, -7)]) {
    expect(await read(id)).toMatchObject({ ARN, Name: 'app/login', SecretString: 'first' });
    expect(await service.currentText(id)).toBe('first');
  }
  await expect(read('app')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(create('app/login')).rejects.toMatchObject({ name: 'ResourceExistsException' });
});

test('a new value is current, and the one before it previous', async () => {
  await create('versioned');
  for (const SecretString of ['second', 'third']) {
    await client.send(new PutSecretValueCommand({ SecretId: 'versioned', SecretString }));
  }
  expect(await read('versioned')).toMatchObject({ SecretString: 'third', VersionStages: ['AWSCURRENT'] });
  expect(await read('versioned', 'AWSPREVIOUS')).toMatchObject({ SecretString: 'second' });
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 'versioned' }));
  expect(
    Object.values(VersionIdsToStages ?? {})
      .flat()
      .toSorted(),
  ).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
});

test('the same token twice makes one version, and another value under it is refused', async () => {
  await create('tokens');
  const once = { SecretId: 'tokens', SecretString: 'a', ClientRequestToken: 'x'.repeat(32) };
  await client.send(new PutSecretValueCommand(once));
  await client.send(new PutSecretValueCommand(once));
  expect(await read('tokens', 'AWSPREVIOUS')).toMatchObject({ SecretString: 'first' });
  await expect(client.send(new PutSecretValueCommand({ ...once, SecretString: 'b' }))).rejects.toMatchObject({
    name: 'ResourceExistsException',
  });
});

test('binary values and updates keep their form', async () => {
  const SecretBinary = new Uint8Array([0, 255, 1]);
  await client.send(new CreateSecretCommand({ Name: 'binary', SecretBinary }));
  const answer = await read('binary');
  expect(answer.SecretBinary).toEqual(SecretBinary);
  expect(answer.SecretString).toBeUndefined();
  await client.send(new UpdateSecretCommand({ SecretId: 'binary', SecretString: 'text', Description: 'now text' }));
  expect(await read('binary')).toMatchObject({ SecretString: 'text' });
});

test('a deleted secret is not read, can be restored, and is gone when deleted by force', async () => {
  await create('doomed');
  await client.send(new DeleteSecretCommand({ SecretId: 'doomed', RecoveryWindowInDays: 7 }));
  await expect(read('doomed')).rejects.toMatchObject({ name: 'InvalidRequestException' });
  await client.send(new RestoreSecretCommand({ SecretId: 'doomed' }));
  expect(await read('doomed')).toMatchObject({ SecretString: 'first' });
  await client.send(new DeleteSecretCommand({ SecretId: 'doomed', ForceDeleteWithoutRecovery: true }));
  await expect(read('doomed')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await create('doomed');
});

test('secrets outlive a restart', async () => {
  const { ARN = '' } = await create('kept', 'value');
  await service.stop();
  await start();
  expect(await read(ARN)).toMatchObject({ SecretString: 'value' });
});

test.each<[GetRandomPasswordCommandInput, RegExp]>([
  [{}, /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w])[!-~]{32}$/],
  [{ PasswordLength: 12, ExcludePunctuation: true }, /^[A-Za-z0-9]{12}$/],
  [{ ExcludeCharacters: 'aeiou"@/\\', ExcludeNumbers: true, ExcludeUppercase: true }, /^[^aeiou"@/\\0-9A-Z]{32}$/],
])('a random password keeps the rules %j', async (rules, form) => {
  expect((await client.send(new GetRandomPasswordCommand(rules))).RandomPassword).toMatch(form);
});
