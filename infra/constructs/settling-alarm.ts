import { type Alarm, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type Alarms, minute } from './alarms.ts';
import { metricNamespace } from './service-function.ts';

/**
 * What settle-outcomes cannot handle it gives back to the queue, which Lambda counts as no error, and of which the queue's
 * own alarms speak when a new version has long had all the work.
 */
export const settlingAlarm = (scope: Construct, alarms: Alarms): Alarm =>
  alarms.ticket(scope, {
    heading: 'settle-outcomes/MessagesGivenBack',
    sentence: 'settle-outcomes has given messages back to its queue, 3 minutes in a row.',
    metric: new Metric({
      namespace: metricNamespace,
      metricName: 'MessagesGivenBack',
      dimensionsMap: { service: 'settle-outcomes' },
      statistic: Stats.SUM,
      period: minute,
    }),
    threshold: 1,
    periods: 3,
  });
