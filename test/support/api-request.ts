import type { ApiCaller, ApiRequest } from '../../lambdas/serve-api/api-request.ts';

export const apiCaller = (given: Partial<ApiCaller> = {}): ApiCaller => ({
  clientId: '01a1fd77-b033-76ea-943c-c564809ad38f',
  keyId: 'key-1',
  scopes: new Set(['messages:read', 'messages:write']),
  isTest: false,
  ratePerSecond: 100,
  burst: 200,
  nationalLanguages: [],
  ...given,
});

/** A request as the gateway has matched it; POST /v1/messages unless told otherwise. An object is its body in JSON. */
export const apiRequest = ({
  body = null,
  ...given
}: Partial<Omit<ApiRequest, 'body'>> & { readonly body?: object | string | null } = {}): ApiRequest => ({
  requestId: 'request-1',
  caller: apiCaller(),
  method: 'POST',
  route: '/v1/messages',
  pathParameters: {},
  query: {},
  headers: {},
  body: typeof body === 'object' && body !== null ? JSON.stringify(body) : body,
  ...given,
});
