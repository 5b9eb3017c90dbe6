import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge, type Deployment } from '../deployment.ts';
import { type Alarms, minute } from './alarms.ts';

export interface WorkQueueProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  /** A plural noun. */
  readonly name: string;
  /** The consumer's timeout; a message stays invisible for six times as long. */
  readonly consumerTimeout: Duration;
  /** Above this age of its oldest message somebody is woken; undefined where waiting is what the queue is for. */
  readonly oldestMessage?: Duration;
  /** Whether messages or money stand still when this queue does. */
  readonly moneyPath?: boolean;
}

/** Faults only: what is tried again on purpose has a row that says when. */
const maxReceiveCount = 5;

/** Encrypted, over TLS only, kept for the 14 days SQS allows. */
const safely = { retentionPeriod: Duration.days(14), encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

export interface DeadLettersProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  /** Whose dead letters: the queue is called `<name>-dlq`, the alarm `<name>/DeadLettersNotEmpty`. */
  readonly name: string;
  readonly sentence: string;
  readonly moneyPath?: boolean;
}

/** Where goes what could not be handled; somebody is woken by the first message in it. */
export class DeadLetters extends Construct {
  readonly queue: IQueue;

  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    const { deployment, alarms, name } = props;
    const queue = new Queue(this, 'Queue', { ...safely, queueName: deployment.names.of(`${name}-dlq`) });
    this.queue = queue;
    acknowledge(queue, 'AwsSolutions-SQS3', 'This queue is the dead-letter queue.');
    alarms.page(this, {
      heading: `${name}/DeadLettersNotEmpty`,
      sentence: props.sentence,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: minute }),
      threshold: 1,
      moneyPath: props.moneyPath,
    });
  }
}

/**
 * A queue of work: dead letters after five receives, six times its consumer's timeout of visibility, TLS only, and the
 * alarms that say it stands still or has given something up.
 */
export class WorkQueue extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly deadLetters: IQueue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { deployment, alarms, name, consumerTimeout, oldestMessage, moneyPath } = props;
    this.name = name;
    this.deadLetters = new DeadLetters(this, 'DeadLetters', {
      deployment,
      alarms,
      name,
      sentence: `A message of ${name} was given up after ${maxReceiveCount} faults and waits for somebody.`,
      moneyPath,
    }).queue;
    this.queue = new Queue(this, 'Queue', {
      ...safely,
      queueName: deployment.names.of(name),
      visibilityTimeout: Duration.seconds(6 * consumerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
    if (!oldestMessage) return;
    alarms.page(this, {
      heading: `${name}/OldestMessageTooOld`,
      sentence: `The oldest message of ${name} has waited longer than ${oldestMessage.toSeconds()} seconds.`,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: minute }),
      threshold: oldestMessage.toSeconds(),
      periods: 3,
      moneyPath,
    });
  }
}
