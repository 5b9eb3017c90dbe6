import { createHash } from 'node:crypto';
import * as z from 'zod';
import { acceptCasRequest, type QueuedCasRequest } from '#shared/adapters/cas/accept-cas-request.ts';
import { type CasRequestRow, listCasRequests, readCasRequest } from '#shared/adapters/cas/read-cas-requests.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { type CasRequestList, type CasRequestView, ListCasRequests, SubmitCasRequest } from '#shared/contracts/cas.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { foldText } from '#shared/domain/cas/words.ts';
import { replayHeaders } from '../admin/actor-of.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readKey, readQuery } from '../read-body.ts';

export interface CasRequestNeeds {
  readonly sql: Sql;
  /** UUID v7 of now. */
  newId(): string;
  /** Puts a request on its queue. A failure is not the caller's: dispatch-due finds the row. */
  enqueueCasRequest(request: QueuedCasRequest): Promise<void>;
}

export const noCasSystem = (): Refusal => refuse('cas_system.not_found', 'None is set up for this client.');

const Id = z.uuid({ version: 'v7' });

const toView = (row: CasRequestRow): CasRequestView => ({
  id: row.id,
  status: row.processed_at ? 'PROCESSED' : 'RECEIVED',
  source: row.source,
  sender: row.sender,
  message: row.message,
  is_test: row.is_test,
  verdict: row.verdict,
  response: row.response,
  reply_message_id: row.reply_id,
  reply_problem: row.reply_refusal,
  duplicate_of: row.duplicate_of,
  emm_ids: [...row.emm_ids],
  received_at: row.received_at.toISOString(),
  processed_at: row.processed_at?.toISOString() ?? null,
});

const submit =
  ({ sql, newId, enqueueCasRequest }: CasRequestNeeds): Handle =>
  async (request) => {
    const body = readBody(request, SubmitCasRequest);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'submitCasRequest', body.value);
    if (keyed.outcome === 'refused') return keyed;
    const { clientId, isTest } = callerOf(request);
    const { sender, message } = body.value;
    const accepted = await acceptCasRequest(
      sql,
      {
        id: newId(),
        client_id: clientId,
        sender,
        message,
        text_hash: createHash('sha256').update(foldText(message)).digest('hex'),
        is_test: isTest,
        correlation_id: request.requestId,
      },
      keyed.key,
    );
    if (accepted.outcome === 'mismatch') return keyMismatch();
    if (accepted.outcome === 'no-cas-system') return noCasSystem();
    const { id, correlation_id } = accepted.request;
    if (accepted.outcome === 'accepted') await enqueueCasRequest({ id, client_id: clientId, correlation_id });
    const replayed = accepted.outcome === 'replayed' ? replayHeaders('replayed') : {};
    return answer(202, toView(accepted.request), { location: `/v1/cas/requests/${id}`, ...replayed });
  };

const list =
  ({ sql }: CasRequestNeeds): Handle =>
  async (request) => {
    const query = readQuery(request, ListCasRequests);
    if (query.outcome === 'refused') return query;
    const { sender = null } = query.value;
    const { clientId } = callerOf(request);
    const page = await pageOf(request, query.value, {
      name: `listCasRequests ${sender ?? ''}`,
      parse: ([id]) => Id.safeParse(id).data,
      positionOf: ({ id }: CasRequestRow) => [id],
      fetch: (before, limit) => listCasRequests(sql, { clientId, sender, before, limit }),
    });
    if (page.outcome === 'refused') return page;
    const view: CasRequestList = { requests: page.rows.map(toView), next_cursor: page.next_cursor };
    return answer(200, view);
  };

/** What subscribers texted, handed over by their operator. */
export const createCasRequestHandles = (
  needs: CasRequestNeeds,
): Handles<'submitCasRequest' | 'listCasRequests' | 'getCasRequest'> => ({
  submitCasRequest: submit(needs),
  listCasRequests: list(needs),
  getCasRequest: async (request) => {
    const id = Id.safeParse(request.pathParameters.id);
    const found = id.success ? await readCasRequest(needs.sql, callerOf(request).clientId, id.data) : null;
    return found ? answer(200, toView(found)) : refuse('cas_request.not_found', 'None of this client has that id.');
  },
});
