import type { CompositeAlarm, MetricAlarm } from '../alarms/alarm.ts';
import type { MappingDefinition } from './event-source-mapping.ts';
import type { GatewayAuthorizer, GatewayResponse } from './gateway-definition.ts';
import type { ScheduleDefinition } from './scheduler.ts';

/** A method as the template has it: its resource and authorizer still by id. */
export interface PlannedMethod {
  readonly apiId: string;
  readonly resourceId: string;
  readonly method: string;
  readonly functionArn: string;
  readonly timeoutMilliseconds: number;
  readonly authorizerId?: string | undefined;
}

export interface PlannedApi {
  readonly apiId: string;
  readonly name: string;
  readonly rootResourceId: string;
  readonly binaryMediaTypes: readonly string[];
}

/** What a service does in a role's name, of its own accord. */
export interface RequiredAction {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
}

export interface PlannedContainer {
  readonly directory: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly containerPorts: readonly number[];
  readonly stopTimeoutSeconds: number;
  /** What Fargate does under the execution role before the container runs. */
  readonly start: readonly RequiredAction[];
}

export interface PlannedDatabase {
  readonly clusterArn: string;
  /** The database that the cluster was made with, and its master user. */
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

/** A policy statement as IAM writes it; who reads it knows its members. */
export type Statement = Readonly<Record<string, unknown>>;

/** A role of the template, with the statements of its own and attached policies: what enforcement is built on. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly trust: readonly Statement[];
  readonly statements: Statement[];
  readonly managedPolicyArns: readonly string[];
}

/** A policy that hangs on a resource: of a queue, a key, a topic, or a function's permissions. */
export interface ResourcePolicy {
  readonly resourceArn: string;
  readonly statements: readonly Statement[];
}

/** What the template asks for that is not a resource of a service but something to be started, or kept as data. */
export interface Plan {
  readonly apis: Map<string, PlannedApi>;
  /** Resource id -> its parent and its part of the path. */
  readonly pathParts: Map<string, { readonly parentId: string; readonly pathPart: string }>;
  readonly methods: PlannedMethod[];
  readonly authorizers: Map<string, GatewayAuthorizer>;
  readonly stages: { readonly apiId: string; readonly name: string; readonly variables: Record<string, string> }[];
  /** By API id, then by response type. */
  readonly responses: Map<string, Record<string, GatewayResponse>>;
  readonly mappings: MappingDefinition[];
  readonly schedules: ScheduleDefinition[];
  /** By the task definition's ARN. */
  readonly containers: Map<string, PlannedContainer>;
  readonly services: {
    readonly name: string;
    readonly cluster: string;
    readonly taskDefinitionArn: string;
    readonly desiredCount: number;
  }[];
  readonly databases: PlannedDatabase[];
  /** ARN of the secret with a cluster's login, by the cluster's ARN. */
  readonly databaseSecrets: Map<string, string>;
  /** Settings of a cluster parameter group, by its name. */
  readonly databaseSettings: Map<string, Readonly<Record<string, string>>>;
  /** Queue URL by ARN. */
  readonly queues: Map<string, string>;
  /** Role by ARN. */
  readonly roles: Map<string, Role>;
  readonly resourcePolicies: ResourcePolicy[];
  /** ARN of the customer's key that a resource is encrypted under, by the resource's ARN. */
  readonly encryptionKeys: Map<string, string>;
  /** Role ARN by function name. */
  readonly functionRoles: Map<string, string>;
  readonly alarms: MetricAlarm[];
  readonly compositeAlarms: CompositeAlarm[];
  /** Where something is here, by the address that it has on AWS: known once it runs. */
  readonly addresses: Map<string, string>;
}

export const emptyPlan = (): Plan => ({
  apis: new Map(),
  pathParts: new Map(),
  methods: [],
  authorizers: new Map(),
  stages: [],
  responses: new Map(),
  mappings: [],
  schedules: [],
  containers: new Map(),
  services: [],
  databases: [],
  databaseSecrets: new Map(),
  databaseSettings: new Map(),
  queues: new Map(),
  roles: new Map(),
  resourcePolicies: [],
  encryptionKeys: new Map(),
  functionRoles: new Map(),
  alarms: [],
  compositeAlarms: [],
  addresses: new Map(),
});
