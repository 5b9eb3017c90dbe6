import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { metricNamespace } from './service-function.ts';

/** Messages that reached a state, as counted by whoever settled them. */
export const settledMetric = (
  metricName: 'MessagesDelivered' | 'MessagesFailed' | 'MessagesExpired',
  service: 'settle-outcomes' | 'remove-expired',
  period: Duration,
): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service },
    statistic: Stats.SUM,
    period,
  });

/** A rate of fewer messages than this says nothing. */
const enough = 200;

/** Of the messages that became final, how many in a hundred were delivered; 100 where there were too few to say. */
export const deliveryRate = (period = Duration.minutes(30)): MathExpression =>
  new MathExpression({
    expression: `IF(FILL(delivered, 0) + FILL(failed, 0) + FILL(expired, 0) >= ${enough}, 100 * FILL(delivered, 0) / (FILL(delivered, 0) + FILL(failed, 0) + FILL(expired, 0)), 100)`,
    usingMetrics: {
      delivered: settledMetric('MessagesDelivered', 'settle-outcomes', period),
      failed: settledMetric('MessagesFailed', 'settle-outcomes', period),
      expired: settledMetric('MessagesExpired', 'remove-expired', period),
    },
    label: 'delivered in percent',
    period,
  });

/** Whether what is sent also arrives, judged by what was settled, whichever provider carried it. */
export const deliveryAlarms = (scope: Construct, alarms: Alarms): void => {
  alarms.page(scope, {
    heading: 'deliveries/RateLow',
    sentence: `Of at least ${enough} messages that became final in half an hour, fewer than 85 % were delivered.`,
    metric: deliveryRate(),
    threshold: 85,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    moneyPath: true,
  });
  alarms.unusual(scope, {
    heading: 'deliveries/RateUnusual',
    sentence: 'The share of messages that are delivered is below what it usually is at this hour.',
    metric: deliveryRate(),
    comparison: ComparisonOperator.LESS_THAN_LOWER_THRESHOLD,
    periods: 2,
  });
  alarms.unusual(scope, {
    heading: 'deliveries/ThroughputUnusual',
    sentence: 'Far more or far fewer messages are delivered than usual at this hour.',
    metric: settledMetric('MessagesDelivered', 'settle-outcomes', Duration.minutes(15)),
    comparison: ComparisonOperator.LESS_THAN_LOWER_OR_GREATER_THAN_UPPER_THRESHOLD,
    periods: 3,
  });
};
