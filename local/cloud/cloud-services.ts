import { appendFileSync, mkdirSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { startFaultProxy } from '../faults/fault-proxy.ts';
import type { Faults } from '../faults/faults.ts';
import { type AccessControl, createAccessControl, type Policies } from '../iam/access-control.ts';
import { describeDenial } from '../iam/denial.ts';
import { type AccessKey, type Credentials, createCredentials } from '../services/credentials.ts';
import { startDataApi } from '../services/data-api.ts';
import { startKms } from '../services/kms.ts';
import { startObjects } from '../services/objects.ts';
import { type Login, type Postgres, startPostgres } from '../services/postgres.ts';
import { type Queues, startQueues } from '../services/queues.ts';
import { type SecretsManager, startSecretsManager } from '../services/secrets-manager.ts';
import { startTables } from '../services/tables.ts';
import { accountId, region } from './intrinsics.ts';
import { startLambdaEndpoint } from './lambda-endpoint.ts';
import { createLambdaRuntime, type LambdaRuntime } from './lambda-runtime.ts';
import type { ShutdownList } from './shutdown.ts';

/** Where the services answer; `rdsData` is empty until a cluster is registered. */
export interface Endpoints {
  readonly sqs: string;
  readonly s3: string;
  readonly dynamodb: string;
  readonly kms: string;
  readonly secretsManager: string;
  readonly lambda: string;
  rdsData: string;
}

export interface Services {
  readonly access: AccessControl;
  readonly credentials: Credentials;
  readonly operator: AccessKey;
  readonly endpoints: Endpoints;
  readonly postgres: Postgres;
  readonly runtime: LambdaRuntime;
  /** Looks at a queue without a call of SQS. */
  readonly lookAtQueue: Queues['look'];
  /** The operator's clients. */
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly secretsManager: SecretsManagerClient;
  /** An SQS client under another key, which meets the faults there are. */
  sqsAs(key: AccessKey): SQSClient;
  /** Environment by which an SDK client reaches the services under that key. */
  sdkEnvironment(key: AccessKey): Record<string, string>;
  registerCluster(clusterArn: string): Promise<void>;
}

/** The principal that may do everything, for whoever starts the cloud. */
export const operatorArn = `arn:aws:iam::${accountId}:user/operator`;

const SecretLogin = z.object({ username: z.string(), password: z.string() });

const loginOf = async (
  secrets: SecretsManager,
  { host, port }: Login,
  secretArn: string,
): Promise<Login | undefined> => {
  const text = await secrets.currentText(secretArn);
  if (text === undefined) return undefined;
  const { username, password } = SecretLogin.parse(JSON.parse(text));
  return { host, port, user: username, password };
};

const environmentOf = (endpoints: Endpoints, key: AccessKey): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: key.accessKeyId,
  AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  AWS_ENDPOINT_URL_SQS: endpoints.sqs,
  AWS_ENDPOINT_URL_S3: endpoints.s3,
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  AWS_ENDPOINT_URL_KMS: endpoints.kms,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
  AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
  ...(endpoints.rdsData && { AWS_ENDPOINT_URL_RDS_DATA: endpoints.rdsData }),
  // The developer's own AWS configuration has no place in the dev cloud.
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
});

export interface ServicesOptions {
  readonly dataDirectory: string;
  /** Whether a commit of the database outlives a power cut. */
  readonly fsync: boolean;
  /** What calls are judged by; it grows while the template is carried out. */
  readonly policies: Policies;
  readonly say: (line: string) => void;
  /** What is done to the calls of the programs; without it nothing stands between them and the services. */
  readonly faults?: Faults | undefined;
  /** Ends every process or worker of a function or task at once. */
  readonly kill: (program: string) => void;
}

type Reach = (service: string, url: string) => Promise<string>;

/** Where programs find a service: at its own address, or at a proxy that makes faults. The operator is spared them. */
const reachThrough =
  ({ faults, kill }: ServicesOptions, credentials: Credentials, shutdown: ShutdownList): Reach =>
  async (service, target) => {
    if (!faults) return target;
    const identify = (key: string) => credentials.identify(key);
    return shutdown.add(await startFaultProxy({ service, target, faults, identify, kill })).url;
  };

/** Denials are said, and kept in a file beside the logs of the programs that met them. */
const startAccessControl = ({ policies, dataDirectory, say }: ServicesOptions): AccessControl => {
  const logs = join(dataDirectory, 'logs');
  mkdirSync(logs, { recursive: true });
  return createAccessControl({
    policies,
    operator: operatorArn,
    denied: (denial) => {
      const line = describeDenial(denial);
      say(line);
      appendFileSync(join(logs, 'iam.log'), `${new Date().toISOString()} ${line}\n`);
    },
  });
};

/** Starts what answers for AWS; each is put on the list of what has to be stopped as soon as it runs. */
export const startServices = async (options: ServicesOptions, shutdown: ShutdownList): Promise<Services> => {
  const { dataDirectory, fsync, say } = options;
  const access = startAccessControl(options);
  const credentials = createCredentials((call) => access.authorize(call));
  const at = (name: string): string => join(dataDirectory, name);
  const postgres = shutdown.add(await startPostgres({ directory: at('postgres'), durable: fsync }));
  say(`PostgreSQL listens on port ${postgres.port}`);
  const gate = credentials;
  const secrets = shutdown.add(await startSecretsManager({ gate, directory: at('secrets') }));
  const kms = shutdown.add(await startKms({ gate, directory: at('kms') }));
  const queues = shutdown.add(await startQueues({ gate }));
  const objects = shutdown.add(await startObjects({ gate }));
  const tables = shutdown.add(await startTables({ gate }));
  const runtime = shutdown.add(createLambdaRuntime(at('logs')));
  const lambda = shutdown.add(await startLambdaEndpoint(runtime, gate));
  const addresses = { sqs: queues.url, s3: objects.url, dynamodb: tables.url, kms: kms.url };
  const endpoints: Endpoints = { ...addresses, secretsManager: secrets.url, lambda: lambda.url, rdsData: '' };
  say('SQS, S3, DynamoDB, KMS, Secrets Manager and Lambda answer');
  const reach = reachThrough(options, credentials, shutdown);
  const reached: Endpoints = {
    sqs: await reach('sqs', queues.url),
    s3: objects.url,
    dynamodb: await reach('dynamodb', tables.url),
    kms: await reach('kms', kms.url),
    secretsManager: await reach('secretsmanager', secrets.url),
    lambda: lambda.url,
    rdsData: '',
  };
  const operator = credentials.issue(operatorArn);
  const client = (endpoint: string, key: AccessKey) => ({ region, endpoint, credentials: { ...key } });
  const connectSqs = (url: string, key: AccessKey) =>
    new SQSClient({ ...client(url, key), useQueueUrlAsEndpoint: false });
  return {
    access,
    credentials,
    operator,
    endpoints,
    postgres,
    runtime,
    lookAtQueue: queues.look,
    sqs: connectSqs(queues.url, operator),
    s3: new S3Client(client(objects.url, operator)),
    dynamodb: new DynamoDBClient(client(tables.url, operator)),
    kms: new KMSClient(client(kms.url, operator)),
    secretsManager: new SecretsManagerClient(client(secrets.url, operator)),
    sqsAs: (key) => connectSqs(reached.sqs, key),
    sdkEnvironment: (key) => environmentOf(key === operator ? endpoints : reached, key),
    registerCluster: async (clusterArn) => {
      if (endpoints.rdsData) throw new Error('The dev cloud has one database cluster, and this is a second.');
      const login = (secretArn: string) => loginOf(secrets, postgres, secretArn);
      const dataApi = shutdown.add(await startDataApi({ gate, clusterArn, loginOf: login }));
      endpoints.rdsData = dataApi.url;
      reached.rdsData = await reach('rds-data', dataApi.url);
    },
  };
};
