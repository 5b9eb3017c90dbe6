import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type Cluster,
  FargateService,
  type FargateTaskDefinition,
  PropagatedTagSource,
  Secret as TaskSecret,
} from 'aws-cdk-lib/aws-ecs';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DnsRecordType, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { acknowledge, type Deployment } from '../deployment.ts';
import type { Names } from '../names.ts';
import { type Alarms, minute } from './alarms.ts';
import { makeServiceTask } from './service-task.ts';
import { metricsPort } from './task-image.ts';

const name = 'smsc-simulator';
const smppPort = 2775;

const zoneOf = (names: Names): string => `${names.of('bridge')}.internal`;

/** The name under which the bridge finds the simulator, within the stage's network alone. */
export const simulatorHost = (names: Names): string => `smsc.${zoneOf(names)}`;

export interface SmscSimulatorProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  readonly cluster: Cluster;
  /** Who alone may speak SMPP with it. */
  readonly bridge: SecurityGroup;
}

/**
 * The SMSC simulator beside the bridge, for a stage that has no carrier: one task, found by a name of the network's own,
 * with a password that was made for it. It reaches nothing but the APIs of AWS, and may do nothing there.
 */
export class SmscSimulator extends Construct {
  readonly service: FargateService;

  constructor(scope: Construct, id: string, { deployment, alarms, cluster, bridge }: SmscSimulatorProps) {
    super(scope, id);
    const { names } = deployment;
    const securityGroup = new SecurityGroup(this, 'Network', {
      vpc: cluster.vpc,
      securityGroupName: names.of(name),
      description: 'Lets smpp-bridge in, and the simulator out to AWS.',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(bridge, Port.tcp(smppPort), 'SMPP, from smpp-bridge');
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'The APIs of AWS');
    const task = this.taskDefinition(deployment);
    this.service = new FargateService(this, 'Service', {
      serviceName: names.of(name),
      cluster,
      taskDefinition: task,
      desiredCount: 1,
      // What it was sent and its receipts are in memory: two of them would each know half.
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      vpcSubnets: { subnetGroupName: 'private' },
      securityGroups: [securityGroup],
      assignPublicIp: false,
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
      cloudMapOptions: {
        name: 'smsc',
        cloudMapNamespace: new PrivateDnsNamespace(this, 'Names', {
          name: zoneOf(names),
          description: 'Names that only the network of this stage knows.',
          vpc: cluster.vpc,
        }),
        dnsRecordType: DnsRecordType.A,
        dnsTtl: Duration.seconds(10),
      },
    });
    // The task definition names its roles, but waits for neither's policy.
    this.service.node.addDependency(task.executionRole as Role, task.taskRole);
    this.raiseAlarm(alarms);
  }

  private taskDefinition(deployment: Deployment): FargateTaskDefinition {
    const { config, names } = deployment;
    const { task } = makeServiceTask(this, {
      deployment,
      name,
      size: { architecture: config.bridge.architecture, cpu: 256, memoryMiB: 512 },
      mayDo: 'What the SMSC simulator may do: nothing.',
      starts: 'Pulls the image, reads the password.',
      stopTimeout: Duration.seconds(30),
      port: smppPort,
      environment: { SMSC_PORT: `${smppPort}`, SMSC_SYSTEM_ID: 'signalbox', CONTROL_PORT: `${metricsPort}` },
      secrets: { SMSC_PASSWORD: TaskSecret.fromSecretsManager(this.makePassword(names)) },
    });
    return task;
  }

  /** SMPP 3.4, 5.2.2: a password has eight characters at most. */
  private makePassword(names: Names): Secret {
    const secret = new Secret(this, 'Password', {
      secretName: names.secret(name),
      description: 'The password of the one account of the SMSC simulator.',
      generateSecretString: { passwordLength: 8, excludePunctuation: true },
    });
    acknowledge(secret, 'AwsSolutions-SMG4', 'An operator gives it to the provider that stands for the simulator.');
    return secret;
  }

  private raiseAlarm(alarms: Alarms): void {
    alarms.ticket(this, {
      heading: `${name}/TasksBelowWanted`,
      sentence: 'The SMSC simulator has not run for 5 minutes: what is routed to it waits.',
      metric: new Metric({
        namespace: 'ECS/ContainerInsights',
        metricName: 'RunningTaskCount',
        dimensionsMap: { ClusterName: this.service.cluster.clusterName, ServiceName: this.service.serviceName },
        statistic: Stats.AVERAGE,
        period: minute,
      }),
      threshold: 1,
      periods: 5,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.BREACHING,
    });
  }
}
