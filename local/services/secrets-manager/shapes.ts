import * as z from 'zod';
import { blob, Tags } from '../aws-shape.ts';

const SecretId = z.string().min(1).max(2048);
const ClientRequestToken = z.string().min(32).max(64).optional();
const value = {
  SecretString: z.string().min(1).max(65_536).optional(),
  SecretBinary: blob(1, 65_536).optional(),
  ClientRequestToken,
};
const details = { Description: z.string().max(2048).optional(), KmsKeyId: z.string().max(2048).optional() };
const flag = z.boolean().default(false);

/** The requests of the Secrets Manager API, 2017-10-17, that are served here. */
export const shapes = {
  CreateSecret: z.strictObject({
    Name: z.string().regex(/^[a-zA-Z0-9/_+=.@-]{1,512}$/),
    ...value,
    ...details,
    Tags,
  }),
  GetSecretValue: z.strictObject({
    SecretId,
    VersionId: z.string().optional(),
    VersionStage: z.string().optional(),
  }),
  PutSecretValue: z.strictObject({
    SecretId,
    ...value,
    VersionStages: z.array(z.string()).min(1).max(20).optional(),
  }),
  UpdateSecret: z.strictObject({ SecretId, ...value, ...details }),
  DescribeSecret: z.strictObject({ SecretId }),
  RestoreSecret: z.strictObject({ SecretId }),
  DeleteSecret: z.strictObject({
    SecretId,
    RecoveryWindowInDays: z.int().min(7).max(30).optional(),
    ForceDeleteWithoutRecovery: flag,
  }),
  GetRandomPassword: z.strictObject({
    PasswordLength: z.int().min(1).max(4096).default(32),
    ExcludeCharacters: z.string().max(4096).default(''),
    ExcludeNumbers: flag,
    ExcludePunctuation: flag,
    ExcludeUppercase: flag,
    ExcludeLowercase: flag,
    IncludeSpace: flag,
    RequireEachIncludedType: z.boolean().default(true),
  }),
};
