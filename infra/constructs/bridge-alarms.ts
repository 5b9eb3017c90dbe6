import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import { type Alarms, minute } from './alarms.ts';
import { metricNamespace } from './service-function.ts';

/** What smpp-bridge itself reports, in the embedded metric format, each task once a minute. */
export const bridgeMetric = (metricName: string, statistic: string, period = minute): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service: 'smpp-bridge' },
    statistic,
    period,
  });

/**
 * The same of each provider, as a series of its own: providers are data, and one that is added is looked at without a
 * deployment. The alarm says which of them it is for (CloudWatch User Guide, "Create a CloudWatch alarm based on a
 * Metrics Insights query").
 */
const byProvider = (metricName: string): MathExpression =>
  new MathExpression({
    expression: `SELECT MAX(${metricName}) FROM SCHEMA("${metricNamespace}", provider, service) GROUP BY provider ORDER BY MAX() DESC`,
    usingMetrics: {},
    label: metricName,
    period: minute,
  });

/** Whether the sessions are up, and whether the SMSC takes what they submit. */
export const bridgeAlarms = (
  scope: Construct,
  { config }: Deployment,
  alarms: Alarms,
  service: FargateService,
): void => {
  const silenceIsBad = {
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    missing: TreatMissingData.BREACHING,
    moneyPath: true,
  };
  alarms.page(scope, {
    heading: 'smpp-bridge/TasksBelowWanted',
    sentence: `Fewer than ${config.bridge.tasks} tasks of smpp-bridge have run for 5 minutes.`,
    metric: new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: service.cluster.clusterName, ServiceName: service.serviceName },
      statistic: Stats.AVERAGE,
      period: minute,
    }),
    threshold: config.bridge.tasks,
    periods: 5,
    ...silenceIsBad,
  });
  alarms.page(scope, {
    heading: 'smpp-bridge/BoundSessionsBelowWanted',
    sentence: 'No task of smpp-bridge has had a bound session with any provider for 5 minutes.',
    metric: bridgeMetric('BoundSessions', Stats.MAXIMUM),
    threshold: 1,
    periods: 5,
    ...silenceIsBad,
  });
  alarms.page(scope, {
    heading: 'smpp-bridge/ProviderNotBound',
    sentence: 'A provider, which the alarm names, has had a bind slot of smpp-bridge with no bind on it for 5 minutes.',
    metric: byProvider('ProviderBindsMissing'),
    threshold: 1,
    periods: 5,
  });
  alarms.page(scope, {
    heading: 'smpp-bridge/CircuitOpen',
    sentence:
      'A provider, which the alarm names, does not take the system id or the password of smpp-bridge, which tries again in minutes only.',
    metric: byProvider('ProviderCircuitsOpen'),
    threshold: 1,
    moneyPath: true,
  });
  alarms.page(scope, {
    heading: 'smpp-bridge/SubmitErrorsHigh',
    sentence: 'More than 5 % of the parts were refused by the SMSC, or not answered, for 10 minutes.',
    metric: new MathExpression({
      expression: 'IF(failed + submitted >= 20, 100 * failed / (failed + submitted), 0)',
      usingMetrics: {
        failed: bridgeMetric('SubmitErrors', Stats.SUM, Duration.minutes(5)),
        submitted: bridgeMetric('PartsSubmitted', Stats.SUM, Duration.minutes(5)),
      },
      label: 'failed in percent',
      period: Duration.minutes(5),
    }),
    threshold: 5,
    periods: 2,
    moneyPath: true,
  });
  receiptAlarm(scope, alarms);
  sessionTickets(scope, alarms);
};

/** A quarter of an hour without a receipt is the fault of the SMSC, or of how we match them. */
const receiptAlarm = (scope: Construct, alarms: Alarms): void => {
  const quarter = Duration.minutes(15);
  alarms.page(scope, {
    heading: 'smpp-bridge/ReceiptsMissing',
    sentence: 'At least 50 parts were submitted in each of two quarters of an hour, and not one receipt came.',
    metric: new MathExpression({
      expression: 'IF(FILL(submitted, 0) >= 50 AND FILL(received, 0) == 0, 1, 0)',
      usingMetrics: {
        submitted: bridgeMetric('PartsSubmitted', Stats.SUM, quarter),
        received: bridgeMetric('ReceiptsReceived', Stats.SUM, quarter),
      },
      label: 'submitted without a receipt',
      period: quarter,
    }),
    threshold: 1,
    periods: 2,
    moneyPath: true,
  });
};

const sessionTickets = (scope: Construct, alarms: Alarms): void => {
  alarms.ticket(scope, {
    heading: 'smpp-bridge/WindowFull',
    sentence: 'The windows of all sessions have been at least 95 % full for 15 minutes: the SMSCs are the limit.',
    metric: bridgeMetric('WindowUsed', Stats.AVERAGE, Duration.minutes(5)),
    threshold: 95,
    periods: 3,
  });
  alarms.ticket(scope, {
    heading: 'smpp-bridge/SessionsLost',
    sentence:
      'Sessions ended without our unbind, five or more in half an hour: an enquire_link without answer, a reset.',
    metric: bridgeMetric('SessionsLost', Stats.SUM, Duration.minutes(30)),
    threshold: 5,
  });
};
