import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type Alarms, alarmsOf } from '../constructs/alarms.ts';
import { WorkQueue, type WorkQueueProps } from '../constructs/work-queue.ts';
import { type Deployment, StageStack } from '../deployment.ts';
import { pascalCase, queueUrlVariable } from '../names.ts';

/** How long a consumer may take; a queue's visibility follows from it, and the consumer's timeout is it. */
export const consumerTimeouts = {
  /** The bridge: what it has not claimed by then, another task may. */
  delivery: Duration.seconds(50),
  simulation: Duration.seconds(30),
  outcomes: Duration.seconds(30),
  inbound: Duration.seconds(30),
  callbacks: Duration.seconds(30),
  /** Ten calls of the HSM one after another, each up to its deadline, and what the database takes. */
  pushes: Duration.seconds(90),
  casRequests: Duration.seconds(30),
} as const;

/** What carries: the queues between the programs, and the two topics from alarms to people. */
export class MessagingStack extends StageStack {
  readonly alarms: Alarms;
  readonly tickets: Topic;
  readonly deliveriesHigh: WorkQueue;
  readonly deliveriesNormal: WorkQueue;
  readonly deliveriesBulk: WorkQueue;
  /** What was sent under test keys, for the built-in simulator. */
  readonly deliveriesTest: WorkQueue;
  readonly outcomes: WorkQueue;
  readonly inbound: WorkQueue;
  readonly callbacks: WorkQueue;
  readonly pushes: WorkQueue;
  /** What subscribers ask for by SMS: EMMs. */
  readonly casRequests: WorkQueue;

  constructor(scope: Construct, deployment: Deployment) {
    super(scope, 'messaging', deployment, 'personal');
    const pages = this.topic('Pages', deployment, 'pages', 'Wakes whoever is on call.');
    this.tickets = this.topic('Tickets', deployment, 'tickets', 'For the next working day.');
    this.letPublish(this.tickets, 'budgets.amazonaws.com');
    this.alarms = alarmsOf(deployment, { pages, tickets: this.tickets });
    const queue = (name: string, consumerTimeout: Duration, rest: Partial<WorkQueueProps>) =>
      new WorkQueue(this, pascalCase(name), { deployment, alarms: this.alarms, name, consumerTimeout, ...rest });
    const { delivery, simulation, outcomes, inbound, callbacks, pushes, casRequests } = consumerTimeouts;
    const urgent = { oldestMessage: Duration.seconds(60), moneyPath: true };
    const usual = { oldestMessage: Duration.seconds(120), moneyPath: true };
    this.deliveriesHigh = queue('deliveries-high', delivery, urgent);
    this.deliveriesNormal = queue('deliveries-normal', delivery, usual);
    this.deliveriesBulk = queue('deliveries-bulk', delivery, { moneyPath: true });
    this.deliveriesTest = queue('deliveries-test', simulation, {});
    this.outcomes = queue('outcomes', outcomes, usual);
    this.inbound = queue('inbound', inbound, { ...usual, moneyPath: false });
    this.callbacks = queue('callbacks', callbacks, { ...usual, moneyPath: false });
    this.pushes = queue('pushes', pushes, { ...usual, moneyPath: false });
    this.casRequests = queue('cas-requests', casRequests, { ...usual, moneyPath: false });
  }

  /** The deliveries queues, by falling priority. */
  get deliveries(): readonly WorkQueue[] {
    return [this.deliveriesHigh, this.deliveriesNormal, this.deliveriesBulk];
  }

  /** Every queue that a message may be put on to be delivered. */
  get sending(): readonly WorkQueue[] {
    return [...this.deliveries, this.deliveriesTest];
  }

  /** Every queue between programs. */
  get all(): readonly WorkQueue[] {
    return [...this.sending, this.outcomes, this.inbound, this.callbacks, this.pushes, this.casRequests];
  }

  private topic(id: string, deployment: Deployment, name: string, displayName: string): Topic {
    const topic = new Topic(this, id, { topicName: deployment.names.of(name), displayName, enforceSSL: true });
    this.letPublish(topic, 'cloudwatch.amazonaws.com');
    return topic;
  }

  private letPublish(topic: Topic, service: string): void {
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(service)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
  }
}

/** The environment by which a program knows these queues: `OUTCOMES_QUEUE_URL` and so on. */
export const queueEnvironment = (...queues: readonly WorkQueue[]): Record<string, string> =>
  Object.fromEntries(queues.map(({ name, queue }) => [queueUrlVariable(name), queue.queueUrl]));
