import { Annotations, Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { DataStack } from '../stacks/data.ts';
import { consumerTimeouts, type MessagingStack, queueEnvironment } from '../stacks/messaging.ts';
import type { Alarms } from './alarms.ts';
import { hasHsmClient, pkcs11Image } from './pkcs11-image.ts';
import { metricNamespace, ServiceFunction } from './service-function.ts';

const name = 'process-push';

const counted = (metricName: string): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service: name },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
  });

const pushAlarms = (scope: Construct, alarms: Alarms): void => {
  alarms.page(scope, {
    heading: 'cards/Stopped',
    sentence:
      'A card says that its counter is too low for ours or that our keys are wrong: nothing more is sent to it.',
    metric: counted('CardsStopped'),
    threshold: 1,
  });
  alarms.page(scope, {
    heading: 'hsm/PushesPostponed',
    sentence: 'Pushes wait because the HSM does not answer, or has its hands full.',
    metric: counted('PushesPostponed'),
    threshold: 50,
    periods: 3,
  });
};

const networkOf = (scope: Construct, { config, names }: Deployment, data: DataStack): SecurityGroup => {
  const group = new SecurityGroup(scope, 'ProcessPushNetwork', {
    vpc: data.network.vpc,
    securityGroupName: names.of(name),
    description: 'Lets process-push out to the HSM and to AWS, and nobody in.',
    allowAllOutbound: false,
  });
  for (const port of new Set([443, ...config.hsm.ports]))
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'The HSM, and the APIs of AWS');
  return group;
};

/** The one function that reaches the HSM, from the fixed addresses, and the one that uses the card key. */
export const makeProcessPush = (
  scope: Construct,
  deployment: Deployment,
  data: DataStack,
  { alarms, pushes, callbacks, sending }: MessagingStack,
): ServiceFunction => {
  const { hsm } = deployment.config;
  const processPush = new ServiceFunction(scope, 'ProcessPush', {
    deployment,
    alarms,
    name,
    timeout: consumerTimeouts.pushes,
    errors: 'few',
    image: hsm.backend === 'pkcs11' ? pkcs11Image() : undefined,
    environment: {
      ...data.database.environment,
      ...queueEnvironment(...sending, callbacks, pushes),
      CARD_KEY_ARN: data.cardKey.keyArn,
      GATES_TABLE_NAME: data.gates.tableName,
      HSM_SECRET_ARN: data.hsmSecret.secretArn,
      HSM_BACKEND: hsm.backend,
      HSM_PERMITS: `${hsm.permits}`,
      HSM_CALLS_PER_SECOND: `${hsm.callsPerSecond}`,
      HSM_DEADLINE_MS: `${hsm.deadlineMs}`,
    },
    network: { vpc: data.network.vpc, securityGroup: networkOf(scope, deployment, data) },
  });
  data.database.allow(processPush.role);
  data.allowTable(processPush.role, data.gates, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
  processPush.allow(['secretsmanager:GetSecretValue'], data.hsmSecret.secretArn);
  processPush.allow(['kms:Decrypt'], data.cardKey.keyArn, {
    StringEquals: { 'kms:EncryptionContext:purpose': 'card-key' },
  });
  for (const { queue } of [...sending, callbacks, pushes]) processPush.allow(['sqs:SendMessage'], queue.queueArn);
  processPush.consume(pushes, 5);
  if (hsm.backend === 'pkcs11' && !hasHsmClient())
    Annotations.of(processPush).addWarningV2(
      'signalbox:hsm-client',
      'The image of process-push has no library of an HSM: put its package into lambdas/process-push/pkcs11/client (docs/ota.md).',
    );
  pushAlarms(scope, alarms);
  return processPush;
};
