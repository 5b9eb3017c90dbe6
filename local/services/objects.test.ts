import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from './aws-json-server.ts';
import { createCredentials } from './credentials.ts';
import type { Call } from './gate.ts';
import { startObjects } from './objects.ts';

const calls: Call[] = [];
const denied = new Set<string>();
const gate = createCredentials((call) => {
  calls.push(call);
  return denied.has(call.action) ? { allowed: false, reason: 'because no policy allows it' } : { allowed: true };
});
let service: Endpoint;
let client: S3Client;

const connect = (credentials = gate.issue('role/test')) =>
  new S3Client({ endpoint: service.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
const Bucket = 'things';
const Key = 'cdr/provider=carrier/date=2026-11-21/part 1.csv.gz';

beforeAll(async () => {
  service = await startObjects({ gate });
  client = connect();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => service.stop());

test('an object is got as it was put, octet by octet, and put again it is another', async () => {
  for (const Body of [Buffer.from([0x1f, 0x8b, 0, 0xff, 0x0a]), Buffer.from('again')]) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/gzip' }));
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Body);
  }
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'cdr/' }));
  expect(Contents.map(({ Key: key }) => key)).toEqual([Key]);
});

test('each call is judged by its own action, upon the object or the bucket', () => {
  expect(new Set(calls.map(({ action, resource }) => `${action} ${resource}`))).toEqual(
    new Set([
      's3:CreateBucket arn:aws:s3:::things',
      `s3:PutObject arn:aws:s3:::things/${Key}`,
      `s3:GetObject arn:aws:s3:::things/${Key}`,
      's3:ListBucket arn:aws:s3:::things',
    ]),
  );
});

test('what is not allowed is refused as S3 does it, and so is a key that nobody was issued', async () => {
  denied.add('s3:PutObject');
  const put = new PutObjectCommand({ Bucket, Key: 'other', Body: 'text' });
  await expect(client.send(put)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining(
      'is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::things/other',
    ),
  });
  denied.clear();
  const stranger = connect({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' });
  await expect(stranger.send(put)).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'other' }));
  expect(Contents).toEqual([]);
});

test('a call that fauxqs would take for another is not known', async () => {
  const command = new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  await expect(client.send(command)).rejects.toMatchObject({ name: 'NotImplemented' });
});
