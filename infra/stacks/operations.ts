import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  AlarmStatusWidget,
  CompositeAlarm,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import { alarmDescription, minute } from '../constructs/alarms.ts';
import { apiMetrics } from '../constructs/api-alarms.ts';
import { Budget } from '../constructs/budget.ts';
import { canaryMetric } from '../constructs/canary.ts';
import { carrierWidgets } from '../constructs/carrier-widgets.ts';
import { costWidgets } from '../constructs/cost-widgets.ts';
import { deliveryRate } from '../constructs/delivery-alarms.ts';
import { SavedQueries } from '../constructs/saved-queries.ts';
import type { ServiceFunction } from '../constructs/service-function.ts';
import type { WorkQueue } from '../constructs/work-queue.ts';
import { type Deployment, StageStack } from '../deployment.ts';
import { type ApiStack, stageName } from './api.ts';
import type { BridgeStack } from './bridge.ts';
import type { CasStack } from './cas.ts';
import type { DataStack } from './data.ts';
import type { MessagingStack } from './messaging.ts';
import type { ProcessingStack } from './processing.ts';
import type { SchedulesStack } from './schedules.ts';

export interface Watched {
  readonly data: DataStack;
  readonly messaging: MessagingStack;
  readonly cas: CasStack;
  readonly api: ApiStack;
  readonly processing: ProcessingStack;
  readonly bridge: BridgeStack;
  readonly schedules: SchedulesStack;
}

/** What one looks at: the dashboards, the alarm over the whole money path, and the account's own limits. */
export class OperationsStack extends StageStack {
  constructor(scope: Construct, deployment: Deployment, watched: Watched) {
    super(scope, 'operations', deployment, 'internal');
    const { alarms } = watched.messaging;
    alarms.page(this, {
      heading: 'account/ConcurrencyHigh',
      sentence: "Functions have used more than 80 % of the account's concurrency for 5 minutes.",
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'ConcurrentExecutions',
        statistic: Stats.MAXIMUM,
        period: minute,
      }),
      threshold: 0.8 * deployment.config.accountConcurrency,
      periods: 5,
      moneyPath: true,
    });
    // By name, not by reference: an export that is in use would keep an alarm from ever being taken away.
    const parts = alarms.moneyPath().map((name, i) => Alarm.fromAlarmName(this, `MoneyPathPart${i + 1}`, name));
    for (const stack of Object.values(watched)) this.addStackDependency(stack);
    const moneyPath = this.moneyPathAlarm(deployment, watched, parts);
    new Dashboard(this, 'Service', {
      dashboardName: deployment.names.of('service'),
      defaultInterval: Duration.hours(3),
      widgets: serviceWidgets(watched, [moneyPath, ...parts]),
    });
    new Dashboard(this, 'Carriers', {
      dashboardName: deployment.names.of('carriers'),
      defaultInterval: Duration.hours(3),
      widgets: carrierWidgets(),
    });
    new Dashboard(this, 'Cost', {
      dashboardName: deployment.names.of('cost'),
      defaultInterval: Duration.days(7),
      widgets: costWidgets({
        apiName: watched.api.api.restApiName,
        stageName,
        functions: functionsOf(watched),
        queues: watched.messaging.all,
        database: watched.data.database.cluster,
      }),
    });
    new SavedQueries(this, 'Queries', deployment);
    new Budget(this, 'Budget', deployment, watched.messaging.tickets);
  }

  /**
   * One state for the whole way of a message and its money. It opens a ticket and wakes nobody, since each of its
   * alarms does; deployments and people ask it whether all is well.
   */
  private moneyPathAlarm(deployment: Deployment, { messaging }: Watched, parts: IAlarm[]): CompositeAlarm {
    const heading = 'service/MoneyPath';
    const alarm = new CompositeAlarm(this, 'MoneyPath', {
      compositeAlarmName: deployment.names.alarm(heading),
      alarmDescription: alarmDescription(deployment, heading, 'Messages or money stand still somewhere on their way.'),
      alarmRule: AlarmRule.anyOf(...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM))),
    });
    alarm.addAlarmAction(new SnsAction(messaging.tickets));
    return alarm;
  }
}

/** Those on the way of a message, which cost by how many there are. */
const functionsOf = ({ api, processing, schedules, cas }: Watched): readonly ServiceFunction[] => [
  api.authorizeRequest,
  api.serveApi,
  processing.settleOutcomes,
  processing.handleInbound,
  processing.notifyClient,
  processing.processPush,
  cas.generateEmm,
  cas.encryptEmm,
  ...schedules.jobs,
];

const width = 8;

const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
  new GraphWidget({ title, left, right, width, height: 6 });

const queueGraph = ({ name, queue, deadLetters }: WorkQueue): IWidget =>
  graph(
    name,
    [
      queue.metricApproximateNumberOfMessagesVisible({ period: minute, label: 'waiting' }),
      queue.metricApproximateNumberOfMessagesNotVisible({ period: minute, label: 'under way' }),
      deadLetters.metricApproximateNumberOfMessagesVisible({ period: minute, label: 'dead letters' }),
    ],
    [queue.metricApproximateAgeOfOldestMessage({ period: minute, label: 'oldest, seconds' })],
  );

const functionGraph = ({ name, function: made }: ServiceFunction): IWidget =>
  graph(
    name,
    [
      made.metricInvocations({ period: minute, statistic: Stats.SUM }),
      made.metricErrors({ period: minute, statistic: Stats.SUM }),
      made.metricThrottles({ period: minute, statistic: Stats.SUM }),
    ],
    [made.metricDuration({ period: minute, statistic: 'p99', label: 'p99, ms' })],
  );

/** The money path from left to right and from top to bottom: accepted, queued, submitted, settled, called back. */
const serviceWidgets = (watched: Watched, moneyPath: IAlarm[]): IWidget[][] => {
  const { api, messaging, processing, schedules, data, cas } = watched;
  const { of, percent } = apiMetrics(api.api.restApiName, stageName);
  const database = data.database.cluster;
  return [
    [new AlarmStatusWidget({ title: 'Money path', alarms: moneyPath, width: 24 })],
    [
      graph(
        'requests',
        [of('Count', Stats.SUM, minute), of('4XXError', Stats.SUM, minute), of('5XXError', Stats.SUM, minute)],
        [of('Latency', 'p99', minute), of('Latency', 'p50', minute)],
      ),
      graph('failed, percent', [percent('5XXError', Duration.minutes(5)), percent('4XXError', Duration.minutes(5))]),
      functionGraph(api.authorizeRequest),
    ],
    [functionGraph(api.serveApi), ...schedules.jobs.slice(0, 2).map(functionGraph)],
    messaging.deliveries.map(queueGraph),
    [queueGraph(messaging.outcomes), functionGraph(processing.settleOutcomes), functionGraph(processing.handleInbound)],
    [queueGraph(messaging.callbacks), functionGraph(processing.notifyClient), queueGraph(messaging.inbound)],
    [queueGraph(messaging.casRequests), functionGraph(cas.generateEmm), functionGraph(cas.encryptEmm)],
    [
      graph('delivered, percent', [deliveryRate()]),
      graph('canary, ms', [
        canaryMetric('CanaryAccepted', Stats.AVERAGE, Duration.minutes(5)),
        canaryMetric('CanaryReceipted', Stats.AVERAGE, Duration.minutes(5)),
      ]),
    ],
    [
      graph('database: capacity units', [database.metricServerlessDatabaseCapacity({ period: minute })]),
      graph('database: capacity used, percent', [database.metricACUUtilization({ period: minute })]),
      graph('database: deadlocks', [database.metricDeadlocks({ period: minute, statistic: Stats.SUM })]),
    ],
  ];
};
