import { join } from 'node:path';
import { AwsError } from './aws-error.ts';
import { type Endpoint, startAwsJsonServer } from './aws-json-server.ts';
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
  currentText(secretId: string): string | undefined;
}

/** AWS Secrets Manager (AWS JSON 1.1, `secretsmanager`): versions with stages, by name or ARN. */
export const startSecretsManager = async (options: SecretsManagerOptions): Promise<SecretsManager> => {
  const path = options.directory === undefined ? undefined : join(options.directory, 'secrets.json');
  const file = openState(path, SecretState, { secrets: [] });
  const secrets = openSecrets(file, options.account ?? '000000000000', options.region ?? 'eu-central-1');
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
  const currentText = (secretId: string) => {
    try {
      const { versions } = secrets.findLiving(secretId);
      return versions.find(({ stages }) => stages.includes('AWSCURRENT'))?.text;
    } catch {
      return undefined;
    }
  };
  return { ...server, currentText };
};
