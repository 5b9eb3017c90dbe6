import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { Alarms } from './alarms.ts';
import { ScheduledJob } from './scheduled-job.ts';
import { metricNamespace, ServiceFunction } from './service-function.ts';

export interface CanaryProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  /** Where clients find the API. */
  readonly apiUrl: string;
  readonly keySecret: Secret;
}

const name = 'send-canary';
/** Three canaries. */
const fifteenMinutes = Duration.minutes(15);

export const canaryMetric = (metricName: string, statistic: string, period = fifteenMinutes): Metric =>
  new Metric({ namespace: metricNamespace, metricName, dimensionsMap: { service: name }, statistic, period });

/** A test message through the API every five minutes, from the request to the settled receipt, and alarms on its silence. */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, { deployment, alarms, apiUrl, keySecret }: CanaryProps) {
    super(scope, id);
    const job = new ServiceFunction(this, 'SendCanary', {
      deployment,
      alarms,
      name,
      timeout: Duration.minutes(1),
      errors: 'few',
      memory: 256,
      environment: { API_URL: apiUrl, CANARY_KEY_SECRET_ARN: keySecret.secretArn },
    });
    job.allow(['secretsmanager:GetSecretValue'], keySecret.secretArn);
    const runsWithin = { period: fifteenMinutes, periods: 1 };
    new ScheduledJob(this, 'Schedule', { deployment, alarms, job, expression: 'rate(5 minutes)', runsWithin });
    alarms.page(this, {
      heading: 'canary/Silent',
      sentence: 'No test message has come back within 15 minutes: clients get in no better.',
      metric: canaryMetric('CanariesDelivered', Stats.SUM),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.BREACHING,
      moneyPath: true,
    });
    alarms.ticket(this, {
      heading: 'canary/Slow',
      sentence: 'A test message has taken longer than 20 seconds from being accepted to its receipt, for half an hour.',
      metric: canaryMetric('CanaryReceipted', Stats.AVERAGE),
      threshold: 20_000,
      periods: 2,
    });
  }
}
