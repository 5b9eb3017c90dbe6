import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { metricNamespace } from './service-function.ts';

/** Whether the files and the database agree. That nobody looked is `export-cdrs/NotRunning`. */
export const cdrAlarms = (scope: Construct, alarms: Alarms): void => {
  alarms.ticket(scope, {
    heading: 'export-cdrs/LinesMissing',
    sentence:
      'The database has fewer parts of an hour than were exported, so that the files of that hour were left alone.',
    metric: new Metric({
      namespace: metricNamespace,
      metricName: 'CdrHoursKept',
      dimensionsMap: { service: 'export-cdrs' },
      statistic: Stats.SUM,
      period: Duration.hours(1),
    }),
    threshold: 1,
  });
};
