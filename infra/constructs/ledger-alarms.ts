import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import { metricNamespace } from './service-function.ts';

/** What reconcile-ledger counts once an hour, also when it is none. */
const ledgerMetric = (metricName: string): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service: 'reconcile-ledger' },
    statistic: Stats.MAXIMUM,
    period: Duration.hours(1),
  });

/** Whether every cent and every message is accounted for. That nobody looked is `reconcile-ledger/NotRunning`. */
export const ledgerAlarms = (scope: Construct, alarms: Alarms): void => {
  alarms.page(scope, {
    heading: 'ledger/Unreconciled',
    sentence: 'reconcile-ledger has found money that is not where the ledger says it is.',
    metric: ledgerMetric('LedgerUnreconciled'),
    threshold: 1,
  });
  alarms.ticket(scope, {
    heading: 'messages/Stuck',
    sentence: 'reconcile-ledger has found messages that are neither final nor have a next step in time.',
    metric: ledgerMetric('MessagesStuck'),
    threshold: 1,
  });
};
