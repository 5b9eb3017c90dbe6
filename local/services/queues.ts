import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { buildApp } from 'fauxqs';
import * as z from 'zod';
import { AwsError, demand, identifyCaller } from './aws-error.ts';
import type { Endpoint } from './aws-json-server.ts';
import { emulatedElsewhere } from './emulated-elsewhere.ts';
import type { Gate } from './gate.ts';

export interface QueuesOptions {
  readonly gate: Gate;
  readonly region?: string;
}

/** A queue as SQS tells CloudWatch of it. */
export interface QueueFigures {
  readonly visible: number;
  readonly notVisible: number;
  /** Of the oldest message that is there, in seconds; 0 where there is none. */
  readonly oldestSeconds: number;
}

export interface Queues extends Endpoint {
  /** Looks at a queue without receiving from it; undefined when there is none of that name here. */
  look(name: string): Promise<QueueFigures | undefined>;
}

const Inspected = z.object({
  messages: z.object({
    ready: z.array(z.object({ sentTimestamp: z.number() })),
    inflight: z.array(z.object({ message: z.object({ sentTimestamp: z.number() }) })),
  }),
});

const figuresOf = ({ messages: { ready, inflight } }: z.infer<typeof Inspected>): QueueFigures => {
  const sent = [...ready, ...inflight.map(({ message }) => message)].map(({ sentTimestamp }) => sentTimestamp);
  const oldestSeconds = sent.length === 0 ? 0 : Math.max(0, (Date.now() - Math.min(...sent)) / 1000);
  return { visible: ready.length, notVisible: inflight.length, oldestSeconds };
};

/** fauxqs knows one account only. */
const account = '000000000000';

/** A batch needs the permission of the single call. */
const actionOf = (operation: string): string => `sqs:${operation.replace(/Batch$/, '')}`;

const queueIn = (body: unknown): string | undefined => {
  const { QueueUrl, QueueName } = (body ?? {}) as { readonly QueueUrl?: unknown; readonly QueueName?: unknown };
  if (typeof QueueUrl === 'string') return QueueUrl.split('/').at(-1);
  return typeof QueueName === 'string' ? QueueName : undefined;
};

/** SQS spoke another protocol once, and still sends that protocol's code beside the exception: SDKs report it. */
const queryErrorOf = ({ name }: AwsError): Record<string, string> =>
  name === 'AccessDeniedException' ? { 'x-amzn-query-error': 'AccessDenied;Sender' } : {};

const authorize = (gate: Gate, region: string, headers: IncomingHttpHeaders, body: unknown): void => {
  const principal = identifyCaller(gate, 'sqs', headers.authorization);
  const [service, operation] = String(headers['x-amz-target']).split('.');
  if (service !== 'AmazonSQS' || !operation) throw new AwsError('InvalidAction', 'Only SQS is served here.');
  const queue = queueIn(body);
  const resource = queue === undefined ? '*' : `arn:aws:sqs:${region}:${account}:${queue}`;
  demand(gate, { principal, service: 'sqs', action: actionOf(operation), resource, context: {} }, 403);
};

/**
 * Amazon SQS (AWS JSON 1.0, `sqs`) by fauxqs, in memory: what lay in a queue is gone after a stop.
 *
 * Queue URLs are `http://sqs.<region>.localhost:<port>/000000000000/<name>`, a host that need not resolve: the client is
 * made with `useQueueUrlAsEndpoint: false` and sends to its endpoint, where the queue is found by region and name, or by
 * name under the URL that AWS would give. Unlike SQS it refuses characters above U+FFFF in a body, has no
 * fair order between message groups, and keeps no `MessageGroupId` on a standard queue.
 */
export const startQueues = async ({ gate, region = 'eu-central-1' }: QueuesOptions): Promise<Queues> => {
  const elsewhere = emulatedElsewhere('sqs');
  if (elsewhere) return { ...elsewhere, look: async () => undefined };
  // What fauxqs shows to whoever asks is for this process alone.
  const insider = randomUUID();
  const app = buildApp({ logger: false, defaultRegion: region });
  app.addHook('preHandler', async (request, reply) => {
    if (request.headers['x-insider'] === insider) return;
    try {
      authorize(gate, region, request.headers, request.body);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      await reply
        .status(error.status)
        .header('content-type', 'application/x-amz-json-1.0')
        .headers(queryErrorOf(error))
        .send({ __type: `com.amazon.coral.service#${error.name}`, message: error.message });
    }
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const look = async (name: string) => {
    const answer = await app.inject({ url: `/_fauxqs/queues/${name}`, headers: { 'x-insider': insider } });
    return answer.statusCode === 200 ? figuresOf(Inspected.parse(answer.json())) : undefined;
  };
  return { url, look, stop: () => app.close() };
};
