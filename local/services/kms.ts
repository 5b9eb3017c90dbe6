import { join } from 'node:path';
import { AwsError } from './aws-error.ts';
import { type Endpoint, startAwsJsonServer } from './aws-json-server.ts';
import { emulatedElsewhere } from './emulated-elsewhere.ts';
import type { Gate } from './gate.ts';
import { cryptography } from './kms/cryptography.ts';
import { KeyState, openKeys } from './kms/keys.ts';
import { management } from './kms/management.ts';
import { openState } from './state-file.ts';

export interface KmsOptions {
  readonly gate: Gate;
  /** Where the keys are kept (`kms.json`); in memory without it. */
  readonly directory?: string;
  readonly account?: string;
  readonly region?: string;
}

const operations = { ...management, ...cryptography };

/** AWS KMS (AWS JSON 1.1, `kms`): symmetric and HMAC keys, aliases, rotation with old ciphertexts still opening. */
export const startKms = async (options: KmsOptions): Promise<Endpoint> => {
  const elsewhere = emulatedElsewhere('kms');
  if (elsewhere) return elsewhere;
  const path = options.directory === undefined ? undefined : join(options.directory, 'kms.json');
  const file = openState(path, KeyState, { keys: [], aliases: {} });
  const keys = openKeys(file, options.account ?? '000000000000', options.region ?? 'eu-central-1');
  return startAwsJsonServer({
    service: 'kms',
    gate: options.gate,
    target: 'TrentService',
    maxBodyBytes: 64 * 1024,
    handle: async (request) => {
      const operation = operations[request.operation];
      if (operation) return operation(keys, request);
      throw new AwsError('UnknownOperationException', `KMS ${request.operation} is not served by the dev cloud.`);
    },
  });
};
