import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { AccessControl } from '../../iam/access-control.ts';
import { accountId, region, TemplateFault } from '../intrinsics.ts';
import {
  actionsOn,
  functionSession,
  lambdaSession,
  logWriting,
  networkInterfaceActions,
  queueSourceActions,
  requireActions,
  tracingActions,
} from '../required-actions.ts';
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

const LambdaFunction = z.strictObject({
  FunctionName: z.string().optional(),
  Code: z.strictObject({ S3Bucket: unused, S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.string().regex(/^nodejs/),
  Role: z.string(),
  Timeout: count.default(3),
  MemorySize: count.default(128),
  ReservedConcurrentExecutions: count.optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()) }).default({ Variables: {} }),
  LoggingConfig: z.object({ LogGroup: z.string().optional() }).default({}),
  Description: unused,
  // How it is connected here is how the machine is; what Lambda needs for it of the role is asked for.
  TracingConfig: z.object({ Mode: z.enum(['Active', 'PassThrough']) }).default({ Mode: 'PassThrough' }),
  VpcConfig: z.object({ SubnetIds: z.array(z.string()).default([]) }).optional(),
  Architectures: unused,
  EphemeralStorage: unused,
  Tags: unused,
});

const extensions = ['.mjs', '.js', '.cjs'];

/** The module of `<file>.<export>` in the function's asset, as Lambda's Node.js runtime finds it. */
const moduleOf = (resource: Resource, directory: string, file: string): string => {
  const found = extensions.map((extension) => join(directory, `${file}${extension}`)).find((path) => existsSync(path));
  if (found) return pathToFileURL(found).href;
  throw new TemplateFault(`${whereOf(resource)}: its asset has no ${file}${extensions.join('|')}. Was it bundled?`);
};

/** Reserved environment variables of Lambda (Developer Guide, "Working with Lambda environment variables"). */
const reserved = (name: string, definition: z.infer<typeof LambdaFunction>, directory: string) => ({
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.MemorySize),
  AWS_LAMBDA_LOG_GROUP_NAME: definition.LoggingConfig.LogGroup ?? `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_EXECUTION_ENV: `AWS_Lambda_${definition.Runtime}`,
  _HANDLER: definition.Handler,
  LAMBDA_TASK_ROOT: directory,
  TZ: ':UTC',
  LANG: 'en_US.UTF-8',
});

/** What CreateFunction refuses a role for. */
const examineRole = (access: AccessControl, session: string, definition: z.infer<typeof LambdaFunction>): void => {
  const inNetwork = (definition.VpcConfig?.SubnetIds ?? []).length > 0;
  const actions = [
    ...(definition.TracingConfig.Mode === 'Active' ? tracingActions : []),
    ...(inNetwork ? networkInterfaceActions : []),
  ];
  requireActions(access, actionsOn(session, '*', actions), {
    name: 'InvalidParameterValueException',
    text: 'The provided execution role does not have the permissions that its settings need.',
  });
};

/** Without the right to write, a function runs on AWS as well, and nobody ever sees what it says. */
const mayLog = (access: AccessControl, session: string, group: string): boolean =>
  logWriting(session, group, 'local')
    .map(({ principal, action, resource }) => ({ principal, service: 'logs', action, resource, context: {} }))
    .every((call) => access.authorize(call).allowed);

/** What has an address of its own on AWS is told where it is here. */
const localized = (variables: Readonly<Record<string, string>>, { plan }: Workshop): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, plan.addresses.get(value) ?? value]));

const makeFunction: Maker = (resource, workshop) => {
  const properties = readProperties(resource, LambdaFunction);
  const directory = workshop.assembly.fileAsset(properties.Code.S3Key);
  if (!directory) throw new TemplateFault(`${whereOf(resource)}: no asset has the key ${properties.Code.S3Key}.`);
  const name = properties.FunctionName ?? generatedName(resource);
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const dot = properties.Handler.lastIndexOf('.');
  const { access } = workshop;
  const ofLambda = lambdaSession(access, properties.Role, arn);
  examineRole(access, ofLambda, properties);
  const key = workshop.issueKey(functionSession(access, properties.Role, arn));
  const reservedVariables = reserved(name, properties, directory);
  workshop.plan.functionRoles.set(name, properties.Role);
  workshop.runtime.define({
    name,
    arn,
    module: moduleOf(resource, directory, properties.Handler.slice(0, dot)),
    handler: properties.Handler.slice(dot + 1),
    timeoutSeconds: properties.Timeout,
    memoryMegabytes: properties.MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    mayLog: () => mayLog(access, ofLambda, reservedVariables.AWS_LAMBDA_LOG_GROUP_NAME),
    environment: () => ({
      ...localized(properties.Environment.Variables, workshop),
      ...reservedVariables,
      ...workshop.sdkEnvironment(key),
    }),
  });
  return { ref: name, attributes: { Arn: arn } };
};

const Permission = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const keepPermission: Maker = (resource, { runtime, plan }) => {
  const { Action, FunctionName, Principal, SourceArn, SourceAccount } = readProperties(resource, Permission);
  const Condition = {
    ...(SourceArn && { ArnLike: { 'AWS:SourceArn': SourceArn } }),
    ...(SourceAccount && { StringEquals: { 'AWS:SourceAccount': SourceAccount } }),
  };
  const resourceArn = runtime.arnOf(FunctionName);
  const statement = { Effect: 'Allow', Action, Principal: { Service: Principal }, Resource: resourceArn, Condition };
  plan.resourcePolicies.push({ resourceArn, statements: [statement] });
  return { ref: generatedName(resource) };
};

const EventSourceMapping = z.strictObject({
  EventSourceArn: z.string().startsWith('arn:aws:sqs:'),
  FunctionName: z.string(),
  BatchSize: count.default(10),
  MaximumBatchingWindowInSeconds: count.default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: count }).optional(),
  Enabled: z.boolean().default(true),
  Tags: unused,
});

const planMapping: Maker = (resource, { plan, runtime, access }) => {
  const mapping = readProperties(resource, EventSourceMapping);
  const queueUrl = plan.queues.get(mapping.EventSourceArn);
  if (!queueUrl) throw new TemplateFault(`${whereOf(resource)}: there is no queue ${mapping.EventSourceArn}.`);
  const functionArn = runtime.arnOf(mapping.FunctionName);
  const session = lambdaSession(access, plan.functionRoles.get(functionArn.split(':').at(-1) ?? '') ?? '', functionArn);
  requireActions(access, actionsOn(session, mapping.EventSourceArn, queueSourceActions), {
    name: 'InvalidParameterValueException',
    text: 'The provided execution role does not have permissions to read the queue.',
  });
  if (mapping.Enabled)
    plan.mappings.push({
      queueArn: mapping.EventSourceArn,
      queueUrl,
      functionArn,
      batchSize: mapping.BatchSize,
      batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
      reportBatchItemFailures: mapping.FunctionResponseTypes.length > 0,
      maximumConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? 5,
    });
  return { ref: generatedName(resource) };
};

export const functionMakers: Readonly<Record<string, Maker>> = {
  'AWS::Lambda::Function': makeFunction,
  'AWS::Lambda::Permission': keepPermission,
  'AWS::Lambda::EventSourceMapping': planMapping,
};
