import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerInsights,
  FargateService,
  type FargateTaskDefinition,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { minute } from '../constructs/alarms.ts';
import { bridgeAlarms } from '../constructs/bridge-alarms.ts';
import { providerExemptHosts } from '../constructs/provider-exempt-hosts.ts';
import { commonEnvironment } from '../constructs/service-function.ts';
import { makeServiceTask } from '../constructs/service-task.ts';
import { SmscSimulator } from '../constructs/smsc-simulator.ts';
import { metricsPort } from '../constructs/task-image.ts';
import { type Deployment, StageStack } from '../deployment.ts';
import type { DataStack } from './data.ts';
import { type MessagingStack, queueEnvironment } from './messaging.ts';

/** The long-lived sessions with providers: a service of tasks that claim, submit, and report what was said. */
export class BridgeStack extends StageStack {
  readonly cluster: Cluster;
  readonly service: FargateService;

  constructor(scope: Construct, deployment: Deployment, data: DataStack, messaging: MessagingStack) {
    super(scope, 'bridge', deployment, 'personal');
    const { config, names } = deployment;
    this.cluster = new Cluster(this, 'Cluster', {
      clusterName: names.of('bridge'),
      vpc: data.network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    const securityGroup = new SecurityGroup(this, 'Network', {
      vpc: data.network.vpc,
      securityGroupName: names.of('smpp-bridge'),
      description: 'Lets smpp-bridge out to SMSCs and to AWS, and nobody in.',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'The APIs of AWS');
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcpRange(1024, 65535), 'SMSCs, on the port that each is set to');
    const task = this.taskDefinition(deployment, data, messaging);
    this.service = new FargateService(this, 'Service', {
      serviceName: names.of('smpp-bridge'),
      cluster: this.cluster,
      taskDefinition: task,
      desiredCount: config.bridge.tasks,
      // An account at the SMSC allows so many binds: the old task leaves its own before a new one asks for them.
      minHealthyPercent: config.bridge.tasks > 1 ? 50 : 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      vpcSubnets: { subnetGroupName: 'private' },
      securityGroups: [securityGroup],
      assignPublicIp: false,
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
    });
    // The task definition names its roles, but waits for neither's policy.
    this.service.node.addDependency(task.executionRole as Role, task.taskRole);
    bridgeAlarms(this, deployment, messaging.alarms, this.service);
    if (config.smscSimulator) {
      const { cluster } = this;
      new SmscSimulator(this, 'SmscSimulator', {
        deployment,
        alarms: messaging.alarms,
        cluster,
        bridge: securityGroup,
      });
    }
    const { tasks, mostTasks } = config.bridge;
    if (mostTasks !== undefined) this.scale(tasks, mostTasks, messaging);
  }

  /** By how long deliveries wait; slowly down, since a task that goes gives its binds back one by one. */
  private scale(minCapacity: number, maxCapacity: number, { deliveriesNormal }: MessagingStack): void {
    this.service.autoScaleTaskCount({ minCapacity, maxCapacity }).scaleToTrackCustomMetric('Waiting', {
      metric: deliveriesNormal.queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: minute }),
      targetValue: 30,
      scaleOutCooldown: Duration.minutes(3),
      scaleInCooldown: Duration.minutes(15),
    });
  }

  private taskDefinition(deployment: Deployment, data: DataStack, messaging: MessagingStack): FargateTaskDefinition {
    const name = 'smpp-bridge';
    const { bridge } = deployment.config;
    const { task, role } = makeServiceTask(this, {
      deployment,
      name,
      size: bridge,
      mayDo: 'What smpp-bridge may do.',
      starts: 'Pulls the image, opens the log.',
      stopTimeout: Duration.seconds(120),
      environment: {
        ...commonEnvironment(deployment, name),
        ...data.database.environment,
        ...queueEnvironment(...messaging.deliveries, messaging.outcomes, messaging.inbound),
        BIND_SLOTS_TABLE_NAME: data.bindSlots.tableName,
        PROVIDER_SECRETS_PREFIX: data.providerSecretsPrefix,
        ...providerExemptHosts(this, deployment),
        METRICS_PORT: `${metricsPort}`,
        METRICS_SECONDS: `${bridge.metricsSeconds}`,
      },
    });
    this.grant(role, data, messaging);
    return task;
  }

  private grant(role: Role, data: DataStack, messaging: MessagingStack): void {
    const allow = (resources: string[], ...actions: string[]) =>
      role.addToPolicy(new PolicyStatement({ actions, resources }));
    allow(
      messaging.deliveries.map(({ queue }) => queue.queueArn),
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
    );
    allow([messaging.outcomes.queue.queueArn, messaging.inbound.queue.queueArn], 'sqs:SendMessage');
    data.database.allow(role);
    data.allowProviderSecrets(role, ['secretsmanager:GetSecretValue']);
    data.allowTable(role, data.bindSlots, ['dynamodb:GetItem', 'dynamodb:PutItem']);
  }
}
