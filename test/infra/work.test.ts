import { describe, expect, test } from 'vitest';
import { resourcesOf } from '../../infra/templates.ts';
import { routes } from '../../shared/contracts/routes.ts';
import { actionsOf, allOf, functionNamed, statementsOf, templatesFor } from './synthesized.ts';

interface QueueProperties {
  readonly QueueName: string;
  readonly VisibilityTimeout: number;
  readonly MessageRetentionPeriod: number;
  readonly SqsManagedSseEnabled: boolean;
  readonly RedrivePolicy?: { readonly maxReceiveCount: number };
}

const queues = () => allOf('prod', 'AWS::SQS::Queue').map(({ Properties }) => Properties as unknown as QueueProperties);
const short = (queue: QueueProperties) => queue.QueueName.replace('signalbox-prod-', '');

describe('queues', () => {
  test('every work queue has dead letters after five receives, and every queue keeps 14 days', () => {
    const work = queues().filter(({ QueueName }) => !QueueName.endsWith('-dlq'));
    expect(work.map(short).sort()).toEqual([
      'callbacks',
      'cas-requests',
      'deliveries-bulk',
      'deliveries-high',
      'deliveries-normal',
      'deliveries-test',
      'inbound',
      'outcomes',
      'pushes',
    ]);
    for (const queue of work) expect(queue.RedrivePolicy?.maxReceiveCount).toBe(5);
    for (const queue of queues())
      expect(queue).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  });

  test('a message stays invisible for six times its consumer’s timeout', () => {
    const consumers = {
      outcomes: 'settle-outcomes',
      inbound: 'handle-inbound',
      callbacks: 'notify-client',
      pushes: 'process-push',
      'cas-requests': 'generate-emm',
    };
    const visibility = new Map(queues().map((queue) => [short(queue), queue.VisibilityTimeout]));
    for (const [queue, consumer] of Object.entries(consumers))
      expect(visibility.get(queue)).toBeGreaterThanOrEqual(6 * Number(functionNamed('prod', consumer).Timeout));
    expect(visibility.get('deliveries-normal')).toBe(300);
  });

  test('consumers report failures one by one, and no more of them run at once than Aurora can bear', () => {
    const mappings = allOf('prod', 'AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    expect(mappings).toHaveLength(6);
    for (const mapping of mappings)
      expect(mapping).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    const atOnce = mappings.map(
      ({ ScalingConfig }) => (ScalingConfig as { MaximumConcurrency: number }).MaximumConcurrency,
    );
    expect(atOnce).toEqual([5, 5, 5, 2, 20, 5]);
  });
});

describe('schedules', () => {
  test('every schedule has a role of its own, dead letters and few retries', () => {
    const schedules = allOf('prod', 'AWS::Scheduler::Schedule').map(({ Properties }) => Properties);
    expect(schedules.map(({ Name, ScheduleExpression }) => [Name, ScheduleExpression])).toEqual([
      ['signalbox-prod-rotate-keys', 'rate(5 minutes)'],
      ['signalbox-prod-dispatch-due', 'rate(1 minute)'],
      ['signalbox-prod-remove-expired', 'rate(1 minute)'],
      ['signalbox-prod-cycle-emms', 'rate(1 minute)'],
      ['signalbox-prod-maintain-partitions', 'cron(10 2 * * ? *)'],
      ['signalbox-prod-reconcile-ledger', 'rate(1 hour)'],
      ['signalbox-prod-sum-statistics', 'rate(5 minutes)'],
      ['signalbox-prod-export-cdrs', 'rate(15 minutes)'],
      ['signalbox-prod-send-canary', 'rate(5 minutes)'],
    ]);
    const targets = schedules.map(({ Target }) => Target as { RoleArn: unknown; DeadLetterConfig?: unknown });
    expect(new Set(targets.map(({ RoleArn }) => JSON.stringify(RoleArn))).size).toBe(schedules.length);
    for (const { DeadLetterConfig } of targets) expect(DeadLetterConfig).toBeDefined();
  });
});

describe('API', () => {
  const methods = () => allOf('prod', 'AWS::ApiGateway::Method').map(({ Properties }) => Properties);

  test('there is one method for every route, and an authorizer before each that has a scope', () => {
    const served = methods().map(({ OperationName, AuthorizationType }) => [OperationName, AuthorizationType]);
    const wanted = routes.map(({ operation, scope }) => [operation, scope === null ? 'NONE' : 'CUSTOM']);
    expect(new Map(served as [string, string][])).toEqual(new Map(wanted as [string, string][]));
    expect(served).toHaveLength(routes.length);
  });

  test('the gateway remembers no verdict of the authorizer, and asks for no header in particular', () => {
    const [authorizer] = allOf('prod', 'AWS::ApiGateway::Authorizer');
    expect(authorizer?.Properties).toMatchObject({ Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 });
    expect(authorizer?.Properties.IdentitySource).toBeUndefined();
  });

  test('whatever the gateway answers by itself is a problem with a code and the request’s id', () => {
    const answers = allOf('prod', 'AWS::ApiGateway::GatewayResponse').map(({ Properties }) => Properties);
    expect(answers.map(({ ResponseType }) => ResponseType)).toEqual(
      expect.arrayContaining(['UNAUTHORIZED', 'ACCESS_DENIED', 'THROTTLED', 'DEFAULT_4XX', 'DEFAULT_5XX']),
    );
    for (const { ResponseTemplates, ResponseParameters, StatusCode } of answers) {
      const problem = JSON.parse((ResponseTemplates as Record<string, string>)['application/json'] ?? '') as object;
      expect(Object.keys(problem)).toEqual(['type', 'title', 'status', 'detail', 'code', 'request_id']);
      expect(problem).toMatchObject({ status: Number(StatusCode), request_id: '$context.requestId' });
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.content-type': "'application/problem+json'",
        'gatewayresponse.header.x-request-id': 'context.requestId',
      });
    }
  });
});

describe('bridge', () => {
  test('prod keeps two tasks, each with 120 seconds to drain and a command of its own', () => {
    const [service] = allOf('prod', 'AWS::ECS::Service');
    expect(service?.Properties.DesiredCount).toBeGreaterThanOrEqual(2);
    const [task] = allOf('prod', 'AWS::ECS::TaskDefinition');
    expect(task?.Properties.ContainerDefinitions).toMatchObject([
      { Command: ['node', 'main.mjs'], StopTimeout: 120, ReadonlyRootFilesystem: true },
    ]);
  });

  test.each(['dev', 'prod'] as const)('a new task of %s can start: one may stop before it', (stage) => {
    const { DesiredCount, DeploymentConfiguration } = (allOf(stage, 'AWS::ECS::Service')[0]?.Properties ?? {}) as {
      DesiredCount: number;
      DeploymentConfiguration: { MinimumHealthyPercent: number; MaximumPercent: number };
    };
    const { MinimumHealthyPercent, MaximumPercent } = DeploymentConfiguration;
    const most = Math.floor((DesiredCount * MaximumPercent) / 100);
    expect(Math.ceil((DesiredCount * MinimumHealthyPercent) / 100)).toBeLessThan(most);
  });
});

describe('mux-bridge', () => {
  test('is only where a multiplexer is, and reaches nothing but it and AWS', () => {
    const isMux = ({ Properties }: { Properties: Readonly<Record<string, unknown>> }) =>
      /-mux-bridge$/.test(String(Properties.ServiceName ?? Properties.GroupName));
    for (const stage of ['dev', 'staging', 'prod'] as const)
      expect(allOf(stage, 'AWS::ECS::Service').filter(isMux)).toEqual([]);
    expect(allOf('local', 'AWS::ECS::Service').filter(isMux)).toHaveLength(1);
    const [group] = allOf('local', 'AWS::EC2::SecurityGroup').filter(isMux);
    expect(group?.Properties.SecurityGroupEgress).toMatchObject([
      { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 },
      { CidrIp: '127.0.0.1/32', IpProtocol: 'tcp', FromPort: 1024 },
    ]);
  });
});

describe('call detail records', () => {
  const buckets = () => allOf('prod', 'AWS::S3::Bucket').map(({ Properties }) => Properties);

  test('no bucket can be seen from outside, all are encrypted and expire, and the records keep what was written over', () => {
    const all = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
    for (const bucket of buckets())
      expect(bucket).toMatchObject({
        PublicAccessBlockConfiguration: all,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: { ServerSideEncryptionConfiguration: [{}] },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: expect.any(Number) }] },
      });
    expect(buckets()).toHaveLength(2);
    expect(buckets()[1]).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      LoggingConfiguration: { DestinationBucketName: {} },
      LifecycleConfiguration: {
        Rules: [{ ExpirationInDays: 400, NoncurrentVersionExpiration: { NoncurrentDays: 35 } }],
      },
    });
  });

  test('only export-cdrs writes them, under one prefix, and no role reads or removes any', () => {
    const using = statementsOf('prod').filter(
      (statement) => statement.Effect === 'Allow' && actionsOf(statement).some((action) => action.startsWith('s3:')),
    );
    const mine = using.filter(({ Principal }) => Principal === undefined);
    expect(mine.map((statement) => actionsOf(statement))).toEqual([['s3:PutObject']]);
    expect(JSON.stringify(mine[0]?.Resource)).toMatch(/signalbox-prod-cdrs-.*\/cdr\/\*/);
  });
});

describe('what must not be lost', () => {
  test('prod keeps what holds state, and its stacks cannot be deleted by one call', () => {
    const stateful = [
      'AWS::DynamoDB::Table',
      'AWS::EC2::EIP',
      'AWS::KMS::Key',
      'AWS::RDS::DBCluster',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
      'AWS::SQS::Queue',
    ];
    const kept = stateful.flatMap((type) =>
      resourcesOf(templatesFor('prod'), type).map(
        ([id, { DeletionPolicy }]) => `${type} ${id}: ${DeletionPolicy ?? 'Delete'}`,
      ),
    );
    expect(kept.sort()).toMatchInlineSnapshot(`
      [
        "AWS::DynamoDB::Table Answers9615456C: Retain",
        "AWS::DynamoDB::Table BindSlots97A657AA: Retain",
        "AWS::DynamoDB::Table Gates0565F6DE: Retain",
        "AWS::DynamoDB::Table LeasesEBFF46EF: Retain",
        "AWS::DynamoDB::Table LimitsA6AFC87B: Retain",
        "AWS::EC2::EIP NetworkAddress13BC55EC4: Retain",
        "AWS::EC2::EIP NetworkAddress22D54C537: Retain",
        "AWS::KMS::Key CallbackKey3A79EB98: Retain",
        "AWS::KMS::Key CardKey5B34247F: Retain",
        "AWS::KMS::Key DataKey2A0DE9E6: Retain",
        "AWS::KMS::Key EmmDataKey1E8B6BD1: Retain",
        "AWS::KMS::Key EmmKeyE372397F: Retain",
        "AWS::RDS::DBCluster DatabaseCluster5B53A178: Retain",
        "AWS::S3::Bucket CdrsAccesses1C258113: Retain",
        "AWS::S3::Bucket CdrsBucket7FA10DAE: Retain",
        "AWS::SQS::Queue CallbacksDeadLettersQueueE5588C08: Delete",
        "AWS::SQS::Queue CallbacksQueueE66F73FB: Delete",
        "AWS::SQS::Queue CanaryScheduleDeadLettersQueue7BEFFD08: Delete",
        "AWS::SQS::Queue CasRequestsDeadLettersQueue2FC58E96: Delete",
        "AWS::SQS::Queue CasRequestsQueue6BBC066A: Delete",
        "AWS::SQS::Queue CycleEmmsScheduleDeadLettersQueue82355B8F: Delete",
        "AWS::SQS::Queue DeliveriesBulkDeadLettersQueue1D2F5884: Delete",
        "AWS::SQS::Queue DeliveriesBulkQueueE40A0CF7: Delete",
        "AWS::SQS::Queue DeliveriesHighDeadLettersQueueCABBF3FB: Delete",
        "AWS::SQS::Queue DeliveriesHighQueue03557FB3: Delete",
        "AWS::SQS::Queue DeliveriesNormalDeadLettersQueue74677D0D: Delete",
        "AWS::SQS::Queue DeliveriesNormalQueue13B5D685: Delete",
        "AWS::SQS::Queue DeliveriesTestDeadLettersQueueCBB0B23C: Delete",
        "AWS::SQS::Queue DeliveriesTestQueue3749745E: Delete",
        "AWS::SQS::Queue DispatchDueScheduleDeadLettersQueue617699BB: Delete",
        "AWS::SQS::Queue ExportCdrsScheduleDeadLettersQueueB319747A: Delete",
        "AWS::SQS::Queue InboundDeadLettersQueue99AF2BF0: Delete",
        "AWS::SQS::Queue InboundQueue72656294: Delete",
        "AWS::SQS::Queue MaintainPartitionsScheduleDeadLettersQueue1901370D: Delete",
        "AWS::SQS::Queue OutcomesDeadLettersQueueCCE59A9D: Delete",
        "AWS::SQS::Queue OutcomesQueue0A989C3B: Delete",
        "AWS::SQS::Queue PushesDeadLettersQueue8130AD7C: Delete",
        "AWS::SQS::Queue PushesQueueFDDE4BE1: Delete",
        "AWS::SQS::Queue ReconcileLedgerScheduleDeadLettersQueueBEB4F9F5: Delete",
        "AWS::SQS::Queue RemoveExpiredScheduleDeadLettersQueueDB613F60: Delete",
        "AWS::SQS::Queue RotateKeysScheduleDeadLettersQueue30641CFF: Delete",
        "AWS::SQS::Queue SumStatisticsScheduleDeadLettersQueue4B70AFE6: Delete",
        "AWS::SecretsManager::Secret FirstKeysAdminKeySecretCF5350D6: Retain",
        "AWS::SecretsManager::Secret FirstKeysCanaryKeySecretF3C251B2: Retain",
        "AWS::SecretsManager::Secret HsmSecret50E12EFA: Retain",
        "AWS::SecretsManager::Secret KeyCheckSecret8677209B: Retain",
        "AWS::SecretsManager::Secret signalboxproddataDatabaseClusterSecret686580DC3fdaad7efa858a3daf9490cf0a702aeb: Delete",
      ]
    `);
  });

  test('prod’s database and leases refuse to be deleted, and can be restored to any moment', () => {
    expect(allOf('prod', 'AWS::RDS::DBCluster')[0]?.Properties).toMatchObject({
      DeletionProtection: true,
      StorageEncrypted: true,
      BackupRetentionPeriod: 35,
      EnableHttpEndpoint: true,
    });
    expect(allOf('prod', 'AWS::DynamoDB::Table')[0]?.Properties).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
    expect(allOf('prod', 'AWS::RDS::DBInstance').length).toBeGreaterThanOrEqual(2);
  });
});
