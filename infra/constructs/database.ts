import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SubnetType, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseInsightsMode,
} from 'aws-cdk-lib/aws-rds';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, type Deployment } from '../deployment.ts';
import type { Alarms } from './alarms.ts';

export interface DatabaseProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  readonly vpc: Vpc;
  readonly encryptionKey: Key;
}

const databaseName = 'signalbox';

/** Aurora PostgreSQL, Serverless v2, asked through the Data API alone: nothing connects to it over the network. */
export class Database extends Construct {
  readonly cluster: DatabaseCluster;
  /** What a program needs to ask it. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly secret: Secret;

  constructor(scope: Construct, id: string, { deployment, alarms, vpc, encryptionKey }: DatabaseProps) {
    super(scope, id);
    const { config, names, dataRemoval } = deployment;
    const { engine, capacity, standbys, backupDays, statementTimeoutSeconds } = config.database;
    const logs = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/rds/cluster/${names.of('database')}/postgresql`,
      retention: config.logRetentionDays,
      removalPolicy: dataRemoval,
    });
    const credentials = Credentials.fromGeneratedSecret('signalbox', { secretName: names.secret('database') });
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      clusterIdentifier: names.of('database'),
      engine: DatabaseClusterEngine.auroraPostgres({
        version: AuroraPostgresEngineVersion.of(engine.full, engine.major),
      }),
      parameters: {
        'rds.force_ssl': '1',
        statement_timeout: `${1000 * statementTimeoutSeconds}`,
        log_min_duration_statement: '1000',
      },
      credentials,
      defaultDatabaseName: databaseName,
      enableDataApi: true,
      iamAuthentication: true,
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      serverlessV2MinCapacity: capacity.min,
      serverlessV2MaxCapacity: capacity.max,
      writer: ClusterInstance.serverlessV2('Writer', { enablePerformanceInsights: true }),
      readers: Array.from({ length: standbys }, (_, i) =>
        ClusterInstance.serverlessV2(`Standby${i + 1}`, { scaleWithWriter: true, enablePerformanceInsights: true }),
      ),
      databaseInsightsMode: DatabaseInsightsMode.STANDARD,
      enablePerformanceInsights: true,
      storageEncrypted: true,
      storageEncryptionKey: encryptionKey,
      backup: { retention: Duration.days(backupDays) },
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: ['postgresql'],
      deletionProtection: config.protect,
      removalPolicy: dataRemoval,
    });
    this.cluster.node.addDependency(logs);
    this.secret = this.cluster.secret as Secret;
    this.environment = {
      DATABASE_CLUSTER_ARN: this.cluster.clusterArn,
      DATABASE_SECRET_ARN: this.secret.secretArn,
      DATABASE_NAME: databaseName,
    };
    this.acknowledgeFindings(deployment);
    alarms.page(this, {
      heading: 'database/CapacityHigh',
      sentence: 'Aurora has used more than 90 % of its maximum capacity for 15 minutes.',
      metric: new Metric({
        namespace: 'AWS/RDS',
        metricName: 'ACUUtilization',
        dimensionsMap: { DBClusterIdentifier: this.cluster.clusterIdentifier, Role: 'WRITER' },
        statistic: Stats.AVERAGE,
        period: Duration.minutes(5),
      }),
      threshold: 90,
      periods: 3,
      moneyPath: true,
    });
  }

  /** Lets a program run statements; `extra` are further actions of the Data API. */
  allow(role: Role, ...extra: readonly `rds-data:${string}`[]): void {
    const actions = ['rds-data:ExecuteStatement', ...extra];
    role.addToPolicy(new PolicyStatement({ actions, resources: [this.cluster.clusterArn] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secret.secretArn] }),
    );
  }

  private acknowledgeFindings({ config }: Deployment): void {
    acknowledge(
      this.cluster,
      'AwsSolutions-SMG4',
      'Only the Data API takes this password, by reference; no network path leads to where it could be used otherwise.',
    );
    if (!config.protect)
      acknowledge(this.cluster, 'AwsSolutions-RDS10', 'This stage is taken down and put up again; prod is protected.');
  }
}
