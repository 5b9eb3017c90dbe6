import { v7 as uuidV7 } from 'uuid';
import type { Sql } from '#shared/adapters/data-api.ts';
import { changeNumber, createNumber, listNumbers, readNumber, removeNumber } from '#shared/adapters/inbound-numbers.ts';
import { listInbound } from '#shared/adapters/list-inbound.ts';
import { createListInbound } from './list-inbound.ts';
import { createNumberHandles } from './number-handles.ts';

/** Messages from telephones, and the numbers that they are sent to. */
export const createInboundHandles = ({ sql }: { readonly sql: Sql }) => ({
  listInboundMessages: createListInbound({ listInbound: (page) => listInbound(sql, page) }),
  ...createNumberHandles({
    newId: () => uuidV7(),
    createNumber: (number, actor, key) => createNumber(sql, number, actor, key),
    changeNumber: (change, actor) => changeNumber(sql, change, actor),
    removeNumber: (id, actor) => removeNumber(sql, id, actor),
    readNumber: (id) => readNumber(sql, id),
    listNumbers: (wanted) => listNumbers(sql, wanted),
  }),
});
