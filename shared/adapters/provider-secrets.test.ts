import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCredentials } from '../../local/services/credentials.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';
import { connectProviderSecrets, type ProviderSecrets } from './provider-secrets.ts';

const gate = createCredentials();
let directory: string;
let service: SecretsManager;
let secrets: ProviderSecrets;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-provider-secrets-'));
  service = await startSecretsManager({ gate, directory });
  const client = new SecretsManagerClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: gate.issue('test'),
    maxAttempts: 1,
  });
  secrets = connectProviderSecrets('signalbox-test/providers/', client);
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true, force: true });
});

test('a password is written whether there was one or not, and read as it is now', async () => {
  expect(await secrets.read('carrier')).toBeNull();
  await secrets.put('carrier', 'first');
  expect(await service.currentText('signalbox-test/providers/carrier')).toBe('{"password":"first"}');
  await secrets.put('carrier', 'second');
  expect(await secrets.read('carrier')).toBe('second');
});

test('written by two at once it is one of them', async () => {
  await Promise.all([secrets.put('both', 'one'), secrets.put('both', 'two')]);
  expect(['one', 'two']).toContain(await secrets.read('both'));
});

test('a password that was removed is gone, its removal again nothing, and its name free', async () => {
  await secrets.put('gone', 'first');
  await secrets.remove('gone');
  await secrets.remove('gone');
  expect(await secrets.read('gone')).toBeNull();
  await secrets.put('gone', 'again');
  expect(await secrets.read('gone')).toBe('again');
});
