import { CreateBucketCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { Statement } from '../plan.ts';
import { generatedName, type Maker, readProperties, unused } from '../resource.ts';

const Bucket = z.strictObject({
  BucketName: z.string().optional(),
  // What lies here is in memory, reached from this machine alone, and gone after a stop.
  BucketEncryption: unused,
  LifecycleConfiguration: unused,
  LoggingConfiguration: unused,
  OwnershipControls: unused,
  PublicAccessBlockConfiguration: unused,
  VersioningConfiguration: unused,
  Tags: unused,
});

const makeBucket: Maker = async (resource, { s3 }) => {
  const bucket = readProperties(resource, Bucket);
  const name = bucket.BucketName ?? generatedName(resource, 63).toLowerCase();
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } };
};

const BucketPolicy = z.strictObject({
  Bucket: z.string(),
  PolicyDocument: z.object({ Statement: z.array(z.record(z.string(), z.unknown())), Version: unused }),
});

const keepBucketPolicy: Maker = (resource, { plan }) => {
  const { Bucket: name, PolicyDocument } = readProperties(resource, BucketPolicy);
  const statements: readonly Statement[] = PolicyDocument.Statement;
  plan.resourcePolicies.push({ resourceArn: `arn:aws:s3:::${name}`, statements });
  return { ref: name };
};

export const bucketMakers: Readonly<Record<string, Maker>> = {
  'AWS::S3::Bucket': makeBucket,
  'AWS::S3::BucketPolicy': keepBucketPolicy,
};
