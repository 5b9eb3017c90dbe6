import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { collectParts } from '#shared/adapters/collect-parts.ts';
import { receiveAndTell } from '#shared/adapters/receive-and-tell.ts';
import { type InboundList, NumberView } from '#shared/contracts/inbound.ts';
import type { Refusal } from '#shared/contracts/problems.ts';
import { handleInbound } from '../../lambdas/handle-inbound/handle-inbound.ts';
import type { Answer } from '../../lambdas/serve-api/api-request.ts';
import { createInboundHandles } from '../../lambdas/serve-api/inbound/inbound-handles.ts';
import { apiCaller, apiRequest } from '../support/api-request.ts';
import { createClient } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { inboundTexts } from '../support/mobile-originated.ts';

let database: TestDatabase;
let handles: ReturnType<typeof createInboundHandles>;
let [one, two]: string[] = [];
const operator = apiCaller({ clientId: uuidV7(), scopes: new Set(['admin']) });

beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
  handles = createInboundHandles({ sql: database.sql });
  one = await createClient(database, { creditCents: 0 });
  two = await createClient(database, { creditCents: 0 });
});
afterAll(() => database.stop());

type Operation = keyof typeof handles;
const ask = async (
  operation: Operation,
  given: { body?: object; id?: string; query?: Record<string, string>; key?: string },
) =>
  handles[operation](
    apiRequest({
      caller: operator,
      body: given.body ?? null,
      pathParameters: { id: given.id },
      query: given.query ?? {},
      headers: given.key ? { 'idempotency-key': given.key } : {},
    }),
  );
const bodyOf = <Body>(said: Answer | Refusal): Body => {
  if (said.outcome === 'refused') throw new Error(`${said.code}: ${said.detail}`);
  return said.body as Body;
};
const create = async (body: object): Promise<NumberView> => bodyOf(await ask('createNumber', { body }));

let numbers = 80_000;
const nextNumber = (): string => {
  numbers += 1;
  return `${numbers}`;
};

describe('a number', () => {
  test('is registered once, with keywords however they are written, and found by its client', async () => {
    const number = nextNumber();
    const said = await ask('createNumber', {
      body: { number: `+${number}`, client_id: one, keywords: { ' news!': two, Öl: one } },
      key: 'first',
    });
    expect(said).toMatchObject({ status: 201, headers: { location: expect.stringContaining('/v1/admin/numbers/') } });
    const made = NumberView.parse(bodyOf(said));
    expect(made).toMatchObject({ number, provider: null, client_id: one, keywords: { NEWS: two, OL: one } });
    expect(made.keyword_count).toBe(2);
    expect(await ask('createNumber', { body: { number } })).toMatchObject({ code: 'number.taken' });
    expect(
      await ask('createNumber', {
        body: { number: `+${number}`, client_id: one, keywords: { ' news!': two, Öl: one } },
        key: 'first',
      }),
    ).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' }, body: { id: made.id } });
    expect(await ask('createNumber', { body: { number: '123' }, key: 'first' })).toMatchObject({
      code: 'idempotency.mismatch',
    });
    for (const client_id of [one, two])
      expect(bodyOf(await ask('listNumbers', { query: { client_id: client_id ?? '', number } }))).toMatchObject({
        numbers: [{ id: made.id, keyword_count: 2 }],
      });
    expect(bodyOf(await ask('listNumbers', { query: { client_id: uuidV7() } }))).toMatchObject({ numbers: [] });
  });

  test('may be another one at one provider', async () => {
    const number = nextNumber();
    await create({ number });
    expect(await ask('createNumber', { body: { number, provider: 'nowhere' } })).toMatchObject({
      code: 'provider.not_found',
    });
    await database.query(`INSERT INTO providers (name, kind) VALUES ('italy', 'smpp')`);
    await create({ number, provider: 'italy', client_id: one });
    expect(await ask('createNumber', { body: { number, provider: 'italy' } })).toMatchObject({ code: 'number.taken' });
  });

  test.each([
    ['of a client that is not there', { client_id: uuidV7() }, 'client.not_found'],
    ['with a keyword of one', { keywords: { NEWS: uuidV7() } }, 'client.not_found'],
    ['that is none', { number: '12' }, 'request.invalid'],
    ['with a word that opts people out', { keywords: { arrêt: uuidV7() } }, 'request.invalid'],
    ['with two words', { keywords: { 'two words': uuidV7() } }, 'request.invalid'],
    ['with one word twice', { keywords: { news: uuidV7(), NEWS: uuidV7() } }, 'request.invalid'],
    ['with a word of nothing', { keywords: { '!!': uuidV7() } }, 'request.invalid'],
    ['with something else', { kind: 'cas' }, 'request.invalid'],
  ])('%s is refused', async (_, given, code) => {
    expect(await ask('createNumber', { body: { number: nextNumber(), ...given } })).toMatchObject({ code });
  });

  test('is changed keyword by keyword, so that two changes at once lose nothing', async () => {
    const { id } = await create({ number: nextNumber(), keywords: { old: one } });
    const change = (body: object) => ask('changeNumber', { id, body });
    await Promise.all(['a', 'b', 'c', 'd'].map((word) => change({ keywords: { [word]: two } })));
    expect(bodyOf(await change({ client_id: two, keywords: { old: null, a: one } }))).toMatchObject({
      client_id: two,
      keywords: { A: one, B: two, C: two, D: two },
    });
    expect(bodyOf(await change({ client_id: null }))).toMatchObject({ client_id: null, keyword_count: 4 });
    expect(await change({ keywords: { e: uuidV7() } })).toMatchObject({ code: 'client.not_found' });
    const many = Object.fromEntries(Array.from({ length: 297 }, (_, i) => [`w${i}`, one]));
    expect(await change({ keywords: many })).toMatchObject({ code: 'number.keywords' });
    expect(await change({ keywords: { ...many, b: null } })).toMatchObject({ status: 200 });
    expect(await change({})).toMatchObject({ code: 'request.invalid' });
  });

  test('that is not there cannot be read, changed or removed; one that is removed is gone with its keywords', async () => {
    const { id } = await create({ number: nextNumber(), keywords: { news: one } });
    expect(await ask('removeNumber', { id })).toMatchObject({ status: 204 });
    for (const none of [id, uuidV7(), 'x']) {
      expect(await ask('getNumber', { id: none })).toMatchObject({ code: 'number.not_found' });
      expect(await ask('removeNumber', { id: none })).toMatchObject({ code: 'number.not_found' });
      expect(await ask('changeNumber', { id: none, body: { client_id: null } })).toMatchObject({
        code: 'number.not_found',
      });
    }
    expect(await database.query('SELECT FROM inbound_keywords WHERE number_id = $1', [id])).toEqual([]);
  });

  test('has every deed in the audit log', async () => {
    const number = nextNumber();
    const { id } = await create({ number });
    await ask('changeNumber', { id, body: { client_id: one } });
    await ask('removeNumber', { id });
    const entries = await database.query<{ action: string; detail: object }>(
      'SELECT action, detail FROM audit_entries WHERE subject = $1 ORDER BY id',
      [`number ${number}`],
    );
    expect(entries.map(({ action }) => action)).toEqual(['number.created', 'number.changed', 'number.removed']);
    expect(entries[1]?.detail).toEqual({ client_id: one });
  });
});

describe('the list of inbound messages', () => {
  const receive = (source: string, to: string, text: string, at: string) =>
    handleInbound(inboundTexts(text, { source_addr: source, destination_addr: to, at }), {
      collect: (parts) => collectParts(database.sql, parts),
      receive: (inbound) =>
        receiveAndTell(database.sql, { callbacks: 'http://127.0.0.1:9/none', replies: null }, inbound),
      followUp: async () => undefined,
    });
  type List = z.infer<typeof InboundList>;
  const list = async (clientId: string, query: Record<string, string> = {}): Promise<Answer | Refusal> =>
    handles.listInboundMessages(apiRequest({ caller: apiCaller({ clientId }), query }));
  const allOf = async (clientId: string, limit: string): Promise<List['messages'][]> => {
    const pages: List['messages'][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: List = bodyOf(await list(clientId, { limit, ...(cursor === '' ? {} : { cursor }) }));
      pages.push(page.messages);
      cursor = page.next_cursor;
    }
    return pages;
  };

  test("gives a client its own, the newest first, page by page, and nobody else's cursor", async () => {
    const clientId = await createClient(database, { creditCents: 0 });
    const { number } = await create({ number: nextNumber(), client_id: clientId });
    const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 8, 0, Math.floor(second / 2))).toISOString();
    for (let i = 0; i < 7; i += 1) await receive(`49170000100${i % 2}`, number, `text ${i}`, at(i));
    const pages = await allOf(clientId, '3');
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    const all = pages.flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(7);
    expect(all.map(({ received_at }) => received_at)).toEqual(
      all.map(({ received_at }) => received_at).sort((a, b) => b.localeCompare(a)),
    );
    expect(all[0]).toMatchObject({ from: '491700001000', to: number, text: 'text 6', is_complete: true, parts: 1 });
    expect(bodyOf<List>(await list(clientId, { from: ' 491700001001' })).messages).toHaveLength(3);
    expect(bodyOf<List>(await list(clientId, { to: '99' })).messages).toEqual([]);
    expect(bodyOf<List>(await list(one ?? '')).messages).toEqual([]);
    const { next_cursor } = bodyOf<List>(await list(clientId, { limit: '3' }));
    for (const [who, query] of [
      [one ?? '', { limit: '3' }],
      [clientId, { limit: '3', to: number }],
    ] as const)
      expect(await list(who, { ...query, cursor: next_cursor ?? '' })).toMatchObject({ code: 'cursor.not_found' });
  });

  test('is cut where the messages are so long that the Data API would refuse to give them', async () => {
    const clientId = await createClient(database, { creditCents: 0 });
    const { number } = await create({ number: nextNumber(), client_id: clientId });
    await database.query(
      `INSERT INTO inbound_messages (id, provider, source_addr, destination_addr, data_coding, esm_class, protocol_id,
         udh_hex, data_hex, body, received_at, client_id)
       SELECT gen_random_uuid(), 'primary', '491700001009', $2, 8, 0, 0, '', '', repeat(E'\\u0001', 10000), date_trunc('milliseconds', now()), $1
       FROM generate_series(1, 25)`,
      [clientId, number],
    );
    const pages = await allOf(clientId, '20');
    expect(pages.flat()).toHaveLength(25);
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThan(20);
  });
});
