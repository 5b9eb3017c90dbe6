import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AwsError, ConnectionLost, demand, identifyCaller } from './aws-error.ts';
import type { Call, Gate } from './gate.ts';

export interface Endpoint {
  readonly url: string;
  stop(): Promise<void>;
}

export interface AwsRequest {
  /** The operation (`TrentService.Decrypt` gives `Decrypt`), or the path where the protocol is REST. */
  readonly operation: string;
  readonly principal: string;
  /** The parsed body; whoever reads it checks its shape. */
  readonly body: unknown;
  /** @throws AwsError AccessDeniedException unless the gate allows this principal the action on the resource. */
  demand(action: string, resource: string, context?: Call['context']): void;
}

export interface AwsJsonServerOptions {
  /** The service's name in a SigV4 scope, which is also its prefix in IAM actions. */
  readonly service: string;
  readonly gate: Gate;
  /** What `X-Amz-Target` starts with (AWS JSON 1.1), or undefined for REST-JSON, where the path names the operation. */
  readonly target?: string;
  readonly maxBodyBytes: number;
  /** Gives the answer: a value to be written as JSON, or JSON text as it is. */
  handle(request: AwsRequest): Promise<unknown>;
}

const readBody = async (request: IncomingMessage, limit: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Read to the end, since an answer before it would break the connection of a client still writing.
    if (length <= limit) chunks.push(chunk);
  }
  if (length > limit) throw new AwsError('RequestEntityTooLargeException', `Request exceeds ${limit} bytes.`, 413);
  return Buffer.concat(chunks).toString('utf8');
};

const parseJson = (text: string): unknown => {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
};

const operationOf = ({ target }: AwsJsonServerOptions, request: IncomingMessage): string => {
  if (target === undefined) return request.url ?? '/';
  const wanted = String(request.headers['x-amz-target']);
  const [prefix, operation] = wanted.split('.');
  if (prefix === target && operation) return operation;
  throw new AwsError('UnknownOperationException', `There is no operation ${wanted}.`);
};

const answer = async (options: AwsJsonServerOptions, request: IncomingMessage): Promise<string> => {
  const text = await readBody(request, options.maxBodyBytes);
  if (request.method !== 'POST') throw new AwsError('UnknownOperationException', 'Only POST is known here.', 404);
  const principal = identifyCaller(options.gate, options.service, request.headers.authorization);
  const result = await options.handle({
    operation: operationOf(options, request),
    principal,
    body: parseJson(text),
    demand: (action, resource, context = {}) =>
      demand(
        options.gate,
        { principal, service: options.service, action, resource, context },
        options.target === undefined ? 403 : 400,
      ),
  });
  return typeof result === 'string' ? result : JSON.stringify(result ?? {});
};

const send = (
  response: ServerResponse,
  contentType: string,
  status: number,
  body: string,
  errorType?: string,
): void => {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...(errorType ? { 'x-amzn-errortype': errorType } : {}),
  });
  response.end(body);
};

const serve = async (options: AwsJsonServerOptions, request: IncomingMessage, response: ServerResponse) => {
  const contentType = options.target === undefined ? 'application/json' : 'application/x-amz-json-1.1';
  try {
    send(response, contentType, 200, await answer(options, request));
  } catch (error) {
    if (error instanceof ConnectionLost) {
      request.socket.destroy();
      return;
    }
    // A fault of ours carries its text, since whoever runs this machine is the one to mend it.
    const known = error instanceof AwsError ? error : new AwsError('InternalServerErrorException', String(error), 500);
    const body = JSON.stringify({ __type: known.name, message: known.message });
    send(response, contentType, known.status, body, known.name);
  }
};

/**
 * An AWS endpoint on a free port of 127.0.0.1, in AWS JSON 1.1 or REST-JSON: finds the caller, reads the body within its
 * limit, and turns what is thrown into the protocol's error.
 */
export const startAwsJsonServer = async (options: AwsJsonServerOptions): Promise<Endpoint> => {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(options, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
