import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod';
import { CorrelationId } from '#shared/contracts/identifiers.ts';
import { type FieldError, problemOf, problems, type Refusal } from '#shared/contracts/problems.ts';
import { Caller, type Scope } from '#shared/contracts/scopes.ts';

/** What the gateway's event says, in our words. */
export interface ApiRequest {
  readonly requestId: string;
  /** Null on routes that anyone may ask. */
  readonly caller: { readonly clientId: string; readonly keyId: string; readonly scopes: ReadonlySet<string> } | null;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | null;
}

/** An answer that is not a refusal. */
export interface Answer {
  readonly outcome: 'answered';
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export const answer = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer => ({
  outcome: 'answered',
  status,
  body,
  headers,
});

const lowerCased = (headers: APIGatewayProxyEvent['headers']) =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

const callerOf = (event: APIGatewayProxyEvent): ApiRequest['caller'] => {
  const told = Caller.safeParse(event.requestContext.authorizer);
  if (!told.success) return null;
  const { client_id: clientId, key_id: keyId, scopes } = told.data;
  return { clientId, keyId, scopes: new Set(scopes.split(' ')) };
};

/** The caller's `x-request-id` when it is usable, else the gateway's. */
export const toApiRequest = (event: APIGatewayProxyEvent): ApiRequest => {
  const headers = lowerCased(event.headers);
  const given = CorrelationId.safeParse(headers['x-request-id']);
  const body = event.body !== null && event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  return {
    requestId: given.success ? given.data : event.requestContext.requestId,
    caller: callerOf(event),
    pathParameters: event.pathParameters ?? {},
    headers,
    body,
  };
};

export const hasScope = (request: ApiRequest, scope: Scope | null): boolean =>
  scope === null || (request.caller?.scopes.has(scope) ?? false);

/** Every path of the request that does not fit, in the words of the contract. */
export const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not a field of this request' }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );

const security = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The gateway's result: JSON, or RFC 9457 for a refusal; always with `x-request-id`. */
export const toResult = (request: ApiRequest, said: Answer | Refusal): APIGatewayProxyResult => {
  const common = { ...security, 'x-request-id': request.requestId };
  if (said.outcome === 'refused')
    return {
      statusCode: problems[said.code].status,
      headers: { ...common, 'content-type': 'application/problem+json' },
      body: JSON.stringify(problemOf(said, request.requestId)),
    };
  return {
    statusCode: said.status,
    headers: { ...common, 'content-type': 'application/json', ...said.headers },
    body: JSON.stringify(said.body),
  };
};
