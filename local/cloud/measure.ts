import { join } from 'node:path';
import { startLogTail } from '../alarms/log-tail.ts';
import { type AlarmWatch, watchAlarms } from '../alarms/watch-alarms.ts';
import type { GatewayObserver } from './api-gateway.ts';
import type { Services } from './cloud-services.ts';
import type { FargateService } from './fargate.ts';
import type { Observed } from './lambda-runtime.ts';
import type { Plan } from './plan.ts';

/** What Lambda tells CloudWatch of an invocation. */
const measureInvocation = (watch: AlarmWatch, { functionName, outcome, milliseconds, concurrency }: Observed): void => {
  const dimensions = { FunctionName: functionName };
  const of = (name: string, value: number) => watch.measured({ namespace: 'AWS/Lambda', name, dimensions, value });
  of('Throttles', outcome === 'throttled' ? 1 : 0);
  of('ConcurrentExecutions', concurrency);
  if (outcome === 'throttled') return;
  of('Invocations', 1);
  of('Errors', outcome === 'failed' ? 1 : 0);
  of('Duration', milliseconds);
};

/** What API Gateway tells CloudWatch of a request. */
export const measureRequests =
  (watch: AlarmWatch, { apis, stages }: Plan): GatewayObserver =>
  (status, milliseconds) => {
    const dimensions = { ApiName: [...apis.values()][0]?.name ?? '', Stage: stages[0]?.name ?? '' };
    const of = (name: string, value: number) =>
      watch.measured({ namespace: 'AWS/ApiGateway', name, dimensions, value });
    of('Count', 1);
    of('4XXError', status >= 400 && status < 500 ? 1 : 0);
    of('5XXError', status >= 500 ? 1 : 0);
    of('Latency', milliseconds);
  };

export interface MeasureOptions {
  readonly dataDirectory: string;
  /** The services that run by now. */
  services(): readonly FargateService[];
  readonly say: (line: string) => void;
}

/** Watches the template's alarms over what functions, queues, tasks and programs measure. */
export const startMeasuring = async (
  plan: Plan,
  { runtime, lookAtQueue }: Services,
  { dataDirectory, services, say }: MeasureOptions,
): Promise<AlarmWatch> => {
  const clusters = new Map(plan.services.map(({ name, cluster }) => [name, cluster]));
  const watch = watchAlarms({
    alarms: plan.alarms,
    compositeAlarms: plan.compositeAlarms,
    queueNames: [...plan.queues.keys()].map((arn) => arn.split(':').at(-1) ?? ''),
    lookAtQueue,
    tasks: () =>
      services().map(({ name, tasks }) => ({
        cluster: clusters.get(name) ?? '',
        service: name,
        running: tasks().length,
      })),
    logs: await startLogTail(join(dataDirectory, 'logs')),
    say,
  });
  runtime.observe((observed) => measureInvocation(watch, observed));
  return watch;
};
