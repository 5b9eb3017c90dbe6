import * as z from 'zod';
import { blob, Tags } from '../aws-shape.ts';

const KeyId = z.string().min(1).max(2048);
const EncryptionContext = z.record(z.string(), z.string()).default({});
const EncryptionAlgorithm = z.literal('SYMMETRIC_DEFAULT').default('SYMMETRIC_DEFAULT');
const MacAlgorithm = z.literal('HMAC_SHA_256');
const Ciphertext = blob(1, 6144);

const OfKey = z.strictObject({ KeyId });
const DataKey = z
  .strictObject({
    KeyId,
    EncryptionContext,
    KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
    NumberOfBytes: z.int().min(1).max(1024).optional(),
  })
  .refine((request) => (request.KeySpec === undefined) !== (request.NumberOfBytes === undefined), {
    error: 'Please specify either number of bytes or key spec.',
  });

/** The requests of the KMS API, 2014-11-01, that are served here. */
export const shapes = {
  CreateKey: z.strictObject({
    Description: z.string().max(8192).default(''),
    KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC']).default('ENCRYPT_DECRYPT'),
    KeySpec: z.enum(['SYMMETRIC_DEFAULT', 'HMAC_256']).default('SYMMETRIC_DEFAULT'),
    Origin: z.literal('AWS_KMS').default('AWS_KMS'),
    MultiRegion: z.literal(false).default(false),
    Policy: z.string().optional(),
    BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
    Tags,
  }),
  CreateAlias: z.strictObject({
    AliasName: z.string().regex(/^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/),
    TargetKeyId: KeyId,
  }),
  DescribeKey: OfKey,
  EnableKey: OfKey,
  DisableKey: OfKey,
  Encrypt: z.strictObject({ KeyId, Plaintext: blob(1, 4096), EncryptionContext, EncryptionAlgorithm }),
  Decrypt: z.strictObject({
    CiphertextBlob: Ciphertext,
    EncryptionContext,
    EncryptionAlgorithm,
    KeyId: KeyId.optional(),
  }),
  GenerateDataKey: DataKey,
  GenerateDataKeyWithoutPlaintext: DataKey,
  ReEncrypt: z.strictObject({
    CiphertextBlob: Ciphertext,
    SourceEncryptionContext: EncryptionContext,
    SourceKeyId: KeyId.optional(),
    DestinationKeyId: KeyId,
    DestinationEncryptionContext: EncryptionContext,
    SourceEncryptionAlgorithm: EncryptionAlgorithm,
    DestinationEncryptionAlgorithm: EncryptionAlgorithm,
  }),
  GenerateMac: z.strictObject({ KeyId, Message: blob(1, 4096), MacAlgorithm }),
  VerifyMac: z.strictObject({ KeyId, Message: blob(1, 4096), MacAlgorithm, Mac: blob(1, 6144) }),
  EnableKeyRotation: z.strictObject({ KeyId, RotationPeriodInDays: z.int().min(90).max(2560).default(365) }),
  DisableKeyRotation: OfKey,
  GetKeyRotationStatus: OfKey,
  RotateKeyOnDemand: OfKey,
  ScheduleKeyDeletion: z.strictObject({ KeyId, PendingWindowInDays: z.int().min(7).max(30).default(30) }),
  CancelKeyDeletion: OfKey,
};
