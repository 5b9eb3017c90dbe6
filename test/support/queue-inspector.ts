import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { RunningSignalbox } from './running-signalbox.ts';

/** What a test does to queues, each named without its prefix. */
export interface QueueInspector {
  /** Puts bodies on a queue in one call, just as they are. */
  put(name: string, bodies: readonly string[]): Promise<void>;
  /** How many messages a queue has: visible, in somebody's hands, or delayed. */
  depth(name: string): Promise<number>;
  setVisibilityTimeout(name: string, seconds: number): Promise<void>;
  /** Takes everything that a queue has to give. */
  drain(name: string): Promise<readonly string[]>;
}

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export const inspectQueues = ({ sqs, cloud }: Pick<RunningSignalbox, 'sqs' | 'cloud'>): QueueInspector => ({
  put: async (name, bodies) => {
    const Entries = bodies.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: cloud.queueUrl(name), Entries }));
    if (Failed.length > 0) throw new Error(`The queue ${name} did not take ${Failed.length} messages.`);
  },
  depth: async (name) => {
    const command = new GetQueueAttributesCommand({ QueueUrl: cloud.queueUrl(name), AttributeNames: [...counts] });
    const { Attributes = {} } = await sqs.send(command);
    return counts.reduce((sum, each) => sum + Number(Attributes[each]), 0);
  },
  setVisibilityTimeout: async (name, seconds) => {
    const Attributes = { VisibilityTimeout: `${seconds}` };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: cloud.queueUrl(name), Attributes }));
  },
  drain: async (name) => {
    const QueueUrl = cloud.queueUrl(name);
    const bodies: string[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return bodies;
      for (const { Body = '', ReceiptHandle } of Messages) {
        bodies.push(Body);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  },
});
