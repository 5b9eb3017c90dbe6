import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { callbackExemptOrigins } from '../constructs/callback-exempt-origins.ts';
import { deliveryAlarms } from '../constructs/delivery-alarms.ts';
import { makeProcessPush } from '../constructs/process-push.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { settlingAlarm } from '../constructs/settling-alarm.ts';
import { type Deployment, StageStack } from '../deployment.ts';
import type { DataStack } from './data.ts';
import { consumerTimeouts, type MessagingStack, queueEnvironment } from './messaging.ts';

/** What works off the queues behind the bridge: settling, inbound messages, callbacks, pushes; and the bridge of test keys. */
export class ProcessingStack extends StageStack {
  readonly settleOutcomes: ServiceFunction;
  readonly handleInbound: ServiceFunction;
  readonly notifyClient: ServiceFunction;
  readonly simulateDelivery: ServiceFunction;
  readonly processPush: ServiceFunction;

  constructor(scope: Construct, deployment: Deployment, data: DataStack, messaging: MessagingStack) {
    super(scope, 'processing', deployment, 'personal');
    const { database } = data;
    const { alarms, deliveriesHigh, deliveriesTest, outcomes, inbound, callbacks, pushes, casRequests } = messaging;

    this.settleOutcomes = new ServiceFunction(this, 'SettleOutcomes', {
      deployment,
      alarms,
      name: 'settle-outcomes',
      timeout: consumerTimeouts.outcomes,
      errors: 'money-path',
      gradual: true,
      environment: { ...database.environment, ...queueEnvironment(callbacks, pushes) },
    });
    database.allow(this.settleOutcomes.role);
    for (const { queue } of [callbacks, pushes]) this.settleOutcomes.allow(['sqs:SendMessage'], queue.queueArn);
    this.settleOutcomes.consume(outcomes, 5);
    this.settleOutcomes.rollBackOn(settlingAlarm(this, alarms));
    deliveryAlarms(this, alarms);

    this.handleInbound = new ServiceFunction(this, 'HandleInbound', {
      deployment,
      alarms,
      name: 'handle-inbound',
      timeout: consumerTimeouts.inbound,
      errors: 'few',
      environment: {
        ...database.environment,
        ...queueEnvironment(callbacks, deliveriesHigh, pushes, casRequests),
      },
    });
    database.allow(this.handleInbound.role);
    // Answers to STOP and START go to deliveries, those of cards to pushes, what subscribers ask for to cas-requests.
    for (const { queue } of [callbacks, deliveriesHigh, pushes, casRequests])
      this.handleInbound.allow(['sqs:SendMessage'], queue.queueArn);
    this.handleInbound.consume(inbound, 5);

    this.simulateDelivery = new ServiceFunction(this, 'SimulateDelivery', {
      deployment,
      alarms,
      name: 'simulate-delivery',
      timeout: consumerTimeouts.simulation,
      errors: 'few',
      environment: { ...database.environment, ...queueEnvironment(outcomes) },
    });
    database.allow(this.simulateDelivery.role);
    this.simulateDelivery.allow(['sqs:SendMessage'], outcomes.queue.queueArn);
    this.simulateDelivery.consume(deliveriesTest, 2);

    this.notifyClient = this.makeNotifyClient(deployment, data, messaging);
    this.processPush = makeProcessPush(this, deployment, data, messaging);
  }

  private makeNotifyClient(deployment: Deployment, data: DataStack, { alarms, callbacks }: MessagingStack) {
    const notifyClient = new ServiceFunction(this, 'NotifyClient', {
      deployment,
      alarms,
      name: 'notify-client',
      timeout: consumerTimeouts.callbacks,
      errors: 'few',
      environment: {
        ...data.database.environment,
        CALLBACK_KEY_ARN: data.callbackKey.keyArn,
        CALLBACKS_DEAD_LETTERS_QUEUE_URL: callbacks.deadLetters.queueUrl,
        ...callbackExemptOrigins(this),
      },
      network: { vpc: data.network.vpc, securityGroup: this.callbackSecurityGroup(deployment, data) },
    });
    data.database.allow(notifyClient.role);
    notifyClient.allow(['kms:Decrypt'], data.callbackKey.keyArn, {
      StringEquals: { 'kms:EncryptionContext:purpose': 'callback-signing' },
    });
    notifyClient.allow(['sqs:SendMessage'], callbacks.deadLetters.queueArn);
    notifyClient.consume(callbacks, 20);
    return notifyClient;
  }

  private callbackSecurityGroup({ names }: Deployment, data: DataStack): SecurityGroup {
    const group = new SecurityGroup(this, 'NotifyClientNetwork', {
      vpc: data.network.vpc,
      securityGroupName: names.of('notify-client'),
      description: 'Lets notify-client out to clients and to AWS, and nobody in.',
      allowAllOutbound: false,
    });
    // The one port that a callback's URL may have.
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'Callbacks, and the APIs of AWS');
    return group;
  }
}
