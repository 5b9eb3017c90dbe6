import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { AccessControl } from '../iam/access-control.ts';
import type { AccessKey } from '../services/credentials.ts';
import type { Postgres } from '../services/postgres.ts';
import type { Assembly } from './assembly.ts';
import { TemplateFault } from './intrinsics.ts';
import type { LambdaRuntime } from './lambda-runtime.ts';
import type { Plan } from './plan.ts';
import type { ResourceState } from './resource-state.ts';

/** A resource of a template whose properties hold no intrinsic function and no dynamic reference any more. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a resource that exists answers to Ref and Fn::GetAtt. */
export interface Made {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What those who make resources work with. */
export interface Workshop {
  readonly assembly: Assembly;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly secretsManager: SecretsManagerClient;
  readonly postgres: Postgres;
  readonly runtime: LambdaRuntime;
  /** What is remembered of resources from run to run. */
  readonly state: ResourceState;
  /** What is to be started once every resource exists. */
  readonly plan: Plan;
  /** Values that replace members of what the template puts into a secret, by the secret's name. */
  readonly secrets: Readonly<Record<string, object>>;
  readonly access: AccessControl;
  issueKey(principal: string): AccessKey;
  /** Environment by which an SDK client reaches the dev cloud under that key. */
  sdkEnvironment(key: AccessKey): Record<string, string>;
  /** Puts the Data API in front of the database, for this cluster. */
  registerCluster(clusterArn: string): Promise<void>;
  readonly say: (line: string) => void;
}

export type Maker = (resource: Resource, workshop: Workshop) => Promise<Made> | Made;

export const whereOf = ({ stack, logicalId, type }: Omit<Resource, 'properties'>): string =>
  `${stack}/${logicalId} (${type})`;

/**
 * The name of a resource that the template does not name: the same in every run, so that kept state still fits.
 * Shortened from the front of the logical id, as CloudFormation does, and never longer than `maximum`.
 */
export const generatedName = ({ stack, logicalId }: Resource, maximum = 64): string => {
  const hash = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, 12).toUpperCase();
  return `${`${stack}-${logicalId}`.slice(0, maximum - hash.length - 1)}-${hash}`;
};

/**
 * Reads the properties of a resource by a strict shape: what the dev cloud neither carries out nor knowingly leaves
 * out is not passed over in silence.
 *
 * @throws TemplateFault naming stack, logical id, type and every property that does not fit.
 */
export const readProperties = <Shape extends z.ZodType>(resource: Resource, shape: Shape): z.infer<Shape> => {
  const parsed = shape.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  throw new TemplateFault(`${whereOf(resource)} is not understood by the dev cloud. ${z.prettifyError(parsed.error)}`);
};

/** A property that changes nothing here. */
export const unused = z.unknown().optional();
/** CloudFormation takes numbers as text too. */
export const count = z.coerce.number().int();
