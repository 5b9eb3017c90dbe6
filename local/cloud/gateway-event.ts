import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GatewayDefinition, MatchedRoute } from './gateway-definition.ts';
import { accountId, region } from './intrinsics.ts';

/** A request as the gateway has read it, before it knows its route. */
export interface GatewayRequest {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly receivedAt: Date;
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly protocol: string;
  readonly sourceIp: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly query: Readonly<Record<string, string>> | null;
  readonly multiValueQuery: Readonly<Record<string, readonly string[]>> | null;
}

/** Without Object's own names: a header or a parameter may be called `__proto__` or `toString`. */
const nothing = (): Record<string, string[]> => Object.create(null) as Record<string, string[]>;

const append = (target: Record<string, string[]>, name: string, value: string): void => {
  const values = target[name];
  if (values) values.push(value);
  else target[name] = [value];
};

/** The last value of each name, which is what the single-value maps of a REST API hold. */
const lastOf = (many: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(many).map(([name, values]) => [name, values.at(-1) ?? '']));

const headersOf = (message: IncomingMessage, sourceIp: string): Record<string, string[]> => {
  const headers = nothing();
  const { rawHeaders } = message;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    // The gateway ends the connection of its own, so what is about the connection does not travel on.
    if (/^(connection|keep-alive|transfer-encoding|content-length)$/i.test(name)) continue;
    append(headers, name, rawHeaders[index + 1] ?? '');
  }
  const time = Math.floor(Date.now() / 1000).toString(16);
  headers['X-Amzn-Trace-Id'] ??= [`Root=1-${time}-${randomBytes(12).toString('hex')}`];
  append(headers, 'X-Forwarded-For', sourceIp);
  headers['X-Forwarded-Port'] ??= [String(message.socket.localPort ?? '')];
  headers['X-Forwarded-Proto'] ??= ['http'];
  return headers;
};

/** Reads request line and headers, names as the client wrote them; the connection's peer is the caller. */
export const readRequest = (message: IncomingMessage): GatewayRequest => {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const query = nothing();
  if (mark >= 0) for (const [name, value] of new URLSearchParams(url.slice(mark + 1))) append(query, name, value);
  const sourceIp = (message.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  const headers = headersOf(message, sourceIp);
  const queried = Object.keys(query).length > 0;
  return {
    requestId: randomUUID(),
    extendedRequestId: randomBytes(11).toString('base64'),
    receivedAt: new Date(),
    method: message.method ?? 'GET',
    path: mark >= 0 ? url.slice(0, mark) : url,
    protocol: `HTTP/${message.httpVersion}`,
    sourceIp,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    query: queried ? lastOf(query) : null,
    multiValueQuery: queried ? query : null,
  };
};

/** A header by its name in any case. */
export const headerOf = (request: GatewayRequest, name: string): string | undefined => {
  const wanted = name.toLowerCase();
  const found = Object.keys(request.headers).find((each) => each.toLowerCase() === wanted);
  return found === undefined ? undefined : request.headers[found];
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `21/Nov/2026:08:42:00 +0000`, the common log format's time. */
const requestTime = (at: Date): string => {
  const [day, time] = at.toISOString().split('T');
  const [year, month, date] = (day ?? '').split('-');
  return `${date}/${months[Number(month) - 1]}/${year}:${time?.slice(0, 8)} +0000`;
};

const requestContextOf = (
  request: GatewayRequest,
  { route }: MatchedRoute,
  api: GatewayDefinition,
): Record<string, unknown> => ({
  resourceId: route.resourceId,
  resourcePath: route.path,
  httpMethod: request.method,
  extendedRequestId: request.extendedRequestId,
  requestTime: requestTime(request.receivedAt),
  path: request.path,
  accountId,
  protocol: request.protocol,
  stage: api.stage,
  domainPrefix: api.apiId,
  requestTimeEpoch: request.receivedAt.getTime(),
  requestId: request.requestId,
  identity: {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp: request.sourceIp,
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent: headerOf(request, 'user-agent') ?? null,
    user: null,
  },
  domainName: headerOf(request, 'host') ?? null,
  apiId: api.apiId,
});

const commonEvent = (request: GatewayRequest, matched: MatchedRoute, api: GatewayDefinition) => ({
  resource: matched.route.path,
  path: request.path,
  httpMethod: request.method,
  headers: request.headers,
  multiValueHeaders: request.multiValueHeaders,
  queryStringParameters: request.query,
  multiValueQueryStringParameters: request.multiValueQuery,
  pathParameters: matched.pathParameters,
  stageVariables: Object.keys(api.stageVariables).length > 0 ? api.stageVariables : null,
});

/** `arn:aws:execute-api:region:account:api/stage/METHOD/path`, what an authorizer's policy is about. */
export const methodArn = (request: GatewayRequest, api: GatewayDefinition): string =>
  `arn:aws:execute-api:${region}:${accountId}:${api.apiId}/${api.stage}/${request.method}${request.path}`;

/** Input to a Lambda authorizer of type REQUEST (API Gateway Developer Guide, "Input to a Lambda authorizer"). */
export const authorizerEvent = (request: GatewayRequest, matched: MatchedRoute, api: GatewayDefinition): object => ({
  type: 'REQUEST',
  methodArn: methodArn(request, api),
  ...commonEvent(request, matched, api),
  requestContext: requestContextOf(request, matched, api),
});

/** Input of a proxy integration (API Gateway Developer Guide, "Input format of a Lambda function for proxy integration"). */
export const proxyEvent = (
  request: GatewayRequest,
  matched: MatchedRoute,
  api: GatewayDefinition,
  body: { readonly content: Buffer; readonly binary: boolean },
  authorizer: Readonly<Record<string, unknown>> | undefined,
): object => ({
  ...commonEvent(request, matched, api),
  requestContext: { ...requestContextOf(request, matched, api), ...(authorizer && { authorizer }) },
  body: body.content.length > 0 ? body.content.toString(body.binary ? 'base64' : 'utf8') : null,
  isBase64Encoded: body.binary && body.content.length > 0,
});
