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
  { method: 'POST', path: '/v1/messages/batch', operation: 'submitBatch', scope: 'messages:write' },
  { method: 'GET', path: '/v1/messages', operation: 'listMessages', scope: 'messages:read' },
  { method: 'GET', path: '/v1/messages/{id}', operation: 'getMessage', scope: 'messages:read' },
  { method: 'DELETE', path: '/v1/messages/{id}', operation: 'cancelMessage', scope: 'messages:write' },
  { method: 'GET', path: '/v1/messages/{id}/timeline', operation: 'getMessageTimeline', scope: 'messages:read' },
  { method: 'GET', path: '/v1/account', operation: 'getAccount', scope: 'messages:read' },
  { method: 'GET', path: '/v1/account/ledger', operation: 'listLedger', scope: 'messages:read' },
  { method: 'GET', path: '/v1/account/statement', operation: 'exportStatement', scope: 'messages:read' },
  { method: 'GET', path: '/v1/prices', operation: 'getPriceSheet', scope: 'messages:read' },
  { method: 'POST', path: '/v1/admin/clients', operation: 'createClient', scope: 'admin' },
  { method: 'GET', path: '/v1/admin/clients', operation: 'listClients', scope: 'admin' },
  { method: 'GET', path: '/v1/admin/clients/{id}', operation: 'getClient', scope: 'admin' },
  { method: 'PATCH', path: '/v1/admin/clients/{id}', operation: 'changeClient', scope: 'admin' },
  { method: 'POST', path: '/v1/admin/clients/{id}/suspend', operation: 'suspendClient', scope: 'admin' },
  { method: 'POST', path: '/v1/admin/clients/{id}/resume', operation: 'resumeClient', scope: 'admin' },
  { method: 'POST', path: '/v1/admin/clients/{id}/keys', operation: 'createApiKey', scope: 'admin' },
  { method: 'GET', path: '/v1/admin/clients/{id}/keys', operation: 'listApiKeys', scope: 'admin' },
  { method: 'POST', path: '/v1/admin/clients/{id}/keys/{key_id}/rotate', operation: 'rotateApiKey', scope: 'admin' },
  { method: 'DELETE', path: '/v1/admin/clients/{id}/keys/{key_id}', operation: 'revokeApiKey', scope: 'admin' },
  { method: 'POST', path: '/v1/admin/clients/{id}/credits', operation: 'grantCredit', scope: 'admin' },
  { method: 'GET', path: '/v1/admin/clients/{id}/ledger', operation: 'listClientLedger', scope: 'admin' },
  { method: 'GET', path: '/v1/admin/prices', operation: 'listPrices', scope: 'admin' },
  { method: 'PUT', path: '/v1/admin/prices', operation: 'setPrices', scope: 'admin' },
  { method: 'DELETE', path: '/v1/admin/prices/{prefix}', operation: 'removePrice', scope: 'admin' },
  { method: 'GET', path: '/v1/admin/dead-letters', operation: 'listDeadLetters', scope: 'admin' },
  { method: 'GET', path: '/v1/admin/audit', operation: 'listAudit', scope: 'admin' },
  { method: 'GET', path: '/v1/callback-settings', operation: 'getCallbackSettings', scope: 'messages:read' },
  { method: 'PUT', path: '/v1/callback-settings', operation: 'putCallbackSettings', scope: 'messages:write' },
  { method: 'POST', path: '/v1/callback-settings/secret', operation: 'rotateCallbackSecret', scope: 'messages:write' },
  {
    method: 'DELETE',
    path: '/v1/callback-settings/secret/previous',
    operation: 'endCallbackSecretOverlap',
    scope: 'messages:write',
  },
  { method: 'POST', path: '/v1/callback-settings/test', operation: 'testCallback', scope: 'messages:write' },
  { method: 'GET', path: '/v1/callbacks', operation: 'listCallbacks', scope: 'messages:read' },
  { method: 'GET', path: '/v1/callbacks/{id}', operation: 'getCallback', scope: 'messages:read' },
  { method: 'POST', path: '/v1/callbacks/{id}/replay', operation: 'replayCallback', scope: 'messages:write' },
  { method: 'GET', path: '/v1/opt-outs', operation: 'listOptOuts', scope: 'messages:read' },
  { method: 'GET', path: '/v1/opt-outs/{msisdn}', operation: 'getOptOut', scope: 'messages:read' },
  { method: 'PUT', path: '/v1/opt-outs/{msisdn}', operation: 'putOptOut', scope: 'messages:write' },
  { method: 'DELETE', path: '/v1/opt-outs/{msisdn}', operation: 'deleteOptOut', scope: 'messages:write' },
  { method: 'DELETE', path: '/v1/recipients/{msisdn}', operation: 'eraseRecipient', scope: 'messages:write' },
  { method: 'GET', path: '/v1/recipients/erasures/{id}', operation: 'getErasure', scope: 'messages:read' },
  { method: 'GET', path: '/healthz', operation: 'getHealth', scope: null },
  { method: 'GET', path: '/readyz', operation: 'getReadiness', scope: null },
  { method: 'GET', path: '/openapi.json', operation: 'getOpenApi', scope: null },
  { method: 'GET', path: '/docs', operation: 'getDocs', scope: null },
] as const satisfies readonly Route[];

export type Operation = (typeof routes)[number]['operation'];
