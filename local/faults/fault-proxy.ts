import { Agent, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Listener, listen, readBody } from '../cloud/http-listener.ts';
import { type FaultAnswer, failed, resuming, swallowed, throttled } from './fault-answers.ts';
import type { AwsCall, FaultAction, Faults } from './faults.ts';

export interface FaultProxyOptions {
  /** As in a SigV4 scope. */
  readonly service: string;
  /** The endpoint that the proxy stands before. */
  readonly target: string;
  readonly faults: Faults;
  /** The principal behind an access key. */
  identify(accessKeyId: string): string | undefined;
  /** Ends the program of that name at once, as a crash does. */
  kill(caller: string): void;
}

/** No service takes more in one call. */
const longestBody = 8 * 1024 * 1024;

const credential = /Credential=([^/,\s]+)\//;

const callOf = ({ service, identify }: FaultProxyOptions, message: IncomingMessage, body: string): AwsCall => {
  const target = message.headers['x-amz-target'];
  const [, key = ''] = credential.exec(message.headers.authorization ?? '') ?? [];
  return {
    service,
    operation: typeof target === 'string' ? (target.split('.').at(-1) ?? '') : (message.url ?? '/'),
    caller: identify(key)?.split('/').at(-1) ?? '',
    body,
  };
};

interface Forwarding {
  readonly target: URL;
  readonly agent: Agent;
}

const withoutHopByHop = ({
  connection: _connection,
  'transfer-encoding': _encoding,
  ...headers
}: IncomingHttpHeaders) => headers;

/** What the service answers. Throws when it cannot be reached, or when the caller went away meanwhile. */
const forward = (
  { target, agent }: Forwarding,
  message: IncomingMessage,
  body: Buffer,
  gone: AbortSignal,
): Promise<FaultAnswer> =>
  new Promise((resolve, reject) => {
    const headers = { ...withoutHopByHop(message.headers), host: target.host, 'content-length': String(body.length) };
    const options = { agent, method: message.method, path: message.url, headers, signal: gone };
    const outgoing = send(target, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 502,
          headers: withoutHopByHop(answer.headers) as Record<string, string>,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const write = (response: ServerResponse, { status, headers, body }: FaultAnswer): void => {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

/** A connection that breaks without an answer. */
const lost = Symbol('lost');

/** Forwards the call, or another of the same caller instead of it. */
type Forward = (instead?: { readonly target: string; readonly body: string }) => Promise<FaultAnswer>;

/** Makes visible again what a receive has just hidden. */
const showAgain = async ({ body: asked }: AwsCall, pass: Forward): Promise<FaultAnswer> => {
  const answer = await pass();
  const { QueueUrl } = JSON.parse(asked) as { QueueUrl: string };
  const { Messages = [] } = JSON.parse(answer.body) as { Messages?: readonly { ReceiptHandle: string }[] };
  const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle, VisibilityTimeout: 0 }));
  const body = JSON.stringify({ QueueUrl, Entries });
  if (Entries.length > 0) await pass({ target: 'AmazonSQS.ChangeMessageVisibilityBatch', body });
  return answer;
};

/** What the caller is given; each kind of fault says whether, and how often, the service sees the call. */
const outcomes: {
  readonly [Kind in FaultAction['kind']]: (
    call: AwsCall,
    pass: Forward,
    options: FaultProxyOptions,
    action: FaultAction,
  ) => Promise<FaultAnswer | typeof lost>;
} = {
  throttle: async ({ service }) => throttled(service),
  fail: async ({ service }) => failed(service),
  resuming: async ({ service }) => resuming(service),
  reset: async () => lost,
  swallow: async ({ operation, body }) => swallowed(operation, body),
  'lose-answer': async (_call, pass) => pass().then(() => lost),
  'fail-after': async ({ service }, pass) => pass().then(() => failed(service)),
  twice: async (_call, pass) => {
    await pass();
    return pass();
  },
  'show-again': showAgain,
  copy: async (_call, pass) => pass(),
  'kill-before': async ({ caller }, _pass, { kill }) => {
    kill(caller);
    return lost;
  },
  'kill-after': async ({ caller }, pass, { kill }) => {
    await pass();
    kill(caller);
    return lost;
  },
  delay: async (_call, pass, _options, action) => {
    await sleep(action.kind === 'delay' ? action.milliseconds : 0);
    return pass();
  },
};

const serve = async (
  options: FaultProxyOptions,
  forwarding: Forwarding,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await readBody(message, longestBody);
  if (!body) throw new Error('The body is longer than any service takes.');
  const call = callOf(options, message, body.toString('utf8'));
  const action = options.faults.decide(call);
  const gone = new AbortController();
  // A call that a fault wants done is done, whether or not its caller waits for it.
  if (!action) response.on('close', () => response.writableFinished || gone.abort());
  const pass: Forward = (instead) => {
    if (!instead) return forward(forwarding, message, body, gone.signal);
    message.headers['x-amz-target'] = instead.target;
    return forward(forwarding, message, Buffer.from(instead.body), gone.signal);
  };
  const answer = action ? await outcomes[action.kind](call, pass, options, action) : await pass();
  if (answer === lost) message.socket.destroy();
  else write(response, answer);
};

/**
 * Stands before an AWS endpoint of the dev cloud and does to each call what the faults say. Whoever is given its URL
 * instead of the endpoint's cannot tell it from a service, a network or a host that fails.
 */
export const startFaultProxy = async (options: FaultProxyOptions): Promise<Listener> => {
  const agent = new Agent({ keepAlive: true });
  const forwarding = { target: new URL(options.target), agent };
  const listener = await listen(0, (message, response) => {
    serve(options, forwarding, message, response).catch(() => message.socket.destroy());
  });
  const stop = async (): Promise<void> => {
    await listener.stop();
    agent.destroy();
  };
  return { ...listener, stop };
};
