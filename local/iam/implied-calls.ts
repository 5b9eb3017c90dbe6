import { accountId, region } from '../cloud/intrinsics.ts';
import type { Call } from '../services/gate.ts';

type Context = Readonly<Record<string, string>>;

interface Service {
  /** What is asked of the key before the call is carried out; nothing where only names and settings are touched. */
  keyActions(operation: string): readonly string[];
  encryptionContext(resource: string): Context;
}

const reads = ['kms:Decrypt'];
const writes = ['kms:GenerateDataKey', 'kms:Decrypt'];

/**
 * The services that use a customer's key in the caller's name: DynamoDB opens the table's key on access (DynamoDB
 * Developer Guide, "Encryption at rest: how it works"), Secrets Manager and SQS their data keys (Secrets Manager User
 * Guide, "Secret encryption and decryption"; SQS Developer Guide, "Key management").
 */
const services: Readonly<Record<string, Service>> = {
  dynamodb: {
    keyActions: (operation) =>
      /^(Batch|Transact)?(Get|Put|Update|Delete|Write)Items?$|^(Query|Scan)$/.test(operation) ? reads : [],
    encryptionContext: (resource) => ({
      'aws:dynamodb:tableName': resource.split('/')[1] ?? '',
      'aws:dynamodb:subscriberId': accountId,
    }),
  },
  secretsmanager: {
    keyActions: (operation) => {
      if (operation === 'GetSecretValue') return reads;
      return ['CreateSecret', 'PutSecretValue', 'UpdateSecret'].includes(operation) ? writes : [];
    },
    encryptionContext: (resource) => ({ SecretARN: resource }),
  },
  sqs: {
    keyActions: (operation) => {
      if (operation === 'ReceiveMessage') return reads;
      return operation === 'SendMessage' ? writes : [];
    },
    encryptionContext: (resource) => ({ 'aws:sqs:arn': resource }),
  },
};

const contextOf = (service: string, encryptionContext: Context): Call['context'] => ({
  'kms:ViaService': `${service}.${region}.amazonaws.com`,
  'aws:ViaAWSService': 'true',
  'kms:EncryptionContextKeys': Object.keys(encryptionContext),
  ...Object.fromEntries(
    Object.entries(encryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
  ),
});

/** An index belongs to its table. */
const encrypted = (resource: string): string => resource.replace(/\/index\/.*$/, '');

/** The calls of KMS that a service makes in the caller's name, for what is encrypted under a customer's key. */
export const impliedCalls = (call: Call, encryptionKeys: ReadonlyMap<string, string>): readonly Call[] => {
  const key = encryptionKeys.get(encrypted(call.resource));
  const service = services[call.service];
  if (key === undefined || !service) return [];
  const operation = call.action.slice(call.action.indexOf(':') + 1);
  const context = contextOf(call.service, service.encryptionContext(encrypted(call.resource)));
  const common = { principal: call.principal, service: 'kms', resource: key, context };
  return service.keyActions(operation).map((action) => ({ ...common, action }));
};
