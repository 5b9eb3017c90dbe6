import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type ReplaceableService, replaceableServices } from '../../local/services/emulated-elsewhere.ts';

/** Clients of a LocalStack, which asks nobody who he is: a key that looks like AWS's belongs to account 000000000000. */
export const localstackClients = (endpoint: string) => {
  const credentials = { accessKeyId: 'AKIALOCALSTACKLOCALS', secretAccessKey: 'not checked' };
  const common = { region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 };
  return {
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient(common),
    kms: new KMSClient(common),
    secretsManager: new SecretsManagerClient(common),
  };
};

/** Asks each service for a list: what it said where it does not work, or null. The first call of a service starts it. */
export const probeServices = async (endpoint: string): Promise<Readonly<Record<ReplaceableService, string | null>>> => {
  const { sqs, dynamodb, kms, secretsManager } = localstackClients(endpoint);
  const asked: Readonly<Record<ReplaceableService, () => Promise<unknown>>> = {
    sqs: () => sqs.send(new ListQueuesCommand({})),
    dynamodb: () => dynamodb.send(new ListTablesCommand({})),
    kms: () => kms.send(new ListKeysCommand({})),
    secretsmanager: () => secretsManager.send(new ListSecretsCommand({})),
  };
  const said = replaceableServices.map(async (service) => {
    const fault = await asked[service]().then(
      () => null,
      (error: unknown) => String(error),
    );
    return [service, fault] as const;
  });
  return Object.fromEntries(await Promise.all(said)) as Record<ReplaceableService, string | null>;
};
