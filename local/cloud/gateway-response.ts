import type { GatewayDefinition } from './gateway-definition.ts';
import { type GatewayRequest, headerOf } from './gateway-event.ts';

/** An answer on its way to the client. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string;
}

/** Status, message and error type of each refusal of the gateway itself (Developer Guide, "Gateway response types"). */
const responseTypes = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource', 'AccessDeniedException'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error', 'InternalServerErrorException'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, null, 'AuthorizerConfigurationException'],
  AUTHORIZER_FAILURE: [500, null, 'AuthorizerConfigurationException'],
  BAD_REQUEST_BODY: [400, 'Invalid request body', 'BadRequestException'],
  INTEGRATION_FAILURE: [504, 'Internal server error', 'InternalServerErrorException'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out', 'InternalServerErrorException'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token', 'MissingAuthenticationTokenException'],
  REQUEST_TOO_LARGE: [413, 'Request Entity Too Large', 'RequestTooLargeException'],
  THROTTLED: [429, 'Too Many Requests', 'TooManyRequestsException'],
  UNAUTHORIZED: [401, 'Unauthorized', 'UnauthorizedException'],
  /** A proxy integration which failed or answered in another shape: only DEFAULT_5XX can dress it. */
  DEFAULT_5XX: [502, 'Internal server error', 'InternalServerErrorException'],
} as const satisfies Record<string, readonly [number, string | null, string]>;

export type ResponseType = keyof typeof responseTypes;

/** A request that ends in the gateway; message and status replace the type's own. */
export class GatewayRefusal extends Error {
  readonly type: ResponseType;
  readonly status: number;
  constructor(type: ResponseType, message?: string, status?: number) {
    super(message ?? responseTypes[type][1] ?? '');
    this.name = 'GatewayRefusal';
    this.type = type;
    this.status = status ?? responseTypes[type][0];
  }
}

type Variables = (name: string) => string;

const contextVariables = (
  refusal: GatewayRefusal,
  request: GatewayRequest,
  api: GatewayDefinition,
  status: number,
): Variables => {
  const message = refusal.message === '' ? null : refusal.message;
  const values: Record<string, string> = {
    requestId: request.requestId,
    extendedRequestId: request.extendedRequestId,
    'error.message': message ?? '',
    'error.messageString': JSON.stringify(message),
    'error.responseType': refusal.type,
    apiId: api.apiId,
    stage: api.stage,
    status: String(status),
    path: request.path,
    httpMethod: request.method,
    protocol: request.protocol,
    'identity.sourceIp': request.sourceIp,
    requestTimeEpoch: String(request.receivedAt.getTime()),
  };
  return (name) => values[name] ?? '';
};

/** Gateway responses know simple substitution only, no Velocity. */
const render = (template: string, context: Variables, request: GatewayRequest): string =>
  template
    .replace(/\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g, (_whole, name: string) => context(name))
    .replace(/\$method\.request\.header\.([A-Za-z0-9-]+)/g, (_whole, name: string) => headerOf(request, name) ?? '');

/** `'literal'`, `context.x` or `method.request.header.x`, as `responseParameters` write them. */
const mapped = (expression: string, context: Variables, request: GatewayRequest): string | undefined => {
  const literal = /^'(.*)'$/s.exec(expression);
  if (literal) return literal[1];
  if (expression.startsWith('context.')) return context(expression.slice('context.'.length));
  const header = /^method\.request\.header\.(.+)$/.exec(expression)?.[1];
  return header === undefined ? undefined : headerOf(request, header);
};

const templateFor = (templates: Readonly<Record<string, string>>, accept: string | undefined): [string, string] => {
  const wanted = (accept ?? '').split(',').map((each) => each.split(';')[0]?.trim() ?? '');
  const [first] = Object.entries(templates);
  const chosen = wanted.find((type) => templates[type] !== undefined) ?? 'application/json';
  const template = templates[chosen];
  return template === undefined
    ? (first ?? ['application/json', '{"message":$context.error.messageString}'])
    : [chosen, template];
};

/** Dresses a refusal in the template's gateway response of its type, or the default of its class. */
export const gatewayAnswer = (refusal: GatewayRefusal, request: GatewayRequest, api: GatewayDefinition): HttpAnswer => {
  const errorType = responseTypes[refusal.type][2];
  const dress = api.responses[refusal.type] ?? api.responses[refusal.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'];
  const status = dress?.statusCode ?? refusal.status;
  const context = contextVariables(refusal, request, api, status);
  const [contentType, template] = templateFor(dress?.templates ?? {}, headerOf(request, 'accept'));
  const headers: Record<string, string> = {
    'content-type': contentType,
    'x-amzn-requestid': request.requestId,
    'x-amzn-errortype': errorType,
  };
  for (const [name, expression] of Object.entries(dress?.headers ?? {})) {
    const value = mapped(expression, context, request);
    if (value !== undefined && value !== '') headers[name.toLowerCase()] = value;
  }
  return { status, headers, body: render(template, context, request) };
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Headers that API Gateway renames, since it sets them itself (Developer Guide, "Important notes"). */
const remapped = new Set(['connection', 'content-length', 'date', 'server', 'www-authenticate', 'transfer-encoding']);

const answerHeaders = (response: Record<string, unknown>): Record<string, string | string[]> => {
  const headers: Record<string, string | string[]> = {};
  const put = (name: string, value: string | string[]): void => {
    const lower = name.toLowerCase();
    headers[remapped.has(lower) ? `x-amzn-remapped-${lower}` : lower] = value;
  };
  for (const [name, value] of Object.entries(isRecord(response.headers) ? response.headers : {}))
    put(name, String(value));
  for (const [name, values] of Object.entries(isRecord(response.multiValueHeaders) ? response.multiValueHeaders : {}))
    if (Array.isArray(values)) put(name, values.map(String));
  return headers;
};

/**
 * Turns what a function returned into an answer (Developer Guide, "Output format of a Lambda function for proxy
 * integration").
 *
 * @throws GatewayRefusal (502) when it has another shape.
 */
export const proxyAnswer = (payload: string, request: GatewayRequest): HttpAnswer => {
  const response: unknown = JSON.parse(payload);
  if (!isRecord(response)) throw new GatewayRefusal('DEFAULT_5XX');
  const { body, isBase64Encoded } = response;
  const status = Number(response.statusCode);
  const shaped =
    Number.isInteger(status) &&
    status >= 100 &&
    status <= 599 &&
    (body === undefined || body === null || typeof body === 'string') &&
    (isBase64Encoded === undefined || typeof isBase64Encoded === 'boolean') &&
    (response.headers === undefined || response.headers === null || isRecord(response.headers));
  if (!shaped) throw new GatewayRefusal('DEFAULT_5XX');
  const text = typeof body === 'string' ? body : '';
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': request.requestId, ...answerHeaders(response) },
    body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
};
