import { v7 as uuidV7 } from 'uuid';
import { acceptPush } from '#shared/adapters/accept-push.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { enqueueCards } from '#shared/adapters/enqueue-pushes.ts';
import { readKeyed } from '#shared/adapters/keyed.ts';
import { listPushes } from '#shared/adapters/list-pushes.ts';
import { quoteMessage } from '#shared/adapters/quote-message.ts';
import { readPush } from '#shared/adapters/read-push.ts';
import { readPushTarget } from '#shared/adapters/read-push-target.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { pushXsd } from '#shared/contracts/push-xsd.ts';
import { ListPushes, PushId, type PushSummary } from '#shared/contracts/pushes.ts';
import { logger } from '#shared/telemetry.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readQuery } from '../read-body.ts';
import { pushView } from './push-view.ts';
import { answerAs } from './representation.ts';
import { createSubmitPush } from './submit-push.ts';

export interface PushNeeds {
  readonly sql: Sql;
  readonly exemptOrigins: readonly string[];
  readonly pushesQueueUrl: string;
}

const createListPushes =
  (sql: Sql): Handle =>
  async (request) => {
    const query = readQuery(request, ListPushes);
    if (query.outcome === 'refused') return query;
    const { clientId } = callerOf(request);
    const { status = null, iccid = null, from_time = null, to_time = null } = query.value;
    const wanted = { status, iccid, from_time, to_time };
    const page = await pageOf(request, query.value, {
      name: `listPushes ${JSON.stringify(wanted)}`,
      parse: ([id]) => PushId.safeParse(id).data,
      positionOf: ({ id }: PushSummary) => [id],
      fetch: (after, limit) => listPushes(sql, { clientId, ...wanted, after, limit }),
    });
    return page.outcome === 'refused' ? page : answer(200, { pushes: page.rows, next_cursor: page.next_cursor });
  };

/** Pushes to cards, in JSON and XML. */
export const createPushHandles = ({
  sql,
  exemptOrigins,
  pushesQueueUrl,
}: PushNeeds): Handles<'submitPush' | 'listPushes' | 'getPush' | 'getPushSchema'> => ({
  submitPush: createSubmitPush({
    newId: () => uuidV7(),
    exemptOrigins,
    readTarget: (card) => readPushTarget(sql, card),
    accept: (push, message, key) => acceptPush(sql, push, message, key),
    quote: (message) => quoteMessage(sql, message),
    findKeyed: (clientId, key) => readKeyed(sql, clientId, key),
    readPush: (clientId, id) => readPush(sql, clientId, id),
    enqueueCard: (iccid) =>
      enqueueCards(pushesQueueUrl, [iccid]).catch((error: unknown) =>
        logger.warn('A card is left to dispatch-due', { error: error as Error }),
      ),
  }),
  listPushes: createListPushes(sql),
  getPush: async (request) => {
    const id = PushId.safeParse(request.pathParameters.id);
    const found = id.success ? await readPush(sql, callerOf(request).clientId, id.data) : null;
    return found
      ? answerAs(request, 'push_view', 200, pushView(found))
      : refuse('push.not_found', 'None of this client has that id.');
  },
  getPushSchema: () => answer(200, pushXsd(), { 'content-type': 'application/xml' }),
});
