import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from './client-settings.ts';

/** Puts one object whole, over what was there under its key. */
export type PutObject = (key: string, body: Buffer, contentType: string) => Promise<void>;

/** A bucket of S3, to be written to. An object is seen whole or not at all; a call may be repeated. */
export const connectObjects =
  (bucket: string, client = new S3Client(clientSettings)): PutObject =>
  async (key, body, contentType) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
  };
