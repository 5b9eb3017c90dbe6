import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { cancelMessage } from '#shared/adapters/cancel-message.ts';
import { claimDeliveries, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { listMessages, type MessageFilters } from '#shared/adapters/list-messages.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import { readMessage } from '#shared/adapters/read-message.ts';
import { readTimeline } from '#shared/adapters/read-timeline.ts';
import { MessageSummary } from '#shared/contracts/message-list.ts';
import { MessageTimeline } from '#shared/contracts/message-timeline.ts';
import { MessageView } from '#shared/contracts/messages.ts';
import { tellTimeline } from '../../lambdas/serve-api/messages/tell-timeline.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, nextMoment, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());

const accept = async (client: string, given: Partial<NewMessage> = {}): Promise<string> => {
  const message = newMessage(client, given);
  expect((await acceptMessage(database.sql, message)).outcome).toBe('accepted');
  return message.id;
};

const none: MessageFilters = { status: null, to: null, reference: null, from_time: null, to_time: null };
const idsOf = async (
  clientId: string,
  filters: Partial<MessageFilters> = {},
  before: string | null = null,
  limit = 100,
) =>
  (await listMessages(database.sql, { clientId, filters: { ...none, ...filters }, before, limit })).map(({ id }) => id);

describe('a list', () => {
  test('shows a client its own messages as the contract has them, the newest first', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const other = await createClient(database, { creditCents: 100 });
    const first = await accept(client, { metadata: { order: '1' }, reference: 'r' });
    await accept(other);
    const second = await accept(client, { encoding: 'binary', body: '00ff', data_coding: 4, is_test: true });
    const page = { clientId: client, filters: none, before: null, limit: 100 };
    const messages = await listMessages(database.sql, page);
    expect(messages.map((each) => MessageSummary.strict().parse(each))).toMatchObject([
      { id: second, encoding: 'binary', is_test: true, cost_cents: 0 },
      { id: first, status: 'QUEUED', country: 'DE', reference: 'r', cost_cents: 5, error: null, final_at: null },
    ]);
  });

  test('is narrowed by any filters together as a look at every row would, and goes on where it was left', async () => {
    const client = await createClient(database, { creditCents: 1_000 });
    const numbers = ['491700000001', '12025550123'];
    const ids: string[] = [];
    for (let i = 0; i < 24; i += 1) {
      const send_at = i % 3 === 0 ? new Date(Date.now() + 60_000).toISOString() : null;
      ids.push(await accept(client, { recipient: numbers[i % 2] ?? '', reference: i % 4 === 0 ? 'r' : null, send_at }));
    }
    for (const id of ids.slice(0, 6)) await cancelMessage(database.sql, { clientId: client, id, correlationId: 't' });
    // An hour apart, so that a bound may fall on one of them.
    const times = ids.map((_, i) => new Date(Date.UTC(2026, 10, 21, i)).toISOString());
    const aged = ids.map((_, i) => ({ number: i, at: times[i] }));
    const moved = await database.query<{ id: string; number: number }>(
      `WITH aged AS (SELECT x.at, x.number, ($2::jsonb ->> x.number)::uuid AS old FROM jsonb_to_recordset($1::jsonb)
         AS x(number integer, at timestamptz))
       UPDATE messages m SET created_at = aged.at FROM aged WHERE m.id = aged.old RETURNING m.id, aged.number`,
      [JSON.stringify(aged), JSON.stringify(ids)],
    );
    expect(moved).toHaveLength(24);
    const rows = await database.query<{ id: string; state: string; recipient: string; reference: string | null }>(
      'SELECT id, state, recipient, reference FROM messages WHERE client_id = $1 ORDER BY id DESC',
      [client],
    );
    const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 3 });
    const filters = fc.record({
      status: maybe(fc.constantFrom('SCHEDULED', 'QUEUED', 'CANCELLED', 'SENT')),
      to: maybe(fc.constantFrom(...numbers)),
      reference: maybe(fc.constantFrom('r', 'x')),
      from_time: fc.constant(null),
      to_time: fc.constant(null),
    });
    await fc.assert(
      fc.asyncProperty(filters, fc.option(fc.nat(23)), fc.integer({ min: 1, max: 30 }), async (given, at, limit) => {
        const before = at === null ? null : (rows[at]?.id ?? null);
        const expected = rows
          .slice(at === null ? 0 : at + 1)
          .filter(({ state }) => given.status === null || state === given.status)
          .filter(({ recipient }) => given.to === null || recipient === given.to)
          .filter(({ reference }) => given.reference === null || reference === given.reference)
          .map(({ id }) => id);
        expect(await idsOf(client, given, before, limit)).toEqual(expected.slice(0, limit));
      }),
      { numRuns: 60 },
    );
  });

  test('has what was accepted from one time on and before another, to the millisecond', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const id = await accept(client);
    const [row] = await database.query<{ created_at: Date }>(
      `UPDATE messages SET created_at = date_trunc('milliseconds', created_at) WHERE id = $1 RETURNING created_at`,
      [id],
    );
    const at = row?.created_at.getTime() ?? 0;
    const time = (ms: number) => new Date(at + ms).toISOString();
    expect(await idsOf(client, { from_time: time(0) })).toEqual([id]);
    expect(await idsOf(client, { from_time: time(1) })).toEqual([]);
    expect(await idsOf(client, { to_time: time(1) })).toEqual([id]);
    expect(await idsOf(client, { to_time: time(0) })).toEqual([]);
    expect(await idsOf(client, { from_time: time(-60_000), to_time: time(60_000) })).toEqual([id]);
    expect(await idsOf(client, { from_time: '1970-01-02T00:00:00.000Z', to_time: '9999-12-31T23:59:59.999Z' })).toEqual(
      [id],
    );
  });
});

describe('one message', () => {
  test('shows country, metadata and whether it was a test, beside its text', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const id = await accept(client, { metadata: { order: '1"\\' }, is_test: true, body: 'q"\n' });
    expect(MessageView.strict().parse(await readMessage(database.sql, client, id))).toMatchObject({
      text: 'q"\n',
      country: 'DE',
      metadata: { order: '1"\\' },
      is_test: true,
      data_hex: null,
      udh_hex: null,
      data_coding: null,
      protocol_id: null,
    });
  });

  test('of octets shows them with their header, and no text', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const binary = {
      encoding: 'binary',
      body: '00ff',
      data_coding: 0xf6,
      protocol_id: 0x7f,
      udh_hex: '027000',
    } as const;
    const id = await accept(client, binary);
    expect(MessageView.strict().parse(await readMessage(database.sql, client, id))).toMatchObject({
      text: null,
      encoding: 'binary',
      data_hex: '00ff',
      udh_hex: '027000',
      data_coding: 0xf6,
      protocol_id: 0x7f,
      metadata: null,
    });
  });

  test('is shown and claimed at its longest, whatever it is made of', async () => {
    const client = await createClient(database, { creditCents: 10_000 });
    const owner = randomUUID();
    await renewLease(database.sql, owner);
    const metadata = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i}`.padEnd(64, 'k'), '"'.repeat(512)]),
    );
    const longest = [
      { body: '"'.repeat(38_760), parts: 255, metadata },
      { body: '\u0001'.repeat(16_830), parts: 255, encoding: 'ucs2', metadata },
      { body: 'a5'.repeat(30_000), parts: 224, encoding: 'binary', data_coding: 4, metadata },
    ] as const;
    for (const given of longest) {
      const id = await accept(client, given);
      const view = await readMessage(database.sql, client, id);
      expect(view?.text ?? view?.data_hex).toBe(given.body);
      expect(view?.metadata).toEqual(metadata);
      const claims = await claimDeliveries(database.sql, { owner, claimId: randomUUID() }, [
        { message_id: id, attempt: 1 },
      ]);
      expect(claims[0]?.body).toBe(given.body);
    }
  });
});

const tell = async (client: string, id: string) => {
  const timeline = await readTimeline(database.sql, client, id);
  return timeline && MessageTimeline.parse(JSON.parse(JSON.stringify(tellTimeline(id, timeline))));
};

const smscIds = { first: 'a1', second: 'a2' };

const deliverTwoParts = async (client: string): Promise<string> => {
  const id = await accept(client, { parts: 2, callback_url: 'https://client.example/sms' });
  const owner = randomUUID();
  await renewLease(database.sql, owner);
  await claimDeliveries(database.sql, { owner, claimId: randomUUID() }, [{ message_id: id, attempt: 1 }]);
  const taken = (part: number, smsc_message_id: string) =>
    sayOutcome(
      { type: 'PartSubmitted', message_id: id, attempt: 1, part, at: nextMoment(), smsc_message_id, late: false },
      smsc_message_id,
    );
  const books = booksOf(database);
  await settleOutcomes(books, [asReport([taken(1, smscIds.first), taken(2, smscIds.second)])]);
  const receipts = [
    sayReceipt(smscIds.first, 'DELIVERED', '491700000009'),
    sayReceipt(smscIds.second, 'DELIVERED', '491700000009'),
  ];
  await settleOutcomes(books, [asReport(receipts)]);
  await database.query(
    `UPDATE callbacks SET state = 'DELIVERED', attempt = 2, finished_at = now(), last_status = 204 WHERE message_id = $1`,
    [id],
  );
  return id;
};

describe('a timeline', () => {
  test('tells from HTTP to the callback what happened, in order, each thing once', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const id = await deliverTwoParts(client);
    const told = await tell(client, id);
    expect(told).toMatchObject({ id, status: 'DELIVERED', is_cut: false });
    expect(told?.entries.map(({ source, what }) => `${source}: ${what}`)).toEqual([
      'api: Accepted over HTTP, to go at once: 2 parts.',
      'ledger: 10 cents held.',
      'queue: The bridge claimed it for attempt 1.',
      'smpp: primary took part 1 as a1.',
      'smpp: primary took part 2 as a2.',
      'queue: Every part that can be is with the SMSC.',
      'receipt: A receipt said DELIVERED of part 1.',
      'receipt: A receipt said DELIVERED of part 2.',
      'queue: Every part is delivered.',
      'ledger: 5 cents captured for part 1.',
      'ledger: 5 cents captured for part 2.',
      'callback: A callback message.delivered was written.',
      'callback: The client answered message.delivered with 204 at attempt 2.',
    ]);
    expect(told?.entries[0]?.detail).toMatchObject({ correlation_id: 'test', parts: 2, cost_cents: 10 });
    const times = told?.entries.map(({ at }) => at) ?? [];
    expect(times).toEqual(times.toSorted());
  });

  test('tells who cancelled it, by the request', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const id = await accept(client, { send_at: new Date(Date.now() + 60_000).toISOString() });
    await cancelMessage(database.sql, { clientId: client, id, correlationId: 'request-9' });
    const told = await tell(client, id);
    expect(told?.entries.map(({ source }) => source)).toEqual(['api', 'ledger', 'api', 'ledger']);
    expect(told?.entries[2]).toMatchObject({
      what: 'The client cancelled it.',
      detail: { correlation_id: 'request-9' },
    });
  });

  test('has a thousand entries at most, and says when there are more', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const id = await accept(client);
    const add = (count: number) =>
      database.query(
        `INSERT INTO message_events (message_id, type, part, attempt, detail)
         SELECT $1, 'REFUSED', 1, 1, '{"error": "0x58"}' FROM generate_series(1, $2::integer)`,
        [id, count],
      );
    await add(998);
    expect(await tell(client, id)).toMatchObject({ is_cut: false, entries: { length: 1_000 } });
    await add(1);
    const told = await tell(client, id);
    expect(told).toMatchObject({ is_cut: true, entries: { length: 1_000 } });
    expect(told?.entries[0]?.source).toBe('api');
    await database.query('DELETE FROM message_events WHERE message_id = $1', [id]);
  });

  test('of another client, or of nothing, is none', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const id = await accept(client);
    expect(await readTimeline(database.sql, await createClient(database, { creditCents: 0 }), id)).toBeNull();
    expect(await readTimeline(database.sql, client, newMessage(client).id)).toBeNull();
  });
});
