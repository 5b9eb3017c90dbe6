import { AwsError } from '../aws-error.ts';
import { epochSeconds, parseShape } from '../aws-shape.ts';
import { demandUsable, type Key, type Keys } from './keys.ts';
import type { Operation } from './operation.ts';
import { shapes } from './shapes.ts';

const day = 86_400_000;

const describe = (keys: Keys, key: Key) => ({
  AWSAccountId: keys.prefix.split(':')[4],
  KeyId: key.id,
  Arn: keys.arnOf(key),
  CreationDate: epochSeconds(key.createdAt),
  Description: key.description,
  Enabled: key.state === 'Enabled',
  KeyState: key.state,
  KeyUsage: key.usage,
  KeySpec: key.usage === 'ENCRYPT_DECRYPT' ? 'SYMMETRIC_DEFAULT' : 'HMAC_256',
  CustomerMasterKeySpec: key.usage === 'ENCRYPT_DECRYPT' ? 'SYMMETRIC_DEFAULT' : 'HMAC_256',
  ...(key.usage === 'ENCRYPT_DECRYPT'
    ? { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }
    : { MacAlgorithms: ['HMAC_SHA_256'] }),
  KeyManager: 'CUSTOMER',
  Origin: 'AWS_KMS',
  MultiRegion: false,
  ...(key.deletedAt === undefined ? {} : { DeletionDate: epochSeconds(key.deletedAt) }),
});

/** Finds the key of a request and asks whether the caller may do this with it. */
const admit = (keys: Keys, request: Parameters<Operation>[1], name: string): Key => {
  const key = keys.find(name);
  request.demand(`kms:${request.operation}`, keys.arnOf(key));
  return key;
};

/** Rotation is for symmetric keys: the others would change their output. */
const demandRotatable = (key: Key): void => {
  if (key.usage !== 'ENCRYPT_DECRYPT')
    throw new AwsError('UnsupportedOperationException', 'An HMAC key cannot rotate.');
};

const setState =
  (state: Key['state'], from: readonly Key['state'][]): Operation =>
  (keys, request) => {
    const key = admit(keys, request, parseShape(shapes.DescribeKey, request.body).KeyId);
    if (!from.includes(key.state)) {
      throw new AwsError('KMSInvalidStateException', `${keys.arnOf(key)} is ${key.state}.`);
    }
    key.state = state;
    delete key.deletedAt;
    keys.save();
    return request.operation === 'CancelKeyDeletion' ? { KeyId: keys.arnOf(key) } : {};
  };

const createKey: Operation = (keys, request) => {
  const { KeyUsage, KeySpec, Description } = parseShape(shapes.CreateKey, request.body);
  request.demand('kms:CreateKey', '*');
  if ((KeyUsage === 'ENCRYPT_DECRYPT') !== (KeySpec === 'SYMMETRIC_DEFAULT')) {
    throw new AwsError('ValidationException', `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`);
  }
  return { KeyMetadata: describe(keys, keys.create(KeyUsage, Description)) };
};

const createAlias: Operation = (keys, request) => {
  const { AliasName, TargetKeyId } = parseShape(shapes.CreateAlias, request.body);
  const key = admit(keys, request, TargetKeyId);
  request.demand('kms:CreateAlias', `${keys.prefix}${AliasName}`);
  keys.addAlias(AliasName, key);
  return {};
};

const describeKey: Operation = (keys, request) => {
  const key = admit(keys, request, parseShape(shapes.DescribeKey, request.body).KeyId);
  return { KeyMetadata: describe(keys, key) };
};

const enableKeyRotation: Operation = (keys, request) => {
  const { KeyId, RotationPeriodInDays } = parseShape(shapes.EnableKeyRotation, request.body);
  const key = admit(keys, request, KeyId);
  demandRotatable(key);
  key.rotationPeriodDays = RotationPeriodInDays;
  key.rotationEnabledAt = Date.now();
  keys.save();
  return {};
};

const disableKeyRotation: Operation = (keys, request) => {
  const key = admit(keys, request, parseShape(shapes.DisableKeyRotation, request.body).KeyId);
  delete key.rotationPeriodDays;
  delete key.rotationEnabledAt;
  keys.save();
  return {};
};

const getKeyRotationStatus: Operation = (keys, request) => {
  const key = admit(keys, request, parseShape(shapes.GetKeyRotationStatus, request.body).KeyId);
  const { rotationPeriodDays: period, rotationEnabledAt: since } = key;
  if (period === undefined || since === undefined) return { KeyId: keys.arnOf(key), KeyRotationEnabled: false };
  return {
    KeyId: keys.arnOf(key),
    KeyRotationEnabled: true,
    RotationPeriodInDays: period,
    NextRotationDate: epochSeconds(since + period * day),
  };
};

const rotateKeyOnDemand: Operation = (keys, request) => {
  const key = admit(keys, request, parseShape(shapes.RotateKeyOnDemand, request.body).KeyId);
  demandRotatable(key);
  demandUsable(keys, key, 'ENCRYPT_DECRYPT');
  keys.rotate(key);
  return { KeyId: keys.arnOf(key) };
};

const scheduleKeyDeletion: Operation = (keys, request) => {
  const { KeyId, PendingWindowInDays } = parseShape(shapes.ScheduleKeyDeletion, request.body);
  const key = admit(keys, request, KeyId);
  if (key.state === 'PendingDeletion') {
    throw new AwsError('KMSInvalidStateException', `${keys.arnOf(key)} is pending deletion.`);
  }
  key.state = 'PendingDeletion';
  key.deletedAt = Date.now() + PendingWindowInDays * day;
  keys.save();
  return {
    KeyId: keys.arnOf(key),
    KeyState: key.state,
    PendingWindowInDays,
    DeletionDate: epochSeconds(key.deletedAt),
  };
};

/** What is done to keys. */
export const management: Readonly<Record<string, Operation>> = {
  CreateKey: createKey,
  CreateAlias: createAlias,
  DescribeKey: describeKey,
  EnableKey: setState('Enabled', ['Enabled', 'Disabled']),
  DisableKey: setState('Disabled', ['Enabled', 'Disabled']),
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
  GetKeyRotationStatus: getKeyRotationStatus,
  RotateKeyOnDemand: rotateKeyOnDemand,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  CancelKeyDeletion: setState('Disabled', ['PendingDeletion']),
};
