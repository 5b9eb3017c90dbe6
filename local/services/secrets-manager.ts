import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsError } from './aws-error.ts';
import { type Endpoint, startAwsJsonServer } from './aws-json-server.ts';
import { emulatedElsewhere } from './emulated-elsewhere.ts';
import type { Gate } from './gate.ts';
import { operations } from './secrets-manager/operations.ts';
import { openSecrets, SecretState } from './secrets-manager/secrets.ts';
import { openState } from './state-file.ts';

export interface SecretsManagerOptions {
  readonly gate: Gate;
  /** Where the secrets are kept (`secrets.json`); in memory without it. */
  readonly directory?: string;
  readonly account?: string;
  readonly region?: string;
}

export interface SecretsManager extends Endpoint {
  /** The current text of a secret for the dev cloud itself (the Data API's login), or undefined when there is none. */
  currentText(secretId: string): Promise<string | undefined>;
}

/** Another's answers to us as to any client. */
const asSecretsManager = (endpoint: Endpoint, region: string): SecretsManager => {
  const credentials = { accessKeyId: 'AKIAELSEWHEREELSEWHE', secretAccessKey: 'not checked' };
  const client = new SecretsManagerClient({ region, endpoint: endpoint.url, credentials });
  const currentText = (SecretId: string): Promise<string | undefined> =>
    client.send(new GetSecretValueCommand({ SecretId })).then(
      ({ SecretString }) => SecretString,
      () => undefined,
    );
  return { ...endpoint, currentText };
};

/** AWS Secrets Manager (AWS JSON 1.1, `secretsmanager`): versions with stages, by name or ARN. */
export const startSecretsManager = async (options: SecretsManagerOptions): Promise<SecretsManager> => {
  const { account = '000000000000', region = 'eu-central-1' } = options;
  const elsewhere = emulatedElsewhere('secretsmanager');
  if (elsewhere) return asSecretsManager(elsewhere, region);
  const path = options.directory === undefined ? undefined : join(options.directory, 'secrets.json');
  const file = openState(path, SecretState, { secrets: [] });
  const secrets = openSecrets(file, account, region);
  const server = await startAwsJsonServer({
    service: 'secretsmanager',
    gate: options.gate,
    target: 'secretsmanager',
    maxBodyBytes: 256 * 1024,
    handle: async (request) => {
      const operation = operations[request.operation];
      if (operation) return operation(secrets, request);
      throw new AwsError(
        'UnknownOperationException',
        `Secrets Manager ${request.operation} is not served by the dev cloud.`,
      );
    },
  });
  const currentText = async (secretId: string): Promise<string | undefined> => {
    try {
      const { versions } = secrets.findLiving(secretId);
      return versions.find(({ stages }) => stages.includes('AWSCURRENT'))?.text;
    } catch {
      return undefined;
    }
  };
  return { ...server, currentText };
};
