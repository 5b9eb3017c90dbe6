import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Canary } from '../constructs/canary.ts';
import { cdrAlarms } from '../constructs/cdr-alarms.ts';
import { ledgerAlarms } from '../constructs/ledger-alarms.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { type ErrorTolerance, ServiceFunction } from '../constructs/service-function.ts';
import { type Deployment, StageStack } from '../deployment.ts';
import { pascalCase } from '../names.ts';
import type { ApiStack } from './api.ts';
import type { DataStack } from './data.ts';
import { type MessagingStack, queueEnvironment } from './messaging.ts';

interface Job {
  readonly name: string;
  readonly timeout: Duration;
  readonly errors: ErrorTolerance;
  readonly expression: string;
  readonly runsWithin: { readonly period: Duration; readonly periods: number };
  readonly sendsTo: MessagingStack['sending'];
  readonly writesCdrs?: boolean;
  /** Beside what every job is told. */
  readonly environment?: Readonly<Record<string, string>>;
}

const everyMinute = {
  timeout: Duration.seconds(50),
  expression: 'rate(1 minute)',
  runsWithin: { period: Duration.minutes(5), periods: 1 },
};

/** What is done by the clock, each job under a lease in the leases table. */
export class SchedulesStack extends StageStack {
  readonly jobs: readonly ServiceFunction[];

  constructor(scope: Construct, deployment: Deployment, data: DataStack, messaging: MessagingStack, api: ApiStack) {
    super(scope, 'schedules', deployment, 'internal');
    const { sending, callbacks, pushes, casRequests } = messaging;
    const jobs: readonly Job[] = [
      {
        ...everyMinute,
        name: 'dispatch-due',
        errors: 'money-path',
        sendsTo: [...sending, callbacks, pushes, casRequests],
      },
      {
        ...everyMinute,
        name: 'remove-expired',
        errors: 'few',
        sendsTo: [callbacks],
        environment: { INBOUND_WAIT_MINUTES: `${deployment.config.inboundWaitMinutes}` },
      },
      { ...everyMinute, name: 'cycle-emms', errors: 'few', sendsTo: [] },
      {
        name: 'maintain-partitions',
        timeout: Duration.seconds(60),
        errors: 'none',
        expression: 'cron(10 2 * * ? *)',
        runsWithin: { period: Duration.hours(1), periods: 26 },
        sendsTo: [],
        environment: { STATISTICS_MONTHS: `${deployment.config.statisticsMonths}` },
      },
      {
        name: 'reconcile-ledger',
        timeout: Duration.minutes(4),
        errors: 'none',
        expression: 'rate(1 hour)',
        runsWithin: { period: Duration.hours(1), periods: 3 },
        sendsTo: [],
      },
      {
        name: 'sum-statistics',
        timeout: Duration.minutes(4),
        errors: 'few',
        expression: 'rate(5 minutes)',
        runsWithin: { period: Duration.minutes(15), periods: 1 },
        sendsTo: [],
      },
      {
        name: 'export-cdrs',
        timeout: Duration.minutes(10),
        errors: 'none',
        expression: 'rate(15 minutes)',
        runsWithin: { period: Duration.hours(1), periods: 1 },
        sendsTo: [],
        writesCdrs: true,
        environment: {
          CDR_BUCKET_NAME: data.cdrs.bucket.bucketName,
          CDR_LOOK_HOURS: deployment.config.cdr.lookHours.join(','),
        },
      },
    ];
    this.jobs = jobs.map((job) => this.schedule(job, deployment, data, messaging));
    ledgerAlarms(this, messaging.alarms);
    cdrAlarms(this, messaging.alarms);
    new Canary(this, 'Canary', {
      deployment,
      alarms: messaging.alarms,
      apiUrl: api.url,
      keySecret: data.canaryKeySecret,
    });
  }

  private schedule(job: Job, deployment: Deployment, data: DataStack, { alarms }: MessagingStack): ServiceFunction {
    const { name, timeout, errors, expression, runsWithin, sendsTo, writesCdrs, environment } = job;
    const made = new ServiceFunction(this, pascalCase(name), {
      deployment,
      alarms,
      name,
      timeout,
      errors,
      environment: {
        ...data.database.environment,
        ...queueEnvironment(...sendsTo),
        LEASES_TABLE_NAME: data.leases.tableName,
        ...environment,
      },
    });
    data.database.allow(made.role);
    for (const { queue } of sendsTo) made.allow(['sqs:SendMessage'], queue.queueArn);
    data.allowTable(made.role, data.leases, ['dynamodb:UpdateItem']);
    if (writesCdrs) data.allowCdrs(made.role);
    const moneyPath = errors === 'money-path';
    new ScheduledJob(this, `${pascalCase(name)}Schedule`, {
      deployment,
      alarms,
      job: made,
      expression,
      runsWithin,
      moneyPath,
    });
    return made;
  }
}
