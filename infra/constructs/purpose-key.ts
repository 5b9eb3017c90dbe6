import { Duration } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';

export interface PurposeKeyProps {
  readonly deployment: Deployment;
  /** The alias' last part. */
  readonly purpose: string;
  readonly description: string;
  /** The encryption context without which nothing is encrypted or decrypted, whatever a role may do. */
  readonly context?: Readonly<Record<string, string>>;
}

const administration = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

const use = [
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * A key of one purpose, rotated every year. Its policy leaves to IAM who may do what, each action named; a key with a
 * context may be used within that context only.
 */
export class PurposeKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { deployment, purpose, description, context }: PurposeKeyProps) {
    super(scope, id);
    const within = Object.entries(context ?? {}).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
    const statement = (actions: string[], conditions?: Record<string, unknown>) =>
      new PolicyStatement({ principals: [new AccountRootPrincipal()], actions, resources: ['*'], conditions });
    this.key = new Key(this, 'Key', {
      alias: deployment.names.keyAlias(purpose),
      description,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: deployment.dataRemoval,
      policy: new PolicyDocument({
        statements: context
          ? [statement(administration), statement(use, { StringEquals: Object.fromEntries(within) })]
          : // Aurora and DynamoDB hold a grant on the key of what they keep.
            [statement([...administration, ...use, 'kms:CreateGrant', 'kms:RetireGrant'])],
      }),
    });
  }
}
