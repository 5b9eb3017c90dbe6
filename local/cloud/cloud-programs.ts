import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { demand } from '../services/aws-error.ts';
import { type GatewayObserver, startApiGateway } from './api-gateway.ts';
import type { Services } from './cloud-services.ts';
import { startMapping } from './event-source-mapping.ts';
import { type FargateService, startFargateService } from './fargate.ts';
import { gatewayOf } from './gateway-plan.ts';
import type { Listener } from './http-listener.ts';
import { accountId, region, TemplateFault } from './intrinsics.ts';
import type { Plan } from './plan.ts';
import { lambdaSession, schedulerSession } from './required-actions.ts';
import { type ScheduleDefinition, type Scheduler, type SchedulerPorts, startScheduler } from './scheduler.ts';
import type { ShutdownList } from './shutdown.ts';

export interface Programs {
  readonly gateway: Listener;
  readonly scheduler: Scheduler;
  readonly services: readonly FargateService[];
}

export interface ProgramsOptions {
  readonly apiPort: number;
  readonly dataDirectory: string;
  readonly longestRestartMs?: number | undefined;
  readonly observeApi: GatewayObserver;
  readonly say: (line: string) => void;
}

/** Pollers receive and delete under the role of their function, as on AWS. */
const startMappings = (plan: Plan, services: Services, shutdown: ShutdownList, say: (line: string) => void): void => {
  for (const mapping of plan.mappings) {
    const roleArn = plan.functionRoles.get(mapping.functionArn.split(':').at(-1) ?? '') ?? '';
    const key = services.credentials.issue(lambdaSession(services.access, roleArn, mapping.functionArn));
    shutdown.add(startMapping(mapping, services.sqsAs(key), services.runtime, say));
  }
};

const schedulerPorts = (plan: Plan, services: Services, say: (line: string) => void): SchedulerPorts => ({
  runtime: services.runtime,
  say,
  permit: ({ arn, roleArn, functionArn }: ScheduleDefinition) => {
    const principal = schedulerSession(services.access, roleArn, arn);
    const call = { principal, service: 'lambda', action: 'lambda:InvokeFunction', resource: functionArn };
    demand(services.access, { ...call, context: {} }, 403);
  },
  sendDeadLetter: async (schedule, queueArn, body, attributes) => {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    const QueueUrl = plan.queues.get(queueArn);
    const principal = schedulerSession(services.access, schedule.roleArn, schedule.arn);
    const sqs = services.sqsAs(services.credentials.issue(principal));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
  },
});

/** API Gateway comes in its own name: only the function's permissions let it in. */
const gatewayPermit =
  ({ access }: Services) =>
  (functionArn: string, sourceArn: string): void =>
    demand(access, {
      principal: 'apigateway.amazonaws.com',
      service: 'lambda',
      action: 'lambda:InvokeFunction',
      resource: functionArn,
      context: { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId },
    });

const startTasks = async (plan: Plan, options: ProgramsOptions, shutdown: ShutdownList): Promise<FargateService[]> => {
  const services: FargateService[] = [];
  for (const { name, taskDefinitionArn, desiredCount } of plan.services) {
    const container = plan.containers.get(taskDefinitionArn);
    if (!container) throw new TemplateFault(`The service ${name} names a task definition that is not in the template.`);
    const logs = join(options.dataDirectory, 'logs');
    const definition = { name, desiredCount, longestRestartMs: options.longestRestartMs, ...container };
    const service = await startFargateService(definition, logs, options.say);
    services.push(shutdown.add(service));
    options.say(
      `${name} runs as ${
        service
          .tasks()
          .map(({ pid }) => `process ${pid}`)
          .join(', ') || 'no task'
      }`,
    );
  }
  return services;
};

/** Starts what the plan has: the gateway, the mappings, the schedules and the tasks, in this order. */
export const startPrograms = async (
  plan: Plan,
  services: Services,
  options: ProgramsOptions,
  shutdown: ShutdownList,
): Promise<Programs> => {
  const { say } = options;
  const gateway = shutdown.add(
    await startApiGateway(
      gatewayOf(plan),
      services.runtime,
      gatewayPermit(services),
      options.apiPort,
      options.observeApi,
    ),
  );
  for (const { apiId, name } of plan.stages)
    plan.addresses.set(`https://${apiId}.execute-api.${region}.amazonaws.com/${name}/`, gateway.url);
  say(`the API answers at ${gateway.url}`);
  startMappings(plan, services, shutdown, say);
  const scheduler = shutdown.add(startScheduler(plan.schedules, schedulerPorts(plan, services, say)));
  say(`${plan.mappings.length} event source mappings and ${plan.schedules.length} schedules run`);
  return { gateway, scheduler, services: await startTasks(plan, options, shutdown) };
};
