import type { Actor } from '#shared/adapters/audited.ts';
import { type Answer, type ApiRequest, callerOf } from '../api-request.ts';

/** As whom the audit log knows the caller. */
export const actorOf = (request: ApiRequest): Actor => {
  const { clientId, keyId } = callerOf(request);
  return { clientId, keyId, correlationId: request.requestId };
};

/** What an answer says that was given before. */
export const replayHeaders = (outcome: string): NonNullable<Answer['headers']> =>
  outcome === 'replayed' ? { 'idempotent-replayed': 'true' } : {};
