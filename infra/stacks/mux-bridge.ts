import { Duration } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerInsights,
  FargateService,
  type FargateTaskDefinition,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { MuxBridgeConfig } from '../config.ts';
import { muxBridgeAlarms } from '../constructs/mux-bridge-alarms.ts';
import { commonEnvironment } from '../constructs/service-function.ts';
import { makeServiceTask } from '../constructs/service-task.ts';
import { metricsPort } from '../constructs/task-image.ts';
import { type Deployment, StageStack } from '../deployment.ts';
import type { DataStack } from './data.ts';
import type { MessagingStack } from './messaging.ts';

/**
 * The emitters of carousels: a service of its own, so that no deployment of smpp-bridge drops a stream. Each carousel is
 * emitted by the task that has its lease; the others stand by.
 */
export class MuxBridgeStack extends StageStack {
  readonly service: FargateService;

  constructor(
    scope: Construct,
    deployment: Deployment,
    muxBridge: MuxBridgeConfig,
    data: DataStack,
    messaging: MessagingStack,
  ) {
    super(scope, 'mux-bridge', deployment, 'internal');
    const { names } = deployment;
    const cluster = new Cluster(this, 'Cluster', {
      clusterName: names.of('mux-bridge'),
      vpc: data.network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    const task = this.taskDefinition(deployment, muxBridge, data);
    this.service = new FargateService(this, 'Service', {
      serviceName: names.of('mux-bridge'),
      cluster,
      taskDefinition: task,
      desiredCount: muxBridge.tasks,
      // A new task stands by until an old one has given its carousels back: both may run at once.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      vpcSubnets: { subnetGroupName: 'private' },
      securityGroups: [this.securityGroup(deployment, muxBridge, data)],
      assignPublicIp: false,
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
    });
    // The task definition names its roles, but waits for neither's policy.
    this.service.node.addDependency(task.executionRole as Role, task.taskRole);
    muxBridgeAlarms(this, muxBridge, messaging.alarms, this.service);
  }

  private securityGroup({ names }: Deployment, { multiplexers }: MuxBridgeConfig, data: DataStack): SecurityGroup {
    const group = new SecurityGroup(this, 'Network', {
      vpc: data.network.vpc,
      securityGroupName: names.of('mux-bridge'),
      description: 'Lets mux-bridge out to multiplexers and to AWS, and nobody in.',
      allowAllOutbound: false,
    });
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'The APIs of AWS');
    for (const { cidr, protocol, ports } of multiplexers)
      group.addEgressRule(
        Peer.ipv4(cidr),
        protocol === 'tcp' ? Port.tcpRange(...ports) : Port.udpRange(...ports),
        'A multiplexer',
      );
    return group;
  }

  private taskDefinition(deployment: Deployment, muxBridge: MuxBridgeConfig, data: DataStack): FargateTaskDefinition {
    const name = 'mux-bridge';
    const { task, role } = makeServiceTask(this, {
      deployment,
      name,
      size: muxBridge,
      mayDo: 'What mux-bridge may do.',
      starts: 'Pulls the image, opens the log.',
      stopTimeout: Duration.seconds(30),
      environment: {
        ...commonEnvironment(deployment, name),
        ...data.database.environment,
        LEASES_TABLE_NAME: data.leases.tableName,
        METRICS_PORT: `${metricsPort}`,
      },
    });
    data.database.allow(role);
    data.allowTable(role, data.leases, ['dynamodb:UpdateItem']);
    return task;
  }
}
