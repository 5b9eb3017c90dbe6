import * as z from 'zod';
import { accountId, region, TemplateFault } from '../intrinsics.ts';
import type { RequiredAction } from '../plan.ts';
import { actionsOn, imagePullActions, logWriting, requireActions, taskSession } from '../required-actions.ts';
import {
  count,
  generatedName,
  type Maker,
  type Resource,
  readProperties,
  unused,
  type Workshop,
  whereOf,
} from '../resource.ts';
import { readSecretMember } from './secrets.ts';

const Container = z.strictObject({
  Name: z.string(),
  Image: z.string(),
  Command: z.array(z.string()).min(1),
  Environment: z.array(z.object({ Name: z.string(), Value: z.coerce.string() })).default([]),
  Secrets: z.array(z.object({ Name: z.string(), ValueFrom: z.string() })).default([]),
  PortMappings: z.array(z.object({ ContainerPort: count })).default([]),
  StopTimeout: count.default(30),
  Essential: unused,
  // A task that dies is replaced; whether one that lives is well, its own endpoint says.
  HealthCheck: unused,
  LogConfiguration: z.object({ Options: z.object({ 'awslogs-group': z.string().optional() }).optional() }).optional(),
  ReadonlyRootFilesystem: unused,
  LinuxParameters: unused,
  Cpu: unused,
  Memory: unused,
  MemoryReservation: unused,
});

const TaskDefinition = z.strictObject({
  Family: z.string().optional(),
  ContainerDefinitions: z.array(Container).length(1),
  TaskRoleArn: z.string(),
  ExecutionRoleArn: z.string().optional(),
  Cpu: unused,
  Memory: unused,
  NetworkMode: unused,
  RequiresCompatibilities: unused,
  RuntimePlatform: unused,
  Tags: unused,
});

/** `<secret ARN>` or `<secret ARN>:<key>:<stage>:<version>`, where the ARN itself has seven parts. */
const secretOf = (valueFrom: string) => {
  const parts = valueFrom.split(':');
  return { arn: parts.slice(0, 7).join(':'), key: parts[7] || undefined };
};

const readSecret = ({ secretsManager }: Workshop, valueFrom: string): Promise<string> => {
  const { arn, key } = secretOf(valueFrom);
  return readSecretMember(secretsManager, arn, key);
};

/** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>` -> the repository's ARN. */
const repositoryOf = (image: string): string => {
  const [, account, region, name] = /^(\d+)\.dkr\.ecr\.([^.]+)\.amazonaws\.com\/([^:]+):/.exec(image) ?? [];
  return `arn:aws:ecr:${region}:${account}:repository/${name}`;
};

/** What Fargate does before a container runs: the pull, the log and the secrets (ECS Developer Guide, "Amazon ECS task execution IAM role"). */
const startOf = (container: z.infer<typeof Container>, principal: string): readonly RequiredAction[] => {
  const group = container.LogConfiguration?.Options?.['awslogs-group'];
  return [
    ...actionsOn(principal, '*', ['ecr:GetAuthorizationToken']),
    ...actionsOn(principal, repositoryOf(container.Image), imagePullActions),
    ...(group === undefined ? [] : logWriting(principal, group, container.Name)),
    ...container.Secrets.flatMap(({ ValueFrom }) =>
      actionsOn(principal, secretOf(ValueFrom).arn, ['secretsmanager:GetSecretValue']),
    ),
  ];
};

const environmentOf = async (
  container: z.infer<typeof Container>,
  principal: string,
  workshop: Workshop,
): Promise<Record<string, string>> => {
  const plain = Object.fromEntries(container.Environment.map(({ Name, Value }) => [Name, Value]));
  const secret = Object.fromEntries(
    await Promise.all(
      container.Secrets.map(async ({ Name, ValueFrom }) => [Name, await readSecret(workshop, ValueFrom)] as const),
    ),
  );
  return {
    NODE_ENV: 'production',
    ...plain,
    ...secret,
    TZ: 'UTC',
    ...workshop.sdkEnvironment(workshop.issueKey(principal)),
  };
};

const directoryOf = (resource: Resource, image: string, { assembly }: Workshop): string => {
  const directory = assembly.imageAsset(image.slice(image.lastIndexOf(':') + 1));
  if (directory) return directory;
  throw new TemplateFault(`${whereOf(resource)}: the image ${image} is not an asset of this assembly.`);
};

const planTask: Maker = async (resource, workshop) => {
  const task = readProperties(resource, TaskDefinition);
  const family = task.Family ?? generatedName(resource);
  const arn = `arn:aws:ecs:${region}:${accountId}:task-definition/${family}:1`;
  const { access } = workshop;
  const own = taskSession(access, task.TaskRoleArn, family);
  if (!task.ExecutionRoleArn)
    throw new TemplateFault(`${whereOf(resource)}: Fargate pulls no image from ECR without an execution role.`);
  const execution = taskSession(access, task.ExecutionRoleArn, family);
  for (const container of task.ContainerDefinitions)
    workshop.plan.containers.set(arn, {
      directory: directoryOf(resource, container.Image, workshop),
      command: container.Command,
      environment: await environmentOf(container, own, workshop),
      containerPorts: container.PortMappings.map(({ ContainerPort }) => ContainerPort),
      stopTimeoutSeconds: container.StopTimeout,
      start: startOf(container, execution),
    });
  return { ref: arn, attributes: { TaskDefinitionArn: arn } };
};

const Service = z.strictObject({
  ServiceName: z.string().optional(),
  Cluster: z.string(),
  TaskDefinition: z.string(),
  DesiredCount: count.default(1),
  LaunchType: z.literal('FARGATE').optional(),
  LoadBalancers: z.array(z.never()).optional(),
  // How a deployment goes over, and where in the network.
  DeploymentConfiguration: unused,
  DeploymentController: unused,
  EnableECSManagedTags: unused,
  EnableExecuteCommand: unused,
  AvailabilityZoneRebalancing: unused,
  NetworkConfiguration: unused,
  PlatformVersion: unused,
  PropagateTags: unused,
  Tags: unused,
});

const planService: Maker = (resource, { plan, access }) => {
  const service = readProperties(resource, Service);
  const name = service.ServiceName ?? generatedName(resource);
  const start = plan.containers.get(service.TaskDefinition)?.start ?? [];
  if (service.DesiredCount > 0)
    requireActions(access, start, { name: 'ResourceInitializationError', text: 'The task could not be started.' });
  plan.services.push({
    name,
    cluster: service.Cluster,
    taskDefinitionArn: service.TaskDefinition,
    desiredCount: service.DesiredCount,
  });
  const arn = `arn:aws:ecs:${region}:${accountId}:service/${service.Cluster}/${name}`;
  return { ref: arn, attributes: { Name: name, ServiceArn: arn } };
};

const Cluster = z.strictObject({ ClusterName: z.string().optional(), ClusterSettings: unused, Tags: unused });

const makeCluster: Maker = (resource) => {
  const name = readProperties(resource, Cluster).ClusterName ?? generatedName(resource);
  return { ref: name, attributes: { Arn: `arn:aws:ecs:${region}:${accountId}:cluster/${name}` } };
};

export const taskMakers: Readonly<Record<string, Maker>> = {
  'AWS::ECS::Cluster': makeCluster,
  'AWS::ECS::TaskDefinition': planTask,
  'AWS::ECS::Service': planService,
};
