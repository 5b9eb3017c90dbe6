import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { ServiceFunction } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

const hour = Duration.hours(1);

const graph = (title: string, ...left: IMetric[]): IWidget =>
  new GraphWidget({ title, left, width: 12, height: 6, stacked: true, period: hour });

/** All metrics of a name in a namespace, by whatever they are told apart. */
const search = (namespace: string, dimensions: string, metricName: string): MathExpression =>
  new MathExpression({
    expression: `SEARCH('{${namespace},${dimensions}} MetricName="${metricName}"', 'Sum', 3600)`,
    usingMetrics: {},
    label: '',
    period: hour,
  });

const gigabyteSeconds = ({ name, memory, function: made }: ServiceFunction, i: number): IMetric =>
  new MathExpression({
    // All of these stand in one graph, where no two metrics may share an id.
    expression: `ms${i} * ${memory / 1024 / 1000}`,
    usingMetrics: { [`ms${i}`]: made.metricDuration({ statistic: Stats.SUM, period: hour }) },
    label: name,
    period: hour,
  });

export interface CostSources {
  readonly apiName: string;
  readonly stageName: string;
  readonly functions: readonly ServiceFunction[];
  readonly queues: readonly WorkQueue[];
  readonly database: DatabaseCluster;
}

/** What is paid for, hour by hour, in the units of the bill: what grew says where the money goes. */
export const costWidgets = ({ apiName, stageName, functions, queues, database }: CostSources): IWidget[][] => [
  [
    graph(
      'API requests',
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName: 'Count',
        dimensionsMap: { ApiName: apiName, Stage: stageName },
        statistic: Stats.SUM,
        period: hour,
      }),
    ),
    graph('functions: GB-seconds', ...functions.map(gigabyteSeconds)),
  ],
  [
    graph(
      'messages sent to queues',
      ...queues.map(({ name, queue }) =>
        queue.metricNumberOfMessagesSent({ statistic: Stats.SUM, period: hour, label: name }),
      ),
    ),
    graph(
      'Aurora: capacity unit hours',
      database.metricServerlessDatabaseCapacity({ statistic: Stats.AVERAGE, period: hour }),
    ),
  ],
  [
    graph('DynamoDB: write units', search('AWS/DynamoDB', 'TableName', 'ConsumedWriteCapacityUnits')),
    graph('DynamoDB: read units', search('AWS/DynamoDB', 'TableName', 'ConsumedReadCapacityUnits')),
  ],
  [
    graph('logs: bytes taken in', search('AWS/Logs', 'LogGroupName', 'IncomingBytes')),
    graph('NAT: bytes out', search('AWS/NATGateway', 'NatGatewayId', 'BytesOutToDestination')),
  ],
];
