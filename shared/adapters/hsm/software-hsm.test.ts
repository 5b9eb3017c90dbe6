import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../../../local/services/aws-json-server.ts';
import { createCredentials } from '../../../local/services/credentials.ts';
import { startKms } from '../../../local/services/kms.ts';
import { describeHsmConformance, type GivenKeyset } from '../../../test/support/hsm-conformance.ts';
import type { CardKeyName } from './card-key-seal.ts';
import { connectCardKeys } from './card-keys.ts';
import type { CardKeyset, WrappedDataKey } from './hsm-backend.ts';
import { packetHsm } from './packet-hsm.ts';
import { createSoftwareHsm } from './software-hsm.ts';

const gate = createCredentials();
let service: Endpoint;
let client: KMSClient;
let calls = 0;
let now = 0;

const start = async () => {
  service = await startKms({ gate });
  client = new KMSClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: gate.issue('test'),
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      calls += 1;
      return next(args);
    },
    { step: 'initialize' },
  );
};
const newKey = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
const connect = (keyArn: string) => connectCardKeys(keyArn, client, () => now);

describeHsmConformance('software', async () => {
  if (!service) await start();
  const cardKeys = connect(await newKey());
  const dataKey = await cardKeys.newDataKey('batch-1');
  const sealed = (name: CardKeyName, key: Buffer | null) => (key ? cardKeys.seal(dataKey, name, key) : null);
  return {
    hsm: packetHsm(createSoftwareHsm(cardKeys)),
    keysetOf: async ({ iccid, version, kic, kid }: GivenKeyset): Promise<CardKeyset> => {
      const location = {
        kind: 'sealed',
        dataKey,
        kic: await sealed({ iccid, version, use: 'kic' }, kic),
        kid: await sealed({ iccid, version, use: 'kid' }, kid),
      } as const;
      return { iccid, version, location };
    },
    stop: async () => {},
  };
});

beforeAll(async () => {
  if (!service) await start();
});
afterAll(async () => {
  client.destroy();
  await service.stop();
});

const name: CardKeyName = { iccid: '8949000000000000001', version: 1, use: 'kic' };
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

const sealedKey = async () => {
  const cardKeys = connect(await newKey());
  const dataKey = await cardKeys.newDataKey('batch-1');
  return { cardKeys, dataKey, sealed: await cardKeys.seal(dataKey, name, key) };
};

test('a sealed key opens for its card, version and use, and for no other', async () => {
  const { cardKeys, dataKey, sealed } = await sealedKey();
  expect(await cardKeys.open(dataKey, name, sealed)).toEqual(key);
  expect(await cardKeys.open(dataKey, { ...name, iccid: '8949000000000000002' }, sealed)).toBeUndefined();
  expect(await cardKeys.open(dataKey, { ...name, version: 2 }, sealed)).toBeUndefined();
  expect(await cardKeys.open(dataKey, { ...name, use: 'kid' }, sealed)).toBeUndefined();
  const another = await cardKeys.newDataKey('batch-2');
  expect(await cardKeys.open(another, name, sealed)).toBeUndefined();
});

test('a sealed key that was changed anywhere does not open', async () => {
  const { cardKeys, dataKey, sealed } = await sealedKey();
  const octets = Buffer.from(sealed, 'base64');
  for (let at = 0; at < octets.length; at += 1) {
    const changed = Buffer.from(octets);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await cardKeys.open(dataKey, name, changed.toString('base64'))).toBeUndefined();
  }
  for (const short of ['', 'AQ==', octets.subarray(0, 29).toString('base64')])
    expect(await cardKeys.open(dataKey, name, short)).toBeUndefined();
});

test('a data key is that of its id alone', async () => {
  const { cardKeys, dataKey, sealed } = await sealedKey();
  const renamed: WrappedDataKey = { ...dataKey, id: 'batch-2' };
  await expect(cardKeys.open(renamed, name, sealed)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
});

test('KMS is asked once for the cards of a batch, and again after five minutes', async () => {
  const { cardKeys, dataKey } = await sealedKey();
  const before = calls;
  for (let card = 0; card < 50; card += 1)
    await cardKeys.seal(dataKey, { ...name, iccid: `89490000000000000${card + 10}` }, key);
  expect(calls).toBe(before);
  now += 300_000;
  await cardKeys.seal(dataKey, name, key);
  expect(calls).toBe(before + 1);
});

test('a card key that KMS will not unwrap is a fault by which no counter was used', async () => {
  const keyArn = await newKey();
  const dataKey = await connect(keyArn).newDataKey('batch-1');
  await client.send(new DisableKeyCommand({ KeyId: keyArn }));
  const location = { kind: 'sealed', dataKey, kic: Buffer.alloc(45, 1).toString('base64'), kid: null } as const;
  const backend = createSoftwareHsm(connect(keyArn));
  const asked = 'primitives' in backend ? backend.primitives({ iccid: name.iccid, version: 1, location }) : null;
  await expect(asked).rejects.toMatchObject({ reason: 'hsm.unavailable', mayHaveUsedCounter: false });
});
