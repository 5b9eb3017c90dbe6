import { v7 as uuidV7 } from 'uuid';
import * as z from 'zod';
import type { Sql } from '#shared/adapters/data-api.ts';
import { readErasure, requestErasure } from '#shared/adapters/erasures.ts';
import { deleteOptOut, listOptOuts, putOptOut, readOptOut } from '#shared/adapters/opt-outs.ts';
import { Msisdn } from '#shared/contracts/identifiers.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { ListOptOuts, type OptOut, type OptOutList, PathMsisdn } from '#shared/contracts/recipients.ts';
import { type ApiRequest, answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { noSuchClient } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { fieldErrors, readQuery, refuseFields } from '../read-body.ts';

export interface RecipientNeeds {
  readonly sql: Sql;
  /** Gives back what waits to be sent to a number that opted out. A failure is not the caller's: remove-expired does it. */
  refuseWaiting(clientId: string, msisdn: string): Promise<void>;
}

type Operations = 'listOptOuts' | 'getOptOut' | 'putOptOut' | 'deleteOptOut' | 'eraseRecipient' | 'getErasure';

const notOptedOut = (): Refusal => refuse('opt_out.not_found', 'It may be sent to.');

const ErasureId = z.uuid({ version: 'v7' });

const readNumber = (request: ApiRequest): { readonly outcome: 'read'; readonly msisdn: Msisdn } | Refusal => {
  const parsed = PathMsisdn.safeParse(request.pathParameters.msisdn);
  if (parsed.success) return { outcome: 'read', msisdn: parsed.data };
  return refuseFields(fieldErrors(parsed.error).map(({ message }) => ({ path: 'msisdn', message })));
};

const list =
  ({ sql }: RecipientNeeds): Handle =>
  async (request) => {
    const query = readQuery(request, ListOptOuts);
    if (query.outcome === 'refused') return query;
    const { prefix = '' } = query.value;
    const { clientId } = callerOf(request);
    const page = await pageOf(request, query.value, {
      name: `listOptOuts ${prefix}`,
      parse: ([msisdn]) => Msisdn.safeParse(msisdn).data,
      positionOf: ({ msisdn }: OptOut) => [msisdn],
      fetch: (after, limit) => listOptOuts(sql, { clientId, prefix, after: after ?? '', limit }),
    });
    if (page.outcome === 'refused') return page;
    const view: OptOutList = { opt_outs: [...page.rows], next_cursor: page.next_cursor };
    return answer(200, view);
  };

const put =
  ({ sql, refuseWaiting }: RecipientNeeds): Handle =>
  async (request) => {
    const number = readNumber(request);
    if (number.outcome === 'refused') return number;
    const { clientId } = callerOf(request);
    const made = await putOptOut(sql, clientId, number.msisdn);
    if (!made) return noSuchClient();
    await refuseWaiting(clientId, number.msisdn);
    return answer(made.isNew ? 201 : 200, made.optOut);
  };

const erase =
  ({ sql }: RecipientNeeds): Handle =>
  async (request) => {
    const number = readNumber(request);
    if (number.outcome === 'refused') return number;
    const { clientId } = callerOf(request);
    const erasure = await requestErasure(sql, { id: uuidV7(), clientId, msisdn: number.msisdn });
    if (!erasure) return noSuchClient();
    return answer(202, erasure, { location: `/v1/recipients/erasures/${erasure.id}` });
  };

/** Who does not want messages, and who wants to be forgotten. */
export const createRecipientHandles = (needs: RecipientNeeds): Handles<Operations> => ({
  listOptOuts: list(needs),
  getOptOut: async (request) => {
    const msisdn = PathMsisdn.safeParse(request.pathParameters.msisdn);
    const found = msisdn.success ? await readOptOut(needs.sql, callerOf(request).clientId, msisdn.data) : null;
    return found ? answer(200, found) : notOptedOut();
  },
  putOptOut: put(needs),
  deleteOptOut: async (request) => {
    const msisdn = PathMsisdn.safeParse(request.pathParameters.msisdn);
    const wasThere = msisdn.success && (await deleteOptOut(needs.sql, callerOf(request).clientId, msisdn.data));
    return wasThere ? answer(204, null) : notOptedOut();
  },
  eraseRecipient: erase(needs),
  getErasure: async (request) => {
    const id = ErasureId.safeParse(request.pathParameters.id);
    const found = id.success ? await readErasure(needs.sql, callerOf(request).clientId, id.data) : null;
    return found ? answer(200, found) : refuse('erasure.not_found', 'None of this client has that id.');
  },
});
