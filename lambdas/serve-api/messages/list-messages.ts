import type { MessageFilters, MessagePage } from '#shared/adapters/list-messages.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import { ListMessages, type MessageList, type MessageSummary } from '#shared/contracts/message-list.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { decodeCursor, encodeCursor } from '#shared/domain/cursor.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { readQuery } from '../read-body.ts';

export interface MessageLists {
  listMessages(page: MessagePage): Promise<MessageSummary[]>;
}

const filtersOf = (query: ListMessages): MessageFilters => ({
  status: query.status ?? null,
  to: query.to ?? null,
  reference: query.reference ?? null,
  from_time: query.from_time ?? null,
  to_time: query.to_time ?? null,
});

/** GET /v1/messages: a page, and where the next one begins. One row more than asked for tells whether there is one. */
export const createListMessages =
  (world: MessageLists): Handle =>
  async (request) => {
    const query = readQuery(request, ListMessages);
    if (query.outcome === 'refused') return query;
    const { limit, cursor } = query.value;
    const { clientId } = callerOf(request);
    const filters = filtersOf(query.value);
    const scope = `${clientId} listMessages ${JSON.stringify(filters)}`;
    const before = cursor === undefined ? null : MessageId.safeParse(decodeCursor(scope, cursor)?.[0]).data;
    if (before === undefined) return refuse('cursor.not_found', 'It is none of this list.');
    const rows = await world.listMessages({ clientId, filters, before, limit: limit + 1 });
    const messages = rows.slice(0, limit);
    const last = rows.length > limit ? messages.at(-1) : undefined;
    const view: MessageList = { messages, next_cursor: last ? encodeCursor(scope, [last.id]) : null };
    return answer(200, view);
  };
