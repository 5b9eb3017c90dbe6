import { Aws, type Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { Alarms } from './alarms.ts';
import type { ServiceFunction } from './service-function.ts';
import { DeadLetters } from './work-queue.ts';

export interface ScheduledJobProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  readonly job: ServiceFunction;
  /** EventBridge Scheduler's notation, in UTC: `rate(1 minute)`, `cron(10 2 * * ? *)`. */
  readonly expression: string;
  /** In any such span the job must have run at least once; its silence wakes somebody. */
  readonly runsWithin: { readonly period: Duration; readonly periods: number };
  readonly moneyPath?: boolean;
}

/**
 * A function run by EventBridge Scheduler: a role that may invoke it and nothing else, dead letters for what could not
 * be delivered, and an alarm on its silence. The function takes a lease, so that two runs never work at once.
 */
export class ScheduledJob extends Construct {
  constructor(scope: Construct, id: string, props: ScheduledJobProps) {
    super(scope, id);
    const { deployment, alarms, job, expression, runsWithin, moneyPath } = props;
    const deadLetters = new DeadLetters(this, 'DeadLetters', {
      deployment,
      alarms,
      name: job.name,
      sentence: `EventBridge Scheduler could not start ${job.name} and put the run into its dead letters.`,
    }).queue;
    const role = new Role(this, 'Role', {
      roleName: deployment.names.of(`${job.name}-schedule`),
      description: `Starts ${job.name}.`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [job.function.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    const schedule = new CfnSchedule(this, 'Schedule', {
      name: deployment.names.of(job.name),
      description: `Starts ${job.name}.`,
      scheduleExpression: expression,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: job.function.functionArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: deadLetters.queueArn },
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 300 },
      },
    });
    schedule.node.addDependency(role);
    alarms.page(this, {
      heading: `${job.name}/NotRunning`,
      sentence: `${job.name} was not started when its schedule says so.`,
      metric: job.function.metricInvocations({ statistic: Stats.SUM, period: runsWithin.period }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: runsWithin.periods,
      missing: TreatMissingData.BREACHING,
      moneyPath,
    });
  }
}
