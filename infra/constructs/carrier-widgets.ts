import { GraphWidget, type IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { minute } from './alarms.ts';
import { bridgeMetric } from './bridge-alarms.ts';
import { muxBridgeMetric } from './mux-bridge-alarms.ts';
import { metricNamespace } from './service-function.ts';

/** A line for each provider that there is, so that one that is added is seen without a deployment. */
const byProvider = (metricName: string, statistic: string, dimensions = 'provider,service'): MathExpression =>
  new MathExpression({
    expression: `SEARCH('{${metricNamespace},${dimensions}} MetricName="${metricName}"', '${statistic}', 60)`,
    usingMetrics: {},
    label: '',
    period: minute,
  });

const graph = (title: string, ...left: MathExpression[]): IWidget =>
  new GraphWidget({ title, left, width: 8, height: 6 });

/** What the bridges and their peers say to each other, a line for each provider. */
export const carrierWidgets = (): IWidget[][] => [
  [
    graph('binds', byProvider('ProviderBoundSessions', 'Sum')),
    graph('binds missing', byProvider('ProviderBindsMissing', 'Maximum')),
    graph('window used, percent', byProvider('ProviderWindowUsed', 'Average')),
  ],
  [
    graph('parts submitted', byProvider('ProviderPartsSubmitted', 'Sum')),
    graph('parts refused, by status', byProvider('ProviderPartsRefused', 'Sum', 'command_status,provider,service')),
    graph('receipts', byProvider('ProviderReceiptsReceived', 'Sum')),
  ],
  [
    graph('response time, ms', byProvider('ProviderResponded', 'Average')),
    graph('circuits open', byProvider('ProviderCircuitsOpen', 'Maximum')),
    new GraphWidget({
      title: 'sessions lost, throttled submits',
      left: [bridgeMetric('SessionsLost', Stats.SUM), bridgeMetric('SubmitsThrottled', Stats.SUM)],
      width: 8,
      height: 6,
    }),
  ],
  [
    new GraphWidget({
      title: 'EMMs on air',
      left: [muxBridgeMetric('EmmsEmitted', Stats.SUM)],
      width: 8,
      height: 6,
    }),
    new GraphWidget({
      title: 'carousels',
      left: [muxBridgeMetric('CarouselsEmitted', Stats.SUM), muxBridgeMetric('CarouselsWithoutBandwidth', Stats.SUM)],
      width: 8,
      height: 6,
    }),
  ],
];
