import {
  ApiKeyList,
  AuditList,
  ChangeClient,
  ClientList,
  ClientView,
  CreateApiKey,
  CreateClient,
  IssuedApiKey,
  ListApiKeys,
  ListAudit,
  ListClients,
  RotateApiKey,
} from '../admin.ts';
import type { DescribedOperations } from './described.ts';

const tag = 'Administration';
const client = { status: 200, description: 'The client', schema: ClientView } as const;

type ClientOperations =
  | 'createClient'
  | 'listClients'
  | 'getClient'
  | 'changeClient'
  | 'suspendClient'
  | 'resumeClient';

const describedClients: DescribedOperations<ClientOperations> = {
  createClient: {
    summary: 'Make a client, with its opening credit',
    tag,
    body: CreateClient,
    example: { name: 'Acme', part_price_cents: 5, credit_cents: 50_000, allowed_senders: ['Acme'] },
    answers: [{ status: 201, description: 'Made; Location names it', schema: ClientView }],
    isIdempotent: true,
    problems: ['idempotency.mismatch', 'callback.refused'],
  },
  listClients: {
    summary: 'Clients, the newest first',
    tag,
    query: ListClients,
    answers: [{ status: 200, description: 'A page of them', schema: ClientList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getClient: { summary: 'A client', tag, answers: [client], problems: ['client.not_found'] },
  changeClient: {
    summary: 'Change what is given; the rest stays. In force within a minute',
    tag,
    body: ChangeClient,
    example: { daily_spend_cap_cents: 10_000 },
    answers: [client],
    problems: ['client.not_found', 'callback.refused'],
  },
  suspendClient: {
    summary: 'Suspend a client: within a minute its keys and tokens are refused',
    tag,
    answers: [client],
    isIdempotent: true,
    problems: ['client.not_found', 'client.own', 'idempotency.mismatch', 'idempotency.invalid'],
  },
  resumeClient: {
    summary: 'Let a suspended client go on',
    tag,
    answers: [client],
    isIdempotent: true,
    problems: ['client.not_found', 'idempotency.mismatch', 'idempotency.invalid'],
  },
};

const describedKeys: DescribedOperations<'createApiKey' | 'listApiKeys' | 'rotateApiKey' | 'revokeApiKey'> = {
  createApiKey: {
    summary: 'Issue an API key; it is shown this once',
    tag,
    body: CreateApiKey,
    example: { name: 'production', scopes: ['messages:write', 'messages:read'] },
    answers: [{ status: 201, description: 'Issued', schema: IssuedApiKey }],
    isIdempotent: true,
    problems: ['client.not_found', 'idempotency.mismatch'],
  },
  listApiKeys: {
    summary: 'The API keys of a client, the newest first',
    tag,
    query: ListApiKeys,
    answers: [{ status: 200, description: 'A page of them', schema: ApiKeyList }],
    problems: ['request.invalid', 'client.not_found', 'cursor.not_found'],
  },
  rotateApiKey: {
    summary: 'Issue a key in place of another, which goes on to work for the overlap',
    tag,
    body: RotateApiKey,
    example: { overlap_seconds: 3600 },
    answers: [{ status: 201, description: 'Issued', schema: IssuedApiKey }],
    isIdempotent: true,
    problems: ['api_key.not_found', 'api_key.not_active', 'idempotency.mismatch'],
  },
  revokeApiKey: {
    summary: 'Revoke a key for good: within a minute it is refused',
    tag,
    answers: [{ status: 204, description: 'It is revoked' }],
    problems: ['api_key.not_found'],
  },
};

export const describedAdmin: DescribedOperations<
  keyof typeof describedClients | keyof typeof describedKeys | 'listAudit'
> = {
  ...describedClients,
  ...describedKeys,
  listAudit: {
    summary: 'What was done with the scope admin, the newest first',
    tag,
    query: ListAudit,
    answers: [{ status: 200, description: 'A page of the audit log', schema: AuditList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
};
