import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError, demand, identifyCaller } from '../services/aws-error.ts';
import type { Gate } from '../services/gate.ts';
import { type Listener, listen, readBody } from './http-listener.ts';
import { InvokeRefused, type LambdaRuntime } from './lambda-runtime.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is read at most, so that a payload over Lambda's own limit gets Lambda's own answer. */
const maximumRead = 32 * 1024 * 1024;

const targetOf = (request: IncomingMessage): string => {
  const [path] = (request.url ?? '').split('?');
  const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path ?? '')?.[1];
  if (request.method !== 'POST' || !name)
    throw new AwsError('UnknownOperationException', 'Of the Lambda API only Invoke is known here.', 404);
  return decodeURIComponent(name);
};

const invoke = async (runtime: LambdaRuntime, gate: Gate, request: IncomingMessage): Promise<Answer> => {
  const body = await readBody(request, maximumRead);
  const principal = identifyCaller(gate, 'lambda', request.headers.authorization);
  if (!body) throw new AwsError('RequestTooLargeException', 'The request is too large.', 413);
  const target = targetOf(request);
  const resource = runtime.arnOf(target);
  demand(gate, { principal, service: 'lambda', action: 'lambda:InvokeFunction', resource, context: {} }, 403);
  const payload = body.length > 0 ? body.toString('utf8') : '{}';
  if (request.headers['x-amz-invocation-type'] === 'DryRun') return { status: 204, headers: {}, body: '' };
  if (request.headers['x-amz-invocation-type'] === 'Event') {
    runtime.invokeLater(target, payload);
    return { status: 202, headers: {}, body: '' };
  }
  const outcome = await runtime.invoke(target, payload);
  const failed: Record<string, string> = outcome.failed ? { 'x-amz-function-error': 'Unhandled' } : {};
  return { status: 200, headers: { 'x-amz-executed-version': '$LATEST', ...failed }, body: outcome.payload };
};

const errorAnswer = (error: unknown): Answer => {
  if (error instanceof InvokeRefused) {
    const reason =
      error.code === 'TooManyRequestsException' ? { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' } : {};
    const body = JSON.stringify({ Type: 'User', message: error.message, ...reason });
    return { status: error.status, headers: { 'x-amzn-errortype': error.code }, body };
  }
  const known = error instanceof AwsError ? error : new AwsError('ServiceException', String(error), 500);
  const body = JSON.stringify({ Type: 'User', message: known.message });
  return { status: known.status, headers: { 'x-amzn-errortype': known.name }, body };
};

const serve = async (runtime: LambdaRuntime, gate: Gate, request: IncomingMessage, response: ServerResponse) => {
  const { status, headers, body } = await invoke(runtime, gate, request).catch(errorAnswer);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(body);
};

/** Lambda's Invoke over HTTP, RequestResponse and Event, for SDK clients; on a free port of 127.0.0.1. */
export const startLambdaEndpoint = (runtime: LambdaRuntime, gate: Gate): Promise<Listener> =>
  listen(0, (request, response) => void serve(runtime, gate, request, response));
