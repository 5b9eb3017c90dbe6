import * as z from 'zod';
import type { InboundPage, InboundRows } from '#shared/adapters/list-inbound.ts';
import { ListInbound } from '#shared/contracts/inbound.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { decodeCursor, encodeCursor } from '#shared/domain/cursor.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { readQuery } from '../read-body.ts';

export interface InboundLists {
  listInbound(page: InboundPage): Promise<InboundRows>;
}

const Position = z.tuple([z.iso.datetime(), z.uuid()]);

/** GET /v1/inbound-messages. */
export const createListInbound =
  (world: InboundLists): Handle =>
  async (request) => {
    const query = readQuery(request, ListInbound);
    if (query.outcome === 'refused') return query;
    const { limit, cursor, from = null, to = null } = query.value;
    const { clientId } = callerOf(request);
    const filters = { from, to };
    const scope = `${clientId} listInboundMessages ${JSON.stringify(filters)}`;
    const position = cursor === undefined ? null : Position.safeParse(decodeCursor(scope, cursor)).data;
    if (position === undefined) return refuse('cursor.not_found', 'It is none of this list.');
    const before = position && { receivedAt: position[0], id: position[1] };
    const { messages, hasMore } = await world.listInbound({ clientId, filters, before, limit });
    const last = hasMore ? messages.at(-1) : undefined;
    const next_cursor = last ? encodeCursor(scope, [last.received_at, last.id]) : null;
    return answer(200, { messages, next_cursor });
  };
