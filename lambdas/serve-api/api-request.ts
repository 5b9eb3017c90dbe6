import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { CorrelationId } from '#shared/contracts/identifiers.ts';
import { problemOf, problems, type Refusal } from '#shared/contracts/problems.ts';
import { Caller, type Scope } from '#shared/contracts/scopes.ts';
import { type NationalLanguage, nationalLanguages } from '#shared/domain/text/national-languages.ts';

/** Who asks, and within which limits: what authorize-request said. */
export interface ApiCaller {
  readonly clientId: string;
  readonly keyId: string;
  readonly scopes: ReadonlySet<string>;
  /** What is asked goes to the built-in simulator, and costs nothing. */
  readonly isTest: boolean;
  readonly ratePerSecond: number;
  readonly burst: number;
  /** In whose alphabets its texts may be written, where that takes fewer parts. */
  readonly nationalLanguages: readonly NationalLanguage[];
}

/** What the gateway's event says, in our words. */
export interface ApiRequest {
  readonly requestId: string;
  /** Null on routes that anyone may ask. */
  readonly caller: ApiCaller | null;
  readonly method: string;
  /** The route as the gateway matched it, `{id}` and all. */
  readonly route: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** The last value of a parameter that was given more than once. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | null;
}

/** An answer that is not a refusal. */
export interface Answer {
  readonly outcome: 'answered';
  readonly status: number;
  /** Text is sent as it is, under the content-type that the headers name; nothing for 204. */
  readonly body: object | string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Shown once: kept nowhere, not even for a repetition of the request. */
  readonly isSecret?: boolean;
}

export const answer = (
  status: number,
  body: object | string | null,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  outcome: 'answered',
  status,
  body,
  headers,
});

const lowerCased = (headers: APIGatewayProxyEvent['headers']) =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

const readCaller = (event: APIGatewayProxyEvent): ApiRequest['caller'] => {
  const told = Caller.safeParse(event.requestContext.authorizer);
  if (!told.success) return null;
  const { client_id: clientId, key_id: keyId, scopes, is_test, rate_per_second, burst } = told.data;
  const wanted = new Set(told.data.national_languages.split(' '));
  return {
    clientId,
    keyId,
    scopes: new Set(scopes.split(' ')),
    isTest: is_test === 'true',
    ratePerSecond: Number(rate_per_second),
    burst: Number(burst),
    nationalLanguages: nationalLanguages.filter((language) => wanted.has(language)),
  };
};

/** The caller's `x-request-id` when it is usable, else the gateway's. */
export const toApiRequest = (event: APIGatewayProxyEvent): ApiRequest => {
  const headers = lowerCased(event.headers);
  const given = CorrelationId.safeParse(headers['x-request-id']);
  const body = event.body !== null && event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  return {
    requestId: given.success ? given.data : event.requestContext.requestId,
    caller: readCaller(event),
    method: event.httpMethod,
    route: event.resource,
    pathParameters: event.pathParameters ?? {},
    query: event.queryStringParameters ?? {},
    headers,
    body,
  };
};

/** The caller of a route that has a scope. */
export const callerOf = (request: ApiRequest): ApiCaller => {
  if (!request.caller) throw new Error('A route that needs a caller was reached without one');
  return request.caller;
};

export const hasScope = (request: ApiRequest, scope: Scope | null): boolean =>
  scope === null || (request.caller?.scopes.has(scope) ?? false);

const security = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The octets of an answer's body, as text. */
export const bodyText = ({ body }: Answer): string => {
  if (body === null) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
};

/** The gateway's result: JSON, or RFC 9457 for a refusal; always with `x-request-id`. */
export const toResult = (request: ApiRequest, said: Answer | Refusal): APIGatewayProxyResult => {
  const common = { ...security, 'x-request-id': request.requestId };
  if (said.outcome === 'refused')
    return {
      statusCode: problems[said.code].status,
      headers: { ...common, ...said.headers, 'content-type': 'application/problem+json' },
      body: JSON.stringify(problemOf(said, request.requestId)),
    };
  return {
    statusCode: said.status,
    headers: { ...common, 'content-type': 'application/json', ...said.headers },
    body: bodyText(said),
  };
};
