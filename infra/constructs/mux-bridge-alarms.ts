import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { MuxBridgeConfig } from '../config.ts';
import { type Alarms, minute } from './alarms.ts';
import { metricNamespace } from './service-function.ts';

/** What mux-bridge itself reports, each task once a minute. */
export const muxBridgeMetric = (metricName: string, statistic: string): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service: 'mux-bridge' },
    statistic,
    period: minute,
  });

/** Whether there are emitters, and whether multiplexers give them bandwidth. What they send is `cas/CarouselSilent`'s. */
export const muxBridgeAlarms = (
  scope: Construct,
  { tasks }: MuxBridgeConfig,
  alarms: Alarms,
  service: FargateService,
): void => {
  alarms.page(scope, {
    heading: 'mux-bridge/TasksBelowWanted',
    sentence: `Fewer than ${tasks} tasks of mux-bridge have run for 5 minutes.`,
    metric: new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: service.cluster.clusterName, ServiceName: service.serviceName },
      statistic: Stats.AVERAGE,
      period: minute,
    }),
    threshold: tasks,
    periods: 5,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    missing: TreatMissingData.BREACHING,
  });
  alarms.page(scope, {
    heading: 'mux-bridge/WithoutBandwidth',
    sentence: 'A carousel has had an emitter and no bandwidth of its multiplexer for 5 minutes.',
    metric: muxBridgeMetric('CarouselsWithoutBandwidth', Stats.MAXIMUM),
    threshold: 1,
    periods: 5,
  });
};
