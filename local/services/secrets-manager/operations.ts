import { AwsError } from '../aws-error.ts';
import type { AwsRequest } from '../aws-json-server.ts';
import { epochSeconds, parseShape } from '../aws-shape.ts';
import { randomPassword } from './random-password.ts';
import type { Secret, Secrets, Value } from './secrets.ts';
import { shapes } from './shapes.ts';

/** One call of Secrets Manager: reads its request, asks the gate, acts, and gives what is written as JSON. */
export type Operation = (secrets: Secrets, request: AwsRequest) => object;

const day = 86_400_000;
const label = ({ arn, name }: Secret) => ({ ARN: arn, Name: name });

const admit = (request: AwsRequest, secret: Secret): Secret => {
  request.demand(`secretsmanager:${request.operation}`, secret.arn);
  return secret;
};

const givenValue = (given: {
  SecretString?: string | undefined;
  SecretBinary?: Buffer | undefined;
}): Value | undefined => {
  if (given.SecretString !== undefined && given.SecretBinary !== undefined) {
    throw new AwsError('InvalidParameterException', 'You can specify SecretString or SecretBinary, not both.');
  }
  if (given.SecretString !== undefined) return { text: given.SecretString };
  return given.SecretBinary && { binary: given.SecretBinary.toString('base64') };
};

const createSecret: Operation = (secrets, request) => {
  const given = parseShape(shapes.CreateSecret, request.body);
  request.demand('secretsmanager:CreateSecret', secrets.arnOf(given.Name), { 'secretsmanager:Name': given.Name });
  const value = givenValue(given);
  const secret = secrets.create(given.Name, { description: given.Description, kmsKeyId: given.KmsKeyId });
  if (!value) return label(secret);
  return { ...label(secret), VersionId: secrets.put(secret, value, given.ClientRequestToken).id };
};

const getSecretValue: Operation = (secrets, request) => {
  const { SecretId, VersionId, VersionStage } = parseShape(shapes.GetSecretValue, request.body);
  const secret = admit(request, secrets.findLiving(SecretId));
  const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
  const version = secret.versions.find(
    ({ id, stages }) =>
      (VersionId === undefined || id === VersionId) && (stage === undefined || stages.includes(stage)),
  );
  if (!version) {
    const wanted = stage === undefined ? `VersionId: ${VersionId}` : `staging label: ${stage}`;
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${wanted}`,
    );
  }
  return {
    ...label(secret),
    VersionId: version.id,
    VersionStages: version.stages,
    CreatedDate: epochSeconds(version.createdAt),
    ...(version.text === undefined ? { SecretBinary: version.binary } : { SecretString: version.text }),
  };
};

const putSecretValue: Operation = (secrets, request) => {
  const given = parseShape(shapes.PutSecretValue, request.body);
  const secret = admit(request, secrets.findLiving(given.SecretId));
  const value = givenValue(given);
  if (!value) throw new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  const version = secrets.put(secret, value, given.ClientRequestToken, given.VersionStages);
  return { ...label(secret), VersionId: version.id, VersionStages: version.stages };
};

const updateSecret: Operation = (secrets, request) => {
  const given = parseShape(shapes.UpdateSecret, request.body);
  const secret = admit(request, secrets.findLiving(given.SecretId));
  const value = givenValue(given);
  secret.description = given.Description ?? secret.description;
  secret.kmsKeyId = given.KmsKeyId ?? secret.kmsKeyId;
  secrets.save();
  if (!value) return label(secret);
  return { ...label(secret), VersionId: secrets.put(secret, value, given.ClientRequestToken).id };
};

const describeSecret: Operation = (secrets, request) => {
  const secret = admit(request, secrets.find(parseShape(shapes.DescribeSecret, request.body).SecretId));
  return {
    ...label(secret),
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    CreatedDate: epochSeconds(secret.createdAt),
    LastChangedDate: epochSeconds(secret.changedAt),
    ...(secret.deletedAt === undefined ? {} : { DeletedDate: epochSeconds(secret.deletedAt) }),
    VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages])),
  };
};

const deleteSecret: Operation = (secrets, request) => {
  const { SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery } = parseShape(shapes.DeleteSecret, request.body);
  if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined) {
    throw new AwsError(
      'InvalidParameterException',
      'You can use ForceDeleteWithoutRecovery or RecoveryWindowInDays, not both.',
    );
  }
  const secret = admit(request, secrets.findLiving(SecretId));
  const deletedAt = Date.now() + (ForceDeleteWithoutRecovery ? 0 : (RecoveryWindowInDays ?? 30) * day);
  if (ForceDeleteWithoutRecovery) secrets.remove(secret);
  else secret.deletedAt = deletedAt;
  secrets.save();
  return { ...label(secret), DeletionDate: epochSeconds(deletedAt) };
};

const restoreSecret: Operation = (secrets, request) => {
  const secret = admit(request, secrets.find(parseShape(shapes.RestoreSecret, request.body).SecretId));
  delete secret.deletedAt;
  secrets.save();
  return label(secret);
};

const getRandomPassword: Operation = (_, request) => {
  request.demand('secretsmanager:GetRandomPassword', '*');
  return { RandomPassword: randomPassword(parseShape(shapes.GetRandomPassword, request.body)) };
};

export const operations: Readonly<Record<string, Operation>> = {
  CreateSecret: createSecret,
  GetSecretValue: getSecretValue,
  PutSecretValue: putSecretValue,
  UpdateSecret: updateSecret,
  DescribeSecret: describeSecret,
  DeleteSecret: deleteSecret,
  RestoreSecret: restoreSecret,
  GetRandomPassword: getRandomPassword,
};
