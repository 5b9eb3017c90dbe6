import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateMacCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoint } from './aws-json-server.ts';
import { createCredentials } from './credentials.ts';
import type { Call } from './gate.ts';
import { startKms } from './kms.ts';

const calls: Call[] = [];
const denied = new Set<string>();
const credentials = createCredentials((call) => {
  calls.push(call);
  return denied.has(call.action) ? { allowed: false, reason: 'because no policy allows it' } : { allowed: true };
});

let directory: string;
let kms: Endpoint;
let client: KMSClient;
let keyId: string;
let keyArn: string;

const connect = (accessKey = credentials.issue('role/test')) =>
  new KMSClient({ endpoint: kms.url, region: 'eu-central-1', credentials: accessKey, maxAttempts: 1 });
const bytes = (text: string) => new TextEncoder().encode(text);
const encrypt = async (Plaintext: Uint8Array, EncryptionContext?: Record<string, string>, KeyId = keyId) =>
  (await client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }))).CiphertextBlob ?? new Uint8Array();
const decrypt = async (CiphertextBlob: Uint8Array, EncryptionContext?: Record<string, string>, KeyId?: string) =>
  (await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }))).Plaintext;
const createKey = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-kms-'));
  kms = await startKms({ gate: credentials, directory });
  client = connect();
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description: 'for tests' }));
  keyId = KeyMetadata?.KeyId ?? '';
  keyArn = KeyMetadata?.Arn ?? '';
  await client.send(new CreateAliasCommand({ AliasName: 'alias/test', TargetKeyId: keyId }));
});
afterAll(async () => {
  await kms.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('ciphertexts', () => {
  test('open with the same context, in whatever order', async () => {
    const sealed = await encrypt(bytes('secret'), { a: '1', b: '2' });
    expect(await decrypt(sealed, { b: '2', a: '1' })).toEqual(bytes('secret'));
  });

  test('do not open with another context, another byte, or cut short', async () => {
    const sealed = await encrypt(bytes('secret'), { a: '1' });
    const invalid = { name: 'InvalidCiphertextException' };
    await expect(decrypt(sealed)).rejects.toMatchObject(invalid);
    await expect(decrypt(sealed, { a: '2' })).rejects.toMatchObject(invalid);
    await expect(decrypt(sealed.slice(0, 30), { a: '1' })).rejects.toMatchObject(invalid);
    for (let at = 0; at < sealed.length; at += 7) {
      const tampered = sealed.map((byte, i) => (i === at ? byte ^ 1 : byte));
      await expect(decrypt(tampered, { a: '1' })).rejects.toMatchObject(invalid);
    }
  });

  test('made before a rotation still open, and new ones differ in key material', async () => {
    const before = await encrypt(bytes('old'));
    await client.send(new RotateKeyOnDemandCommand({ KeyId: keyId }));
    const after = await encrypt(bytes('new'));
    expect(await decrypt(before)).toEqual(bytes('old'));
    expect(await decrypt(after)).toEqual(bytes('new'));
    expect(before.slice(0, 21)).not.toEqual(after.slice(0, 21));
  });

  test('outlive a restart, as do aliases', async () => {
    const sealed = await encrypt(bytes('kept'));
    await kms.stop();
    kms = await startKms({ gate: credentials, directory });
    client = connect();
    expect(await decrypt(sealed, undefined, 'alias/test')).toEqual(bytes('kept'));
  });

  test('are opened by the key that sealed them only', async () => {
    await expect(decrypt(await encrypt(bytes('x')), undefined, await createKey())).rejects.toMatchObject({
      name: 'IncorrectKeyException',
    });
  });

  test('are moved to another key and context by ReEncrypt', async () => {
    const sealed = await encrypt(bytes('moved'), { a: '1' });
    const DestinationKeyId = await createKey();
    const moved = await client.send(
      new ReEncryptCommand({
        CiphertextBlob: sealed,
        SourceEncryptionContext: { a: '1' },
        DestinationKeyId,
        DestinationEncryptionContext: { b: '2' },
      }),
    );
    expect(await decrypt(moved.CiphertextBlob ?? new Uint8Array(), { b: '2' }, DestinationKeyId)).toEqual(
      bytes('moved'),
    );
  });
});

test('a data key opens to what was given in clear, and can be made without it', async () => {
  const made = await client.send(new GenerateDataKeyCommand({ KeyId: 'alias/test', KeySpec: 'AES_256' }));
  expect(made.Plaintext).toHaveLength(32);
  expect(await decrypt(made.CiphertextBlob ?? new Uint8Array())).toEqual(made.Plaintext);
  const blind = await client.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId: keyArn, NumberOfBytes: 64 }));
  expect(blind).not.toHaveProperty('Plaintext');
  expect(await decrypt(blind.CiphertextBlob ?? new Uint8Array())).toHaveLength(64);
  await expect(client.send(new GenerateDataKeyCommand({ KeyId: keyId }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

test('a key is known by id, ARN, alias and alias ARN', async () => {
  for (const KeyId of [keyId, keyArn, 'alias/test', keyArn.replace(/:key\/.*/, ':alias/test')]) {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ Arn: keyArn, Enabled: true, KeyState: 'Enabled' });
    expect(KeyMetadata?.CreationDate).toBeInstanceOf(Date);
  }
  for (const KeyId of ['alias/none', 'test', keyArn.replace('eu-central-1', 'eu-west-1')]) {
    await expect(client.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({ name: 'NotFoundException' });
  }
});

test('a disabled key and one to be deleted do nothing', async () => {
  const KeyId = await createKey();
  const sealed = await encrypt(bytes('x'), undefined, KeyId);
  await client.send(new DisableKeyCommand({ KeyId }));
  await expect(decrypt(sealed)).rejects.toMatchObject({ name: 'DisabledException' });
  await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await expect(decrypt(sealed)).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
});

test('rotation by schedule is reported', async () => {
  const KeyId = await createKey();
  expect(await client.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({ KeyRotationEnabled: false });
  await client.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 180 }));
  expect(await client.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({
    KeyRotationEnabled: true,
    RotationPeriodInDays: 180,
  });
});

test('a MAC verifies with its message and key only', async () => {
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ KeyUsage: 'GENERATE_VERIFY_MAC', KeySpec: 'HMAC_256' }),
  );
  const given = { KeyId: KeyMetadata?.KeyId, MacAlgorithm: 'HMAC_SHA_256', Message: bytes('message') } as const;
  const { Mac } = await client.send(new GenerateMacCommand(given));
  expect(Mac).toHaveLength(32);
  expect((await client.send(new VerifyMacCommand({ ...given, Mac }))).MacValid).toBe(true);
  await expect(client.send(new VerifyMacCommand({ ...given, Mac, Message: bytes('other') }))).rejects.toMatchObject({
    name: 'KMSInvalidMacException',
  });
  await expect(encrypt(bytes('x'), undefined, given.KeyId)).rejects.toMatchObject({ name: 'InvalidKeyUsageException' });
  await expect(client.send(new GenerateMacCommand({ ...given, KeyId: keyId }))).rejects.toMatchObject({
    name: 'InvalidKeyUsageException',
  });
});

describe('the gate', () => {
  test('is asked with principal, action, resource and encryption context', async () => {
    calls.length = 0;
    await encrypt(bytes('x'), { purpose: 'emm' });
    expect(calls).toEqual([
      {
        principal: 'role/test',
        service: 'kms',
        action: 'kms:Encrypt',
        resource: keyArn,
        context: { 'kms:EncryptionContext:purpose': 'emm', 'kms:EncryptionContextKeys': ['purpose'] },
      },
    ]);
  });

  test('refuses with AccessDeniedException naming what is missing', async () => {
    denied.add('kms:Encrypt');
    await expect(encrypt(bytes('x'))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: role/test is not authorized to perform: kms:Encrypt on resource: ${keyArn} because no policy allows it`,
    });
    denied.clear();
  });

  test('a key nobody was issued is not recognized', async () => {
    const stranger = connect({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' });
    await expect(stranger.send(new DescribeKeyCommand({ KeyId: keyId }))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
  });
});
