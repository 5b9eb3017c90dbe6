import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MessagePage } from '#shared/adapters/list-messages.ts';
import type { MessageList, MessageSummary } from '#shared/contracts/message-list.ts';
import { problems } from '#shared/contracts/problems.ts';
import { apiCaller, apiRequest } from '../../../test/support/api-request.ts';
import { createListMessages } from './list-messages.ts';

const idOf = (number: number): string => `01a1fd77-b35a-7034-ac02-${`${number}`.padStart(12, '0')}`;

/** A client's messages by falling number, as the database would page them. */
const createWorld = (count: number) => {
  const pages: MessagePage[] = [];
  const all = Array.from({ length: count }, (_, i) => ({ id: idOf(count - i) }) as MessageSummary);
  const list = createListMessages({
    listMessages: async (page) => {
      pages.push(page);
      return all.filter(({ id }) => page.before === null || id < page.before).slice(0, page.limit);
    },
  });
  const ask = (query: Record<string, string>, clientId = 'client') =>
    list(apiRequest({ method: 'GET', query, caller: apiCaller({ clientId }) }));
  return { ask, pages };
};

const pageOf = (said: unknown) => (said as { body: MessageList }).body;

test('pages follow each other without a gap or a repetition, whatever their sizes, and the last one says so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (count, sizes) => {
      const { ask } = createWorld(count);
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let turn = 0; turn === 0 || cursor !== null; turn += 1) {
        const limit = `${sizes[turn % sizes.length]}`;
        const page: MessageList = pageOf(await ask({ limit, ...(cursor === null ? {} : { cursor }) }));
        seen.push(...page.messages.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      expect(seen).toEqual(Array.from({ length: count }, (_, i) => idOf(count - i)));
    }),
    { numRuns: 50 },
  );
});

test('what is left out does not narrow the list, and 50 are a page', async () => {
  const { ask, pages } = createWorld(60);
  expect(pageOf(await ask({})).messages).toHaveLength(50);
  const filters = { status: null, to: null, reference: null, from_time: null, to_time: null };
  expect(pages).toEqual([{ clientId: 'client', filters, before: null, limit: 51 }]);
});

test('a number may be written as in a body, also where its plus sign has become a space', async () => {
  const { ask, pages } = createWorld(0);
  for (const to of ['491700000001', '+491700000001', ' 491700000001']) await ask({ to });
  expect(pages.map(({ filters }) => filters.to)).toEqual(Array.from({ length: 3 }, () => '491700000001'));
});

test('times are told in UTC, and none is too early for the database', async () => {
  const { ask, pages } = createWorld(0);
  await ask({ from_time: '2026-11-21T10:00:00+01:00', to_time: '1970-01-01T00:00:00Z' });
  expect(pages[0]?.filters).toMatchObject({
    from_time: '2026-11-21T09:00:00.000Z',
    to_time: '1970-01-02T00:00:00.000Z',
  });
});

test.each([
  ['status', 'sent'],
  ['status', ''],
  ['to', '0170'],
  ['to', ''],
  ['reference', ''],
  ['reference', '\u0007'],
  ['from_time', 'yesterday'],
  ['to_time', '2026-11-21'],
  ['limit', '0'],
  ['limit', '101'],
  ['limit', '1.5'],
  ['limit', 'ten'],
  ['limit', ''],
  ['state', 'SENT'],
])('a filter that does not fit is refused by its name: %s=%s', async (name, value) => {
  const { ask, pages } = createWorld(0);
  expect(await ask({ [name]: value })).toMatchObject({ code: 'request.invalid', errors: [{ path: name }] });
  expect(pages).toEqual([]);
});

test('a cursor of another client, with other filters, or made up, is not found', async () => {
  const { ask } = createWorld(3);
  const { next_cursor: cursor } = pageOf(await ask({ limit: '1', status: 'SENT' }));
  if (cursor === null) throw new Error('There was no further page');
  expect(await ask({ cursor, status: 'SENT', limit: '2' })).toMatchObject({ status: 200 });
  const notFound = { code: 'cursor.not_found' };
  expect(await ask({ cursor, status: 'SENT' }, 'other')).toMatchObject(notFound);
  for (const query of [{}, { status: 'QUEUED' }, { status: 'SENT', reference: 'x' }] as Record<string, string>[])
    expect(await ask({ cursor, ...query })).toMatchObject(notFound);
  for (const made of ['x', `${cursor}x`, cursor.slice(1)])
    expect(await ask({ cursor: made, status: 'SENT' })).toMatchObject(notFound);
});

test('no query makes it throw', async () => {
  const { ask } = createWorld(1);
  const name = fc.constantFrom(
    'status',
    'to',
    'reference',
    'from_time',
    'to_time',
    'limit',
    'cursor',
    '__proto__',
    'x',
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.string({ unit: 'binary' })), async (query) => {
      const said = await ask(query);
      expect(said.outcome === 'answered' || said.code in problems).toBe(true);
    }),
  );
});
