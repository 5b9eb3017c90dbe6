import { Duration } from 'aws-cdk-lib';
import { type Alarm, type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  DockerImageCode,
  DockerImageFunction,
  EventSourceMapping,
  type IFunction,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, type Deployment } from '../deployment.ts';
import { bundleProgram, type Files } from '../program-bundle.ts';
import { type Alarms, minute } from './alarms.ts';
import { GradualDeployment } from './gradual-deployment.ts';
import { allowNetworkInterfaces } from './network-interfaces.ts';
import type { WorkQueue } from './work-queue.ts';

/** How a function's errors are judged. */
export type ErrorTolerance =
  /** Any error wakes somebody. */
  | 'none'
  /** More than 1 % of a minute's invocations, and MoneyPath is unwell. */
  | 'money-path'
  /** More than 1 % of a minute's invocations. */
  | 'few';

export interface ServiceFunctionProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  /** A verb and a noun; the folder under lambdas/, the function, its service name and its logs are called so. */
  readonly name: string;
  readonly timeout: Duration;
  readonly errors: ErrorTolerance;
  /** The function's own count of its faults, where Lambda's counts refusals too. */
  readonly faultMetric?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** MiB; 1,769 is one whole CPU. Default 1024. */
  readonly memory?: number;
  readonly reservedConcurrency?: number;
  /** Whether a new version has a tenth of the calls first, where the stage says so: what clients and their money meet. */
  readonly gradual?: boolean;
  /** What lies beside the bundle, by path. */
  readonly beside?: Files;
  /** Where the function is an image and no zip: what that is built from beside the bundle, its Dockerfile among it. */
  readonly image?: Files;
  /** Where it must leave from fixed addresses. */
  readonly network?: { readonly vpc: IVpc; readonly securityGroup: SecurityGroup };
}

/** The directory of a function's bundle and of what lies beside it. */
export const bundleFunction = (scope: Construct, name: string, beside?: Files): string =>
  bundleProgram(scope, name, { entry: `lambdas/${name}/handler.ts`, outfile: 'index.mjs', beside });

/** One function: the code under its path, a role and a log group of its own, and the alarms on its faults. */
export class ServiceFunction extends Construct {
  readonly name: string;
  readonly function: LambdaFunction;
  /** What is to be called: the function, or where it is deployed gradually, its alias. */
  readonly called: IFunction;
  readonly role: Role;
  readonly timeout: Duration;
  /** MiB. */
  readonly memory: number;
  private readonly gradual: GradualDeployment | undefined;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { deployment, name } = props;
    this.name = name;
    this.timeout = props.timeout;
    this.memory = props.memory ?? 1024;
    this.role = new Role(this, 'Role', {
      roleName: deployment.names.of(name),
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${name} may do.`,
    });
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: deployment.names.logGroup(name),
      retention: deployment.config.logRetentionDays,
      removalPolicy: deployment.dataRemoval,
    });
    logGroup.grantWrite(this.role);
    if (props.network) allowNetworkInterfaces(this, this.role, deployment.names.of(name));
    this.function = this.makeFunction(props, logGroup);
    acknowledge(
      this.role,
      'AwsSolutions-IAM5[Resource::*]',
      props.network
        ? 'X-Ray and the network interfaces of a function in a VPC know no resources to name.'
        : 'X-Ray takes segments for no resource in particular.',
    );
    const { deployments } = deployment.config;
    if (props.gradual && deployments)
      this.gradual = new GradualDeployment(this, 'Deployment', {
        deployment,
        deployments,
        name,
        function: this.function,
      });
    this.called = this.gradual?.alias ?? this.function;
    this.rollBackOn(this.raiseAlarms(props));
  }

  /**
   * The function's one source of work: batches of ten, failures reported one by one, at most so many at once. Half-full
   * batches gather for a second: at a hundred messages a second that is a tenth of the invocations and statements.
   */
  consume(queue: WorkQueue, maxConcurrency: number): void {
    // Under the function whichever is called, so that the mapping goes over to an alias instead of being made anew.
    new EventSourceMapping(this.function, queue.name, {
      target: this.called,
      eventSourceArn: queue.queue.queueArn,
      batchSize: 10,
      maxBatchingWindow: Duration.seconds(1),
      reportBatchItemFailures: true,
      maxConcurrency,
    });
    this.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queue.queueArn);
  }

  /** Takes a new version back on this alarm too, where it is deployed gradually. */
  rollBackOn(alarm: Alarm): void {
    this.gradual?.rollBackOn(alarm);
  }

  /** Allows actions on one resource; what is needed is granted beside the need. */
  allow(actions: readonly string[], resource: string, conditions?: Record<string, Record<string, string>>): void {
    this.role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [resource], conditions }));
  }

  /**
   * Lambda does not make an image of what was a zip, and CloudFormation replaces nothing that keeps its name: the image is
   * another function under another name, and takes the place of the zip when a stage goes over.
   */
  private makeFunction(props: ServiceFunctionProps, logGroup: LogGroup): LambdaFunction {
    const { deployment, name, network, image } = props;
    const settings = {
      architecture: Architecture.ARM_64,
      role: this.role,
      logGroup,
      timeout: props.timeout,
      memorySize: this.memory,
      reservedConcurrentExecutions: props.reservedConcurrency,
      tracing: Tracing.ACTIVE,
      environment: { ...commonEnvironment(deployment, name), ...props.environment },
      vpc: network?.vpc,
      vpcSubnets: network && { subnetGroupName: 'private' },
      securityGroups: network && [network.securityGroup],
    };
    const bundle = bundleFunction(this, name, image ?? props.beside);
    if (image)
      return new DockerImageFunction(this, 'Image', {
        ...settings,
        functionName: deployment.names.of(`${name}-image`),
        code: DockerImageCode.fromImageAsset(bundle, { platform: Platform.LINUX_ARM64 }),
      });
    return new LambdaFunction(this, 'Function', {
      ...settings,
      functionName: deployment.names.of(name),
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromAsset(bundle),
      handler: 'index.handler',
    });
  }

  /** Gives the one on its errors. */
  private raiseAlarms({ alarms, name, errors, faultMetric, timeout }: ServiceFunctionProps): Alarm {
    const faults = faultMetric
      ? new Metric({ namespace: metricNamespace, metricName: faultMetric, dimensionsMap: { service: name } })
      : this.function.metricErrors();
    const failing = errors === 'none' ? sum(faults) : this.failureRate();
    const erring = alarms.page(this, {
      heading: `${name}/Errors`,
      sentence:
        errors === 'none' ? `${name} has failed.` : `${name} fails in more than 1 % of its invocations for 3 minutes.`,
      metric: failing,
      threshold: 1,
      periods: errors === 'none' ? 1 : 3,
      moneyPath: errors === 'money-path',
    });
    alarms.ticket(this, {
      heading: `${name}/Throttles`,
      sentence: `${name} was refused an execution for want of concurrency, 5 minutes in a row.`,
      metric: sum(this.function.metricThrottles()),
      threshold: 1,
      periods: 5,
    });
    alarms.ticket(this, {
      heading: `${name}/NearTimeout`,
      sentence: `${name} took more than 80 % of its timeout of ${timeout.toSeconds()} seconds.`,
      metric: this.function.metricDuration({ statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      threshold: 0.8 * timeout.toMilliseconds(),
    });
    return erring;
  }

  private failureRate(): IMetric {
    return new MathExpression({
      expression: 'IF(invocations > 0, 100 * errors / invocations, 0)',
      usingMetrics: { errors: sum(this.function.metricErrors()), invocations: sum(this.function.metricInvocations()) },
      label: 'errors in percent of invocations',
      period: minute,
    });
  }
}

const sum = (metric: Metric) => metric.with({ statistic: Stats.SUM, period: minute });

/** What every program is told, in a function or a task. */
export const commonEnvironment = ({ stage, config }: Deployment, name: string): Record<string, string> => ({
  STAGE: stage,
  POWERTOOLS_SERVICE_NAME: name,
  POWERTOOLS_METRICS_NAMESPACE: metricNamespace,
  POWERTOOLS_LOG_LEVEL: config.logLevel,
});

/** Where programs put their own metrics. */
export const metricNamespace = 'Signalbox';
