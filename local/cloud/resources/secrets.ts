import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { count, generatedName, type Maker, readProperties, unused } from '../resource.ts';
import { noteEncryptionKey } from './keys.ts';

const GenerateSecretString = z.strictObject({
  PasswordLength: count.optional(),
  ExcludeCharacters: z.string().optional(),
  ExcludePunctuation: z.boolean().optional(),
  ExcludeNumbers: z.boolean().optional(),
  ExcludeUppercase: z.boolean().optional(),
  ExcludeLowercase: z.boolean().optional(),
  IncludeSpace: z.boolean().optional(),
  RequireEachIncludedType: z.boolean().optional(),
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});

const Secret = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: GenerateSecretString.optional(),
  KmsKeyId: z.string().optional(),
  Tags: unused,
});

type Rules = z.infer<typeof GenerateSecretString>;

const generate = async (rules: Rules, secretsManager: SecretsManagerClient): Promise<string> => {
  const { SecretStringTemplate = '{}', GenerateStringKey, ...passwordRules } = rules;
  const { RandomPassword = '' } = await secretsManager.send(new GetRandomPasswordCommand(passwordRules));
  if (GenerateStringKey === undefined) return RandomPassword;
  const template = JSON.parse(SecretStringTemplate) as object;
  return JSON.stringify({ ...template, [GenerateStringKey]: RandomPassword });
};

const currentText = async (secretsManager: SecretsManagerClient, id: string): Promise<string> =>
  (await secretsManager.send(new GetSecretValueCommand({ SecretId: id }))).SecretString ?? '';

/** Puts members over those of a secret that holds a JSON object, and leaves the others as they are. */
const merge = async (secretsManager: SecretsManagerClient, id: string, members: object): Promise<void> => {
  const before = await currentText(secretsManager, id);
  const after = JSON.stringify({ ...(before === '' ? {} : (JSON.parse(before) as object)), ...members });
  if (after !== before) await secretsManager.send(new PutSecretValueCommand({ SecretId: id, SecretString: after }));
};

const makeSecret: Maker = async (resource, workshop) => {
  const { secretsManager, secrets } = workshop;
  const secret = readProperties(resource, Secret);
  const name = secret.Name ?? generatedName(resource, 512);
  const { Description, KmsKeyId, GenerateSecretString: rules } = secret;
  const placeholder = rules ? await generate(rules, secretsManager) : secret.SecretString;
  const command = new CreateSecretCommand({
    Name: name,
    ...(placeholder !== undefined && { SecretString: placeholder }),
    ...(Description && { Description }),
    ...(KmsKeyId && { KmsKeyId }),
  });
  await secretsManager.send(command).catch((error: unknown) => {
    // From an earlier run: what it holds, others rely on.
    if (!(error instanceof ResourceExistsException)) throw error;
  });
  const given = secrets[name];
  if (given) await merge(secretsManager, name, given);
  const { ARN } = await secretsManager.send(new DescribeSecretCommand({ SecretId: name }));
  const arn = z.string().parse(ARN);
  await noteEncryptionKey(workshop, arn, KmsKeyId);
  return { ref: arn, attributes: { Id: arn } };
};

const Attachment = z.strictObject({ SecretId: z.string(), TargetId: z.string(), TargetType: z.string() });

/** CloudFormation adds where the database is to the secret with its login. */
const attach: Maker = async (resource, { secretsManager, postgres, plan }) => {
  const { SecretId, TargetId } = readProperties(resource, Attachment);
  const { host, port } = postgres;
  const database = plan.databases.find(({ clusterArn }) => clusterArn.endsWith(`:${TargetId}`));
  if (database) plan.databaseSecrets.set(database.clusterArn, SecretId);
  const place = { host, port, engine: 'postgres', dbClusterIdentifier: TargetId };
  await merge(secretsManager, SecretId, { ...place, ...(database && { dbname: database.name }) });
  return { ref: SecretId };
};

/**
 * Reads `{{resolve:secretsmanager:<id>:SecretString:<key>::}}` references inside a value (CloudFormation User Guide,
 * "Get a secret or secret value from Secrets Manager").
 *
 * @throws Error for a dynamic reference of another service, or to a key that the secret lacks.
 */
export const resolveDynamic = async (value: unknown, secretsManager: SecretsManagerClient): Promise<unknown> => {
  if (Array.isArray(value)) return Promise.all(value.map((each) => resolveDynamic(each, secretsManager)));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      async ([name, member]) => [name, await resolveDynamic(member, secretsManager)] as const,
    );
    return Object.fromEntries(await Promise.all(members));
  }
  if (typeof value !== 'string' || !value.includes('{{resolve:')) return value;
  let text = value;
  for (const [whole, reference = ''] of value.matchAll(/\{\{resolve:(.*?)\}\}/g))
    text = text.replace(whole, await readReference(reference, secretsManager));
  return text;
};

const readReference = async (reference: string, secretsManager: SecretsManagerClient): Promise<string> => {
  const [, id, key] = /^secretsmanager:(.+?)(?::SecretString(?::([^:]*))?.*)?$/.exec(reference) ?? [];
  if (!id) throw new Error(`The dynamic reference ${reference} is not known to the dev cloud.`);
  return readSecretMember(secretsManager, id, key || undefined);
};

/** The text of a secret, or one member of the JSON object it holds. @throws Error when there is no such member. */
export const readSecretMember = async (
  secretsManager: SecretsManagerClient,
  id: string,
  key: string | undefined,
): Promise<string> => {
  const text = await currentText(secretsManager, id);
  if (key === undefined) return text;
  const member = z.record(z.string(), z.unknown()).parse(JSON.parse(text))[key];
  if (typeof member !== 'string' && typeof member !== 'number') throw new Error(`The secret ${id} has no ${key}.`);
  return String(member);
};

const SecretPolicy = z.strictObject({
  SecretId: z.string(),
  ResourcePolicy: z.object({ Statement: z.array(z.record(z.string(), z.unknown())) }),
  BlockPublicPolicy: unused,
});

const keepSecretPolicy: Maker = (resource, { plan }) => {
  const { SecretId, ResourcePolicy } = readProperties(resource, SecretPolicy);
  plan.resourcePolicies.push({ resourceArn: SecretId, statements: ResourcePolicy.Statement });
  return { ref: SecretId };
};

export const secretMakers: Readonly<Record<string, Maker>> = {
  'AWS::SecretsManager::Secret': makeSecret,
  'AWS::SecretsManager::SecretTargetAttachment': attach,
  'AWS::SecretsManager::ResourcePolicy': keepSecretPolicy,
};
