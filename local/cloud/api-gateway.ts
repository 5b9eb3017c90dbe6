import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorize } from './gateway-authorizer.ts';
import { createRouter, type GatewayDefinition, type GatewayRoute, type MatchedRoute } from './gateway-definition.ts';
import { type GatewayRequest, headerOf, methodArn, proxyEvent, readRequest } from './gateway-event.ts';
import { GatewayRefusal, gatewayAnswer, type HttpAnswer, proxyAnswer } from './gateway-response.ts';
import { type Listener, listen, readBody } from './http-listener.ts';
import { InvokeRefused, type LambdaRuntime } from './lambda-runtime.ts';

/** API Gateway quotas: the payload of a REST API. */
const maximumBody = 10 * 1024 * 1024;

const isBinary = (contentType: string | undefined, mediaTypes: readonly string[]): boolean => {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return mediaTypes.some(
    (each) => each === '*/*' || each === type || (each.endsWith('/*') && type.startsWith(each.slice(0, -1))),
  );
};

const within = async <Value>(milliseconds: number, work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new GatewayRefusal('INTEGRATION_TIMEOUT')), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Calls the function behind a route. A call that Lambda rejects is a 500, a function that fails a 502 (AWS Lambda
 * Developer Guide, "Handling Lambda errors with an API Gateway API").
 */
const integrate = async (route: GatewayRoute, event: object, runtime: LambdaRuntime): Promise<string> => {
  const invoked = runtime.invoke(route.functionArn, JSON.stringify(event)).catch((error: unknown) => {
    if (error instanceof InvokeRefused && error.status === 413) throw new GatewayRefusal('REQUEST_TOO_LARGE');
    throw new GatewayRefusal('DEFAULT_5XX', undefined, 500);
  });
  const outcome = await within(route.timeoutMilliseconds, invoked);
  if (outcome.failed) throw new GatewayRefusal('DEFAULT_5XX');
  return outcome.payload;
};

/** Asks whether API Gateway may call a function for what the ARN says. Throws when it may not. */
export type GatewayPermit = (functionArn: string, sourceArn: string) => void;

/** Told of each request when it has been answered. */
export type GatewayObserver = (status: number, milliseconds: number) => void;

interface Gateway {
  readonly permit: GatewayPermit;
  readonly api: GatewayDefinition;
  readonly runtime: LambdaRuntime;
  readonly match: (method: string, path: string) => MatchedRoute | undefined;
}

const answer = async (gateway: Gateway, message: IncomingMessage, request: GatewayRequest): Promise<HttpAnswer> => {
  const { api, runtime, permit, match } = gateway;
  const content = await readBody(message, maximumBody);
  if (!content) throw new GatewayRefusal('REQUEST_TOO_LARGE');
  const matched = match(request.method, request.path);
  if (!matched) throw new GatewayRefusal('MISSING_AUTHENTICATION_TOKEN');
  const { route } = matched;
  const caller = route.authorizer && (await authorize(route.authorizer, request, matched, { api, runtime, permit }));
  const binary = isBinary(headerOf(request, 'content-type'), api.binaryMediaTypes);
  const event = proxyEvent(request, matched, api, { content, binary }, caller);
  // "Invalid permissions on Lambda function" in API Gateway's own log, and a 500 for the caller.
  permit(route.functionArn, methodArn(request, api));
  return proxyAnswer(await integrate(route, event, runtime), request);
};

const send = (response: ServerResponse, { status, headers, body }: HttpAnswer, method: string): void => {
  const length = method === 'HEAD' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...headers, ...length } as Record<string, string | string[]>);
  response.end(method === 'HEAD' ? undefined : body);
};

const serve = async (gateway: Gateway, message: IncomingMessage, response: ServerResponse): Promise<void> => {
  const request = readRequest(message);
  try {
    send(response, await answer(gateway, message, request), request.method);
  } catch (error) {
    const refusal = error instanceof GatewayRefusal ? error : new GatewayRefusal('DEFAULT_5XX', undefined, 500);
    // What is left of a body that nobody reads would be taken for the next request.
    if (refusal.type === 'REQUEST_TOO_LARGE') response.setHeader('connection', 'close');
    if (!response.headersSent) send(response, gatewayAnswer(refusal, request, gateway.api), request.method);
  }
};

/**
 * Serves a REST API with Lambda proxy integrations on 127.0.0.1, at the root path as a custom domain does.
 *
 * @throws Error naming the port, when it is taken.
 */
export const startApiGateway = (
  api: GatewayDefinition,
  runtime: LambdaRuntime,
  permit: GatewayPermit,
  port: number,
  observe: GatewayObserver = () => undefined,
): Promise<Listener> => {
  const gateway: Gateway = { permit, api, runtime, match: createRouter(api.routes) };
  return listen(port, (message, response) => {
    const started = performance.now();
    void serve(gateway, message, response).finally(() => observe(response.statusCode, performance.now() - started));
  });
};
