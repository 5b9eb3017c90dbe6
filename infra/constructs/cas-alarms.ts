import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { metricNamespace } from './service-function.ts';

/**
 * Whether keys are as young as they should be, and EMMs on air. That nobody looked is `rotate-keys/NotRunning` and
 * `cycle-emms/NotRunning`.
 */
export const casAlarms = (scope: Construct, alarms: Alarms): void => {
  alarms.page(scope, {
    heading: 'cas/KeyTooOld',
    sentence: 'The key of a CA system has been in use for twice as long as it should be.',
    metric: new Metric({
      namespace: metricNamespace,
      metricName: 'KeysOverdue',
      dimensionsMap: { service: 'rotate-keys' },
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(15),
    }),
    threshold: 1,
  });
  alarms.page(scope, {
    heading: 'cas/CarouselSilent',
    sentence: 'A carousel that is not paused has had EMMs to send, and sent none for minutes.',
    metric: new Metric({
      namespace: metricNamespace,
      metricName: 'CarouselsSilent',
      dimensionsMap: { service: 'cycle-emms' },
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(1),
    }),
    threshold: 1,
    periods: 3,
  });
};
