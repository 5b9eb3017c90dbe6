import { Aws, Duration } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type LifecycleRule,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';

const expiring = ({ keepDays, coldAfterDays, replacedDays }: Deployment['config']['cdr']): LifecycleRule[] => [
  {
    id: 'expire',
    expiration: Duration.days(keepDays),
    noncurrentVersionExpiration: Duration.days(replacedDays),
    abortIncompleteMultipartUploadAfter: Duration.days(1),
    ...(coldAfterDays !== undefined && {
      transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(coldAfterDays) }],
    }),
  },
];

/**
 * Where call detail records are: numbers of recipients, so nobody's but those who are given it by name. Versioned, since an
 * hour is written over when more is known of it. Who read what stands in a second bucket, which only S3 writes to.
 */
export class CdrBucket extends Construct {
  readonly bucket: Bucket;
  /** Every object that there may be, as a policy names them. */
  readonly objectsArn: string;

  constructor(scope: Construct, id: string, { config, names, dataRemoval }: Deployment) {
    super(scope, id);
    const common: BucketProps = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: dataRemoval,
    };
    // Names of buckets are of the whole world: the account makes them ours.
    const named = (thing: string) => `${names.of(thing)}-${Aws.ACCOUNT_ID}`;
    const accesses = new Bucket(this, 'Accesses', {
      ...common,
      bucketName: named('cdr-accesses'),
      lifecycleRules: [{ id: 'expire', expiration: Duration.days(config.logRetentionDays) }],
    });
    this.bucket = new Bucket(this, 'Bucket', {
      ...common,
      bucketName: named('cdrs'),
      versioned: true,
      lifecycleRules: expiring(config.cdr),
      serverAccessLogsBucket: accesses,
    });
    this.objectsArn = `arn:aws:s3:::${named('cdrs')}/cdr/*`;
  }
}
