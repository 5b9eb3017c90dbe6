import type { Scope } from './scopes.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In API Gateway's and OpenAPI's common notation: `{id}` is a path parameter. */
  readonly path: string;
  readonly operation: string;
  /** `null`: anyone may ask, no authorizer runs. */
  readonly scope: Scope | null;
}

/** Every route there is. The gateway's methods, serve-api's router and docs/openapi.json are all made from this table. */
export const routes = [
  { method: 'POST', path: '/v1/messages', operation: 'submitMessage', scope: 'messages:write' },
  { method: 'GET', path: '/v1/messages/{id}', operation: 'getMessage', scope: 'messages:read' },
  { method: 'GET', path: '/v1/account', operation: 'getAccount', scope: 'messages:read' },
  { method: 'GET', path: '/healthz', operation: 'getHealth', scope: null },
  { method: 'GET', path: '/readyz', operation: 'getReadiness', scope: null },
  { method: 'GET', path: '/openapi.json', operation: 'getOpenApi', scope: null },
] as const satisfies readonly Route[];

export type Operation = (typeof routes)[number]['operation'];
