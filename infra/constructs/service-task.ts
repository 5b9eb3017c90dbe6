import type { Duration } from 'aws-cdk-lib';
import { FargateTaskDefinition, LogDrivers, type Secret } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge, type Deployment } from '../deployment.ts';
import {
  type Architecture,
  metricsPort,
  runtimePlatformOf,
  type TaskProgram,
  taskCommand,
  taskHealthCheck,
  taskImage,
} from './task-image.ts';

export interface ServiceTaskProps {
  readonly deployment: Deployment;
  /** The program; its family, container, roles and log group are called so. */
  readonly name: TaskProgram;
  /** Fargate CPU units and MiB, and what the image is built for. */
  readonly size: { readonly architecture: Architecture; readonly cpu: number; readonly memoryMiB: number };
  /** One sentence each, for whoever reads the roles: what the program may do, and what ECS does to start it. */
  readonly mayDo: string;
  readonly starts: string;
  /** How long it has to end by itself; ECS allows two minutes. */
  readonly stopTimeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** Default: where it answers for its health. */
  readonly port?: number;
}

export interface ServiceTask {
  readonly task: FargateTaskDefinition;
  /** The program's own. */
  readonly role: Role;
}

const taskRole = (scope: Construct, id: string, roleName: string, description: string): Role =>
  new Role(scope, id, { roleName, description, assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });

/**
 * The task of a service: one container whose root is read-only, a role for the program and one for ECS, which pulls the
 * image and opens the log. What the program may do is granted to its role by whoever asks for it.
 */
export const makeServiceTask = (scope: Construct, props: ServiceTaskProps): ServiceTask => {
  const { name, size, environment, secrets, port = metricsPort } = props;
  const { config, names, dataRemoval } = props.deployment;
  const role = taskRole(scope, 'TaskRole', names.of(name), props.mayDo);
  const executionRole = taskRole(scope, 'ExecutionRole', names.of(`${name}-start`), props.starts);
  acknowledge(executionRole, 'AwsSolutions-IAM5[Resource::*]', 'ecr:GetAuthorizationToken knows no resource to name.');
  const task = new FargateTaskDefinition(scope, 'Task', {
    family: names.of(name),
    cpu: size.cpu,
    memoryLimitMiB: size.memoryMiB,
    runtimePlatform: runtimePlatformOf(size.architecture),
    taskRole: role,
    executionRole,
  });
  task.addContainer(name, {
    containerName: name,
    image: taskImage(scope, name, size.architecture),
    command: taskCommand,
    essential: true,
    readonlyRootFilesystem: true,
    stopTimeout: props.stopTimeout,
    portMappings: [{ containerPort: port }],
    environment: { ...environment },
    ...(secrets && { secrets: { ...secrets } }),
    healthCheck: taskHealthCheck,
    logging: LogDrivers.awsLogs({
      streamPrefix: name,
      logGroup: new LogGroup(scope, 'Logs', {
        logGroupName: names.logGroup(name),
        retention: config.logRetentionDays,
        removalPolicy: dataRemoval,
      }),
    }),
  });
  acknowledge(task, 'AwsSolutions-ECS2', 'The environment names things; what is secret comes from its secret.');
  return { task, role };
};
