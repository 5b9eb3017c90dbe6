import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimDeliveries, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { collectParts, findOverdue, sweepAssemblies } from '#shared/adapters/collect-parts.ts';
import { eraseSome, requestErasure } from '#shared/adapters/erasures.ts';
import { inboundOf, receiveAndTell } from '#shared/adapters/receive-and-tell.ts';
import { refuseOptedOut } from '#shared/adapters/refuse-opted-out.ts';
import type { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { concat16 } from '#shared/domain/text/user-data.ts';
import { handleInbound, type Mailroom } from '../../lambdas/handle-inbound/handle-inbound.ts';
import { createClient, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { inboundReceived, inboundTexts } from '../support/mobile-originated.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database.stop());

/** Nothing listens there: what is not queued is dispatch-due's, and the rows are what is looked at. */
const queues = { callbacks: 'http://127.0.0.1:9/none', replies: null };

const handle = (batch: readonly InboundReceived[], given: Partial<Mailroom> = {}): Promise<void> =>
  handleInbound(batch, {
    collect: (parts) => collectParts(database.sql, parts),
    receive: (inbound) => receiveAndTell(database.sql, queues, inbound),
    followUp: async () => undefined,
    ...given,
  });

interface Stored {
  readonly id: string;
  readonly client_id: string | null;
  readonly keyword: string | null;
  readonly command: string | null;
  readonly body: string | null;
  readonly data_hex: string;
  readonly parts: number;
  readonly parts_received: number;
}
const storedFrom = (source: string): Promise<Stored[]> =>
  database.query<{ id: string } & Stored>(
    'SELECT * FROM inbound_messages WHERE source_addr = $1 ORDER BY received_at, id',
    [source],
  );

let numbers = 0;
const nextNumber = (): number => {
  numbers += 1;
  return numbers;
};
const newSource = (): string => `4917000${`${nextNumber()}`.padStart(5, '0')}`;

const newNumber = async (
  clientId: string | null,
  keywords: Readonly<Record<string, string>> = {},
  provider: string | null = null,
  number = `${70_000 + nextNumber()}`,
): Promise<string> => {
  const id = uuidV7();
  await database.query('INSERT INTO inbound_numbers (id, number, provider, client_id) VALUES ($1, $2, $3, $4)', [
    id,
    number,
    provider,
    clientId,
  ]);
  for (const [keyword, client] of Object.entries(keywords))
    await database.query('INSERT INTO inbound_keywords (number_id, keyword, client_id) VALUES ($1, $2, $3)', [
      id,
      keyword,
      client,
    ]);
  return number;
};

const wantsInbound = async (): Promise<string> => {
  const id = await createClient(database, { creditCents: 100, callbackUrl: 'https://example.com/' });
  await database.query(`UPDATE clients SET callback_types = '{message.received}' WHERE id = $1`, [id]);
  return id;
};
const toldOf = (clientId: string) =>
  database.query<{ inbound_id: string; payload: Record<string, unknown> }>(
    `SELECT inbound_id, payload FROM callbacks WHERE client_id = $1 AND type = 'message.received' ORDER BY id`,
    [clientId],
  );

const long = `Grüße ${'x'.repeat(300)} €`;

describe('a long message', () => {
  test('is one, in whatever order and however often its parts come, and however many take them in at once', async () => {
    const orders = fc.record({
      seed: fc.infiniteStream(fc.nat(1_000)).map((stream) => [...stream.take(64)]),
      text: fc.constantFrom(long, 'ő😜'.repeat(60), 'a'.repeat(161)),
      repeats: fc.array(fc.nat(9), { maxLength: 6 }),
      header: fc.constantFrom(undefined, concat16),
      batches: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(orders, async ({ seed, text, repeats, header, batches }) => {
        const source = newSource();
        const parts = inboundTexts(text, { source_addr: source }, header ? { header } : {});
        const again = repeats.flatMap((pick) => parts[pick % parts.length] ?? []);
        // The SMSC sends some again, and the queue gives some twice.
        const all = [...parts, ...again.map((part, i) => (i % 2 ? part : { ...part, inbound_id: uuidV7() }))]
          .map((part, i) => ({ part, at: seed[i] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ part }) => part);
        const size = Math.ceil(all.length / batches);
        const split = Array.from({ length: batches }, (_, i) => all.slice(i * size, (i + 1) * size));
        await Promise.all(split.map((batch) => handle(batch)));
        const stored = await storedFrom(source);
        expect(stored.map(({ body, parts: total, parts_received }) => [body, total, parts_received])).toEqual([
          [text, parts.length, parts.length],
        ]);
      }),
      { numRuns: 25 },
    );
  });

  test('is one when the queue gives the same part to two at once', async () => {
    const sources = Array.from({ length: 400 }, newSource);
    await Promise.all(
      sources.flatMap((source) => {
        const parts = inboundTexts(long, { source_addr: source });
        return [handle(parts), handle(parts)];
      }),
    );
    for (const source of sources) expect(await storedFrom(source)).toMatchObject([{ body: long }]);
  });

  test('is one by SAR parameters too', async () => {
    const source = newSource();
    const sar = (part: number) => ({ source_addr: source, sar: { reference: 7, total: 2, part } });
    await handle([inboundReceived({ ...sar(2), data_hex: '65' }), inboundReceived({ ...sar(1), data_hex: '411b' })]);
    expect(await storedFrom(source)).toMatchObject([{ body: 'A€', parts: 2 }]);
  });

  test('after which the same reference is used anew is followed by another one', async () => {
    const source = newSource();
    const [first, second] = [long, long.replaceAll('x', 'y')].map((text) =>
      inboundTexts(text, { source_addr: source }),
    );
    await handle(first ?? []);
    await handle([...(second ?? [])].reverse());
    await handle([...(second ?? []), ...(first ?? []).slice(0, 1)]);
    expect((await storedFrom(source)).map(({ body }) => body?.includes('y'))).toEqual([false, true]);
  });

  test('whose storing was cut off before what follows on it is followed up when the queue gives its parts again', async () => {
    const source = newSource();
    const parts = inboundTexts(long, { source_addr: source });
    const [last] = parts.slice(-1);
    if (!last) throw new Error('It is too short');
    const followed: string[] = [];
    const followUp = async (ids: readonly string[]) => void followed.push(...ids);
    await handle(parts.slice(0, -1), { followUp });
    const dying = handle([last], {
      followUp,
      receive: async (inbound) => {
        await receiveAndTell(database.sql, queues, inbound);
        throw new Error('Killed after it was stored');
      },
    });
    await expect(dying).rejects.toThrow('Killed');
    expect(followed).toEqual([]);
    await handle([last], { followUp });
    const stored = await storedFrom(source);
    expect(stored).toMatchObject([{ body: long, parts_received: parts.length }]);
    expect(followed).toEqual(stored.map(({ id }) => id));
  });

  test('that will never be whole makes way for another one of the same reference', async () => {
    const source = newSource();
    const [first, second] = [long, long.replaceAll('x', 'y')].map((text) =>
      inboundTexts(text, { source_addr: source }),
    );
    await handle((first ?? []).slice(0, 2));
    expect(await storedFrom(source)).toEqual([]);
    await handle(second ?? []);
    expect((await storedFrom(source)).map(({ parts, parts_received }) => [parts, parts_received])).toEqual([
      [3, 2],
      [3, 3],
    ]);
  });

  test('that waits for too long is stored as far as it came, once, and what comes later by itself', async () => {
    const source = newSource();
    const parts = inboundTexts(long, { source_addr: source });
    const [first, , third] = parts;
    await handle([third, first].flatMap((part) => part ?? []));
    const overdue = async (waitMinutes: number) =>
      (await findOverdue(database.sql, { waitMinutes, limit: 100 })).filter(
        ({ source_addr }) => source_addr === source,
      );
    expect(await overdue(30)).toEqual([]);
    await database.query(
      `UPDATE inbound_assemblies SET created_at = now() - interval '31 minutes' WHERE source_addr = $1`,
      [source],
    );
    const late = (await overdue(30)).map(inboundOf);
    await Promise.all([1, 2, 3].map(() => receiveAndTell(database.sql, queues, late)));
    expect(await storedFrom(source)).toMatchObject([{ parts: 3, parts_received: 2 }]);
    // A part that comes just then makes what was looked at out of date.
    const again = inboundTexts('z'.repeat(400), { source_addr: source }, { reference: 9 });
    await handle(again.slice(0, 1));
    await database.query(`UPDATE inbound_assemblies SET created_at = now() - interval '1 day' WHERE reference = 9`);
    const stale = (await overdue(30)).map(inboundOf);
    await handle(again.slice(1, 2));
    await receiveAndTell(database.sql, queues, stale);
    await handle(again.slice(2));
    expect(await storedFrom(source)).toMatchObject([{ parts_received: 2 }, { parts: 3, parts_received: 3 }]);
  });

  test('keeps nothing of what it said where its parts were collected, and is forgotten there', async () => {
    const source = newSource();
    await handle(inboundTexts(long, { source_addr: source }));
    const rows = () => database.query('SELECT contents FROM inbound_assemblies WHERE source_addr = $1', [source]);
    expect(await rows()).toEqual([{ contents: {} }]);
    await database.query(
      `UPDATE inbound_assemblies SET completed_at = now() - interval '2 hours' WHERE source_addr = $1`,
      [source],
    );
    await sweepAssemblies(database.sql);
    expect(await rows()).toEqual([]);
  });

  test('of 255 parts is taken, and cut to what a callback can carry', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    const parts = inboundTexts('\u0001ő'.repeat(67 * 127), { source_addr: source, destination_addr: to });
    for (let at = 0; at < parts.length; at += 10) await handle(parts.slice(at, at + 10));
    expect(await storedFrom(source)).toMatchObject([{ parts: parts.length, body: '\u0001ő'.repeat(5_000) }]);
    const [told] = await database.sql<{ payload: { text: string } }>(
      `SELECT payload FROM callbacks WHERE client_id = :id::uuid`,
      { id: clientId },
    );
    expect(told?.payload.text).toHaveLength(10_000);
  });
});

describe('a message goes', () => {
  const texts = (source: string, to: string, text: string) =>
    inboundTexts(text, { source_addr: source, destination_addr: to });

  test('to the client of its keyword, else to that of its number, else to nobody', async () => {
    const [owner, news] = [await wantsInbound(), await wantsInbound()];
    const to = await newNumber(owner, { NEWS: news });
    const shared = await newNumber(null, { NEWS: news });
    const source = newSource();
    for (const [number, text] of [
      [to, ' news! today'],
      [to, 'newspaper'],
      [`+${shared}`, 'NEWS'],
      [shared, 'hello'],
      ['99999', 'hello'],
      ['Nobody', 'hello'],
    ] as const)
      await handle(texts(source, number, text));
    expect((await storedFrom(source)).map(({ client_id, keyword }) => [client_id, keyword])).toEqual([
      [news, 'NEWS'],
      [owner, null],
      [news, 'NEWS'],
      [null, null],
      [null, null],
      [null, null],
    ]);
    expect((await toldOf(news)).map(({ payload }) => payload)).toMatchObject([
      { from: source, to, text: ' news! today', keyword: 'NEWS', is_complete: true, parts: 1, data_hex: null },
      { to: `+${shared}`, text: 'NEWS' },
    ]);
    expect(await toldOf(owner)).toHaveLength(1);
  });

  test('to the client of the number at its provider before that of the number at any', async () => {
    const [here, anywhere] = [await wantsInbound(), await wantsInbound()];
    const to = await newNumber(anywhere);
    await newNumber(here, {}, 'primary', to);
    const source = newSource();
    for (const provider of ['primary', 'secondary'])
      await handle(inboundTexts('hi', { source_addr: source, destination_addr: to, provider }));
    expect((await storedFrom(source)).map(({ client_id }) => client_id)).toEqual([here, anywhere]);
  });

  test('once, however often the queue gives it, as octets where it is none of an alphabet', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    const octets = inboundReceived({ source_addr: source, destination_addr: to, data_coding: 4, data_hex: '00ff' });
    await Promise.all([handle([octets]), handle([octets, octets]), handle([octets])]);
    await handle([octets]);
    expect(await storedFrom(source)).toMatchObject([{ body: null, data_hex: '00ff', client_id: clientId }]);
    expect(await toldOf(clientId)).toMatchObject([
      { inbound_id: octets.inbound_id, payload: { text: null, data_hex: '00ff', data_coding: 4 } },
    ]);
  });
});

describe('STOP', () => {
  const listOf = (clientId: string) =>
    database.query<{ msisdn: string; source: string }>(
      'SELECT msisdn, source FROM opt_outs WHERE client_id = $1 ORDER BY msisdn',
      [clientId],
    );
  const answersTo = (source: string) =>
    database.query<{ id: string; client_id: string; sender: string; body: string; encoding: string }>(
      'SELECT * FROM messages WHERE recipient = $1 ORDER BY id',
      [source],
    );
  const say = (source: string, to: string, text: string) =>
    handle(inboundTexts(text, { source_addr: `+${source}`, destination_addr: to }));

  test('puts its sender on the list of the number, and is answered once, in its language, for nothing', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    await Promise.all([say(source, to, 'Stopp'), say(source, to, 'Stopp'), say(source, to, 'STOP')]);
    await say(source, to, ' stop ');
    expect(await listOf(clientId)).toEqual([{ msisdn: source, source: 'inbound' }]);
    const answers = await answersTo(source);
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatchObject({ client_id: clientId, sender: to, parts: 1, price_cents: '0', cost_cents: '0' });
    expect(answers[0]?.body).toContain(to);
    expect((await toldOf(clientId)).map(({ payload }) => payload.command)).toEqual(['stop', 'stop', 'stop', 'stop']);
    expect(await unbalancedClients(database)).toEqual([]);
  });

  test('is answered although its sender has opted out, which stops every other message', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    await say(source, to, 'СТОП');
    const [answer] = await answersTo(source);
    expect(answer).toMatchObject({ encoding: 'ucs2' });
    expect(await refuseOptedOut(database.sql, { clientId, msisdn: source, limit: 10 })).toEqual([]);
    const owner = uuidV7();
    await renewLease(database.sql, owner);
    const deliveries = [{ message_id: answer?.id ?? '', attempt: 1 }];
    const claims = await claimDeliveries(database.sql, { owner, claimId: uuidV7() }, deliveries);
    expect(claims).toMatchObject([{ message_id: answer?.id, part_numbers: [1], body: answer?.body }]);
  });

  test('is taken back by START, which is answered once too', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    await say(source, to, 'START');
    expect(await answersTo(source)).toEqual([]);
    await say(source, to, 'STOP');
    await say(source, to, 'start');
    await say(source, to, 'START');
    expect(await listOf(clientId)).toEqual([]);
    expect(await answersTo(source)).toHaveLength(2);
  });

  test('and START of one batch are done in the order in which they were said', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const [one, other] = [newSource(), newSource()];
    const at = (seconds: number) => new Date(Date.now() + 5_000 + seconds * 1_000).toISOString();
    const said = (source: string, text: string, seconds: number) =>
      inboundTexts(text, { source_addr: source, destination_addr: to, at: at(seconds) });
    await handle([
      ...said(one, 'START', 2),
      ...said(one, 'STOP', 1),
      ...said(other, 'STOP', 2),
      ...said(other, 'START', 1),
    ]);
    expect((await listOf(clientId)).map(({ msisdn }) => msisdn)).toEqual([other]);
  });

  test('leaves the list as the client wrote it, and START takes off what the client put there never', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    await database.query('INSERT INTO opt_outs (client_id, msisdn) VALUES ($1, $2)', [clientId, source]);
    await say(source, to, 'STOP');
    await say(source, to, 'START');
    expect(await listOf(clientId)).toEqual([{ msisdn: source, source: 'api' }]);
    expect(await answersTo(source)).toEqual([]);
  });

  test('that came before a newer STOP is not what START undoes', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    const before = new Date(Date.now() - 60_000).toISOString();
    await say(source, to, 'STOP');
    await handle(inboundTexts('START', { source_addr: source, destination_addr: to, at: before }));
    expect(await listOf(clientId)).toHaveLength(1);
  });

  test("on a number that is nobody's concerns everyone with a keyword there; elsewhere STOP ALL does", async () => {
    const [owner, first, second] = [await wantsInbound(), await wantsInbound(), await wantsInbound()];
    const keywords = { ONE: first, TWO: second };
    const [shared, owned] = [await newNumber(null, keywords), await newNumber(owner, keywords)];
    const [a, b, c] = [newSource(), newSource(), newSource()];
    await say(a, shared, 'STOP');
    await say(b, owned, 'STOP');
    await say(c, owned, 'STOPALL');
    const lists = async () =>
      Promise.all([owner, first, second].map(async (id) => (await listOf(id)).map(({ msisdn }) => msisdn)));
    expect(await lists()).toEqual([
      [b, c],
      [a, c],
      [a, c],
    ]);
    expect((await Promise.all([a, b, c].map(answersTo))).map((answers) => answers.length)).toEqual([1, 1, 1]);
    expect((await answersTo(c))[0]).toMatchObject({ client_id: owner });
    await say(c, owned, 'START');
    expect(await lists()).toEqual([[b], [a], [a]]);
  });

  test('and START by turns are obeyed, and answered four times a day', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    const source = newSource();
    for (const word of ['STOP', 'START', 'STOP', 'START', 'STOP', 'START', 'STOP']) await say(source, to, word);
    expect(await listOf(clientId)).toHaveLength(1);
    expect(await answersTo(source)).toHaveLength(4);
  });

  test('of half a message, or from what is no number, changes nothing', async () => {
    const clientId = await wantsInbound();
    const to = await newNumber(clientId);
    await handle(inboundTexts('STOP', { source_addr: '12345', destination_addr: to }));
    expect(await listOf(clientId)).toEqual([]);
    const source = newSource();
    await receiveAndTell(database.sql, queues, [
      {
        id: uuidV7(),
        provider: 'primary',
        source_addr: source,
        destination_addr: to,
        received_at: new Date().toISOString(),
        total: 2,
        is_assembled: false,
        parts: [{ ...inboundReceived(), data_hex: Buffer.from('STOP').toString('hex') }],
      },
    ]);
    expect(await storedFrom(source)).toMatchObject([{ command: null, parts: 2, parts_received: 1 }]);
    expect(await listOf(clientId)).toEqual([]);
  });
});

test('who is to be forgotten is forgotten in what was received, and in what was told of it', async () => {
  const clientId = await wantsInbound();
  const to = await newNumber(clientId);
  const [source, other] = [newSource(), newSource()];
  for (const from of [source, `+${source}`, other])
    await handle(inboundTexts(long, { source_addr: from, destination_addr: to }));
  await requestErasure(database.sql, { id: uuidV7(), clientId, msisdn: source });
  await database.query(`UPDATE erasures SET requested_at = now() + interval '1 second' WHERE client_id = $1`, [
    clientId,
  ]);
  expect(await eraseSome(database.sql, 1)).toBe(1);
  expect(await eraseSome(database.sql, 10)).toBe(1);
  const rows = await database.query<Stored & { source_addr: string; udh_hex: string }>(
    'SELECT * FROM inbound_messages WHERE client_id = $1 ORDER BY received_at',
    [clientId],
  );
  expect(rows.map(({ source_addr, body, data_hex, udh_hex }) => [source_addr, body, data_hex, udh_hex])).toMatchObject([
    ['', null, '', ''],
    ['', null, '', ''],
    [other, long, expect.any(String), expect.any(String)],
  ]);
  const told = await toldOf(clientId);
  expect(told.map(({ payload }) => [payload.from, payload.text])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    [other, long],
  ]);
  expect(JSON.stringify(told.slice(0, 2))).not.toContain(source);
});

test('who is to be forgotten is forgotten by everyone who was told of a STOP ALL', async () => {
  const [owner, keyword] = [await wantsInbound(), await wantsInbound()];
  const to = await newNumber(owner, { NEWS: keyword });
  const source = newSource();
  await handle(inboundTexts('STOPALL', { source_addr: source, destination_addr: to }));
  expect((await toldOf(keyword)).map(({ payload }) => payload.from)).toEqual([source]);
  await requestErasure(database.sql, { id: uuidV7(), clientId: keyword, msisdn: source });
  await database.query(`UPDATE erasures SET requested_at = now() + interval '1 second' WHERE client_id = $1`, [
    keyword,
  ]);
  await eraseSome(database.sql, 10);
  expect((await toldOf(keyword)).map(({ payload }) => payload.from)).toEqual([undefined]);
  expect((await toldOf(owner)).map(({ payload }) => payload.from)).toEqual([source]);
});
