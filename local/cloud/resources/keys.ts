import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  type KeySpec,
  type KeyUsageType,
  type KMSClient,
  NotFoundException,
} from '@aws-sdk/client-kms';
import * as z from 'zod';
import { accountId, region, TemplateFault } from '../intrinsics.ts';
import type { Statement } from '../plan.ts';
import { type Maker, readProperties, unused, type Workshop, whereOf } from '../resource.ts';

const Key = z.strictObject({
  Description: z.string().optional(),
  KeySpec: z.string().optional(),
  KeyUsage: z.string().optional(),
  KeyPolicy: z.object({ Statement: z.array(z.record(z.string(), z.unknown())) }).optional(),
  // Rotation once a year, and what happens on deletion: neither comes up here.
  EnableKeyRotation: unused,
  RotationPeriodInDays: unused,
  PendingWindowInDays: unused,
  Enabled: z.literal(true).optional(),
  Tags: unused,
});

/** The id of the key behind an id or an alias, or undefined where there is none. */
const find = async (kms: KMSClient, idOrAlias: string): Promise<string | undefined> => {
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: idOrAlias }));
    return KeyMetadata?.KeyId;
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
};

/**
 * Notes under which customer's key a resource is encrypted, so that what its service asks of the key in a caller's name
 * is judged too. A key of AWS's own asks nothing of the caller.
 */
export const noteEncryptionKey = async (
  { kms, plan }: Workshop,
  resourceArn: string,
  key: string | undefined,
): Promise<void> => {
  if (key === undefined || key.startsWith('alias/aws/')) return;
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }));
  plan.encryptionKeys.set(resourceArn, z.string().parse(KeyMetadata?.Arn));
};

const makeKey: Maker = async (resource, { kms, state, plan }) => {
  const { Description, KeySpec: spec, KeyUsage: usage, KeyPolicy } = readProperties(resource, Key);
  const place = whereOf(resource);
  const known = z.string().safeParse(state.read(place)).data;
  let keyId = known && (await find(kms, known));
  if (!keyId) {
    const command = new CreateKeyCommand({
      Description,
      ...(spec && { KeySpec: spec as KeySpec }),
      ...(usage && { KeyUsage: usage as KeyUsageType }),
    });
    const { KeyMetadata } = await kms.send(command);
    keyId = z.string().parse(KeyMetadata?.KeyId);
    state.write(place, keyId);
  }
  const arn = `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
  if (KeyPolicy) {
    const statements: readonly Statement[] = KeyPolicy.Statement;
    plan.resourcePolicies.push({ resourceArn: arn, statements });
  }
  return { ref: keyId, attributes: { Arn: arn, KeyId: keyId } };
};

const Alias = z.strictObject({ AliasName: z.string(), TargetKeyId: z.string() });

const makeAlias: Maker = async (resource, { kms }) => {
  const { AliasName, TargetKeyId } = readProperties(resource, Alias);
  const known = await find(kms, AliasName);
  if (known === undefined) await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
  else if (!TargetKeyId.endsWith(known))
    throw new TemplateFault(`${whereOf(resource)}: ${AliasName} belongs to another key. Start with --reset.`);
  return { ref: AliasName };
};

export const keyMakers: Readonly<Record<string, Maker>> = { 'AWS::KMS::Key': makeKey, 'AWS::KMS::Alias': makeAlias };
