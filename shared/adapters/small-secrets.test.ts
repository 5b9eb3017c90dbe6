import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../../local/services/aws-json-server.ts';
import { createCredentials } from '../../local/services/credentials.ts';
import { startKms } from '../../local/services/kms.ts';
import { connectSmallSecrets } from './small-secrets.ts';

const gate = createCredentials();
let service: Endpoint;
let client: KMSClient;
let now = 0;

beforeAll(async () => {
  service = await startKms({ gate });
  const credentials = gate.issue('test');
  client = new KMSClient({ endpoint: service.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
});
afterAll(() => service.stop());

const newKey = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
const connect = (keyArn: string) => connectSmallSecrets(keyArn, client, () => now);
const plaintext = Buffer.from('whsec_secret');
const context = { client_id: 'c', purpose: 'callback-signing' };

test('what was encrypted is decrypted under the same context, in any order of its names', async () => {
  const secrets = connect(await newKey());
  const ciphertext = await secrets.encrypt(plaintext, context);
  expect(ciphertext).not.toContain('whsec');
  expect(await secrets.decrypt(ciphertext, { purpose: 'callback-signing', client_id: 'c' })).toEqual(plaintext);
});

test('another context opens nothing, also after the right one did', async () => {
  const secrets = connect(await newKey());
  const ciphertext = await secrets.encrypt(plaintext, context);
  await secrets.decrypt(ciphertext, context);
  await expect(secrets.decrypt(ciphertext, { ...context, client_id: 'd' })).rejects.toMatchObject({
    name: 'InvalidCiphertextException',
  });
});

test('a ciphertext of another key is refused', async () => {
  const ciphertext = await connect(await newKey()).encrypt(plaintext, context);
  await expect(connect(await newKey()).decrypt(ciphertext, context)).rejects.toMatchObject({
    name: 'IncorrectKeyException',
  });
});

test('a plaintext is remembered for five minutes and no longer', async () => {
  const keyArn = await newKey();
  const secrets = connect(keyArn);
  const ciphertext = await secrets.encrypt(plaintext, context);
  await secrets.decrypt(ciphertext, context);
  await client.send(new DisableKeyCommand({ KeyId: keyArn }));
  now += 299_999;
  expect(await secrets.decrypt(ciphertext, context)).toEqual(plaintext);
  now += 1;
  await expect(secrets.decrypt(ciphertext, context)).rejects.toMatchObject({ name: 'DisabledException' });
});
