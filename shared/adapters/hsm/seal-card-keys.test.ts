import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../../../local/services/aws-json-server.ts';
import { createCredentials } from '../../../local/services/credentials.ts';
import { startKms } from '../../../local/services/kms.ts';
import { connectCardKeys } from './card-keys.ts';
import { connectCardSealer } from './seal-card-keys.ts';

const gate = createCredentials();
let service: Endpoint;
let client: KMSClient;
let keyArn: string;
beforeAll(async () => {
  service = await startKms({ gate });
  client = new KMSClient({ endpoint: service.url, region: 'eu-central-1', credentials: gate.issue('test') });
  keyArn = (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
});
afterAll(async () => {
  client.destroy();
  await service.stop();
});

const name = { iccid: '8949000000000003038', version: 1, use: 'kic' } as const;
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

test('what was sealed where it came in is opened where it is used, as the key of that card alone', async () => {
  const seal = await connectCardSealer(keyArn, client)('batch-1');
  const sealed = seal.seal(name, key);
  const cardKeys = connectCardKeys(keyArn, client);
  expect(await cardKeys.open(seal.dataKey, name, sealed)).toEqual(key);
  expect(await cardKeys.open(seal.dataKey, { ...name, use: 'kid' }, sealed)).toBeUndefined();
  expect(await cardKeys.open(seal.dataKey, { ...name, iccid: '8949000000000003039' }, sealed)).toBeUndefined();
  expect(Buffer.from(sealed, 'base64').includes(key)).toBe(false);
});

test('each batch has a data key of its own, and no two keys are sealed alike', async () => {
  const sealer = connectCardSealer(keyArn, client);
  const [one, other] = [await sealer('batch-2'), await sealer('batch-3')];
  expect(one.dataKey.wrapped_base64).not.toBe(other.dataKey.wrapped_base64);
  expect(one.seal(name, key)).not.toBe(one.seal(name, key));
});

test('after its end nothing more is sealed', async () => {
  const seal = await connectCardSealer(keyArn, client)('batch-4');
  seal.end();
  expect(() => seal.seal(name, key)).toThrow('gone');
});
