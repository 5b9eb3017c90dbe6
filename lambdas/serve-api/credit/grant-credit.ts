import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type { Granted, NewGrant } from '#shared/adapters/grant-credit.ts';
import { GrantCredit, mostAvailableCents } from '#shared/contracts/credit.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { actorOf, replayHeaders } from '../admin/actor-of.ts';
import { clientIdOf, noSuchClient } from '../admin/client-handles.ts';
import { answer } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { readBody, readKey } from '../read-body.ts';

export interface Grants {
  /** UUID v7 of now. */
  newId(): string;
  grantCredit(grant: NewGrant, actor: Actor, key: IdempotencyKey | null): Promise<Granted>;
}

/** POST /v1/admin/clients/{id}/credits. */
export const createGrantCredit =
  (world: Grants): Handle =>
  async (request) => {
    const clientId = clientIdOf(request);
    if (clientId === null) return noSuchClient();
    const body = readBody(request, GrantCredit);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'grantCredit', { client_id: clientId, ...body.value });
    if (keyed.outcome === 'refused') return keyed;
    const grant = { id: world.newId(), client_id: clientId, ...body.value };
    const granted = await world.grantCredit(grant, actorOf(request), keyed.key);
    switch (granted.outcome) {
      case 'mismatch':
        return keyMismatch();
      case 'no-such-client':
        return noSuchClient();
      case 'below-zero':
        return refuse('credit.below_zero', `It was to take ${-grant.amount_cents} cents.`);
      case 'beyond-limit':
        return refuse('credit.beyond_limit', `At most ${mostAvailableCents} cents may be available.`);
      default:
        return answer(201, granted.grant, replayHeaders(granted.outcome));
    }
  };
