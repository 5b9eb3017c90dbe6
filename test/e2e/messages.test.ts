import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageList } from '#shared/contracts/message-list.ts';
import type { MessageTimeline } from '#shared/contracts/message-timeline.ts';
import type { AcceptedBatch, AcceptedMessage, MessageView, QuotedMessage } from '#shared/contracts/messages.ts';
import type { Problem } from '#shared/contracts/problems.ts';
import { unbalancedClients } from '../support/clients.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const patience = { timeout: 90_000 };

let box: RunningSignalbox;
beforeAll(async () => {
  box = await startRunningSignalbox();
});
afterAll(() => box?.stop());

const priceCents = 5;
const number = (suffix: string): string => `4917018${suffix}`;
const later = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
const unlimited = { ratePerSecond: 10_000, burst: 10_000 };

const receivedBy = (destination: string) => box.smsc.received().filter((record) => record.destination === destination);

const batch = (messages: readonly object[], key: string, headers: Record<string, string> = {}) =>
  box.api<AcceptedBatch>('POST', '/v1/messages/batch', { key, body: { messages }, headers });

describe('a batch', () => {
  test('is delivered but for what is refused of it, at its times and under its priorities', patience, async () => {
    const { clientId, apiKey } = await box.issueClient({ creditCents: 4 * priceCents });
    await box.query('INSERT INTO opt_outs (client_id, msisdn) VALUES ($1, $2)', [clientId, number('10019')]);
    const due = later(3);
    const asked = [
      { to: number('10011'), text: 'one', priority: 'high', reference: 'a', metadata: { order: '17' } },
      { to: number('10019'), text: 'opted out' },
      { to: number('10012'), text: 'two', priority: 'bulk' },
      { to: 'nobody', text: 'three' },
      { to: number('10013'), text: 'three', send_at: due },
      { to: number('10014'), text: 'x'.repeat(161), max_parts: 1 },
      { to: number('10015'), text: 'four', validity_seconds: 600 },
      { to: number('10016'), text: 'one too many' },
    ];
    const headers = { 'idempotency-key': 'batch-1' };
    const { status, body } = await batch(asked, apiKey, headers);
    expect(status).toBe(202);
    expect(body.accepted.map(({ index, status: state }) => `${index} ${state}`)).toEqual([
      '0 QUEUED',
      '2 QUEUED',
      '4 SCHEDULED',
      '6 QUEUED',
    ]);
    expect(body.rejected.map(({ index, problem }) => `${index} ${problem.code}`)).toEqual([
      '1 recipient.opted_out',
      '3 request.invalid',
      '5 message.too_long',
      '7 credit.insufficient',
    ]);
    const views = await Promise.all(
      body.accepted.map(({ id }) =>
        until(`${id} is final`, async () => {
          const view = await box.message(id, apiKey);
          return view.final_at !== null && view;
        }),
      ),
    );
    expect(views.map(({ status: state }) => state)).toEqual(['DELIVERED', 'DELIVERED', 'DELIVERED', 'DELIVERED']);
    expect(views.map(({ priority }) => priority)).toEqual(['high', 'bulk', 'normal', 'normal']);
    expect(views[0]).toMatchObject({ metadata: { order: '17' }, reference: 'a', country: 'DE', is_test: false });
    const [scheduled] = receivedBy(number('10013'));
    expect(Date.parse(scheduled?.time ?? '')).toBeGreaterThanOrEqual(Date.parse(due));
    expect(receivedBy(number('10015'))[0]?.validity_period).toMatch(/^00000000(09\d\d|1000)000R$/);
    expect(await box.account(apiKey)).toMatchObject({ available_cents: 0, captured_cents: 4 * priceCents });
    const again = await batch(asked, apiKey, headers);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.accepted).toEqual(body.accepted);
    const other = await batch(asked.slice(1), apiKey, headers);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency.mismatch' } });
  });

  test('of a thousand is delivered whole', patience, async () => {
    const { clientId, apiKey } = await box.issueClient({ creditCents: 5_000 });
    const messages = Array.from({ length: 1_000 }, (_, i) => ({
      to: number(`2${`${i}`.padStart(4, '0')}9`),
      text: `Message ${i}`,
    }));
    const { status, body } = await batch(messages, apiKey);
    expect([status, body.accepted.length, body.rejected]).toEqual([202, 1_000, []]);
    await until('all are delivered', async () => {
      const [row] = await box.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM messages WHERE client_id = $1 AND state = 'DELIVERED'`,
        [clientId],
      );
      return row?.n === 1_000;
    });
    expect(await box.account(apiKey)).toMatchObject({ available_cents: 0, held_cents: 0, captured_cents: 5_000 });
  });
});

describe('a list', () => {
  test('goes on with its cursor, which is nobody else’s, and is narrowed by its filters', patience, async () => {
    const { apiKey } = await box.issueClient({ creditCents: 100 });
    const other = await box.issueClient({ creditCents: 100 });
    const list = (query: string, key = apiKey) => box.api<MessageList>('GET', `/v1/messages${query}`, { key });
    const send_at = later(3_600);
    const { body } = await batch(
      [1, 2, 3, 4, 5].map((i) => ({ to: number(`3001${i}`), text: 'x', reference: `r${i % 2}`, send_at })),
      apiKey,
    );
    const newestFirst = body.accepted.map(({ id }) => id).toReversed();
    const first = (await list('?limit=2')).body;
    const second = (await list(`?limit=2&cursor=${first.next_cursor}`)).body;
    const third = (await list(`?cursor=${second.next_cursor}`)).body;
    const all = [first, second, third].flatMap(({ messages }) => messages.map(({ id }) => id));
    expect(all).toEqual(newestFirst);
    expect(third.next_cursor).toBeNull();
    expect(first.messages[0]).not.toHaveProperty('text');
    expect((await list('?reference=r1&status=SCHEDULED')).body.messages).toHaveLength(3);
    expect((await list(`?to=+${number('30012')}`)).body.messages).toHaveLength(1);
    expect((await list(`?from_time=${later(60)}`)).body.messages).toEqual([]);
    expect((await list('', other.apiKey)).body).toEqual({ messages: [], next_cursor: null });
    const notFound = { status: 404, body: { code: 'cursor.not_found' } };
    expect(await list(`?limit=2&cursor=${first.next_cursor}`, other.apiKey)).toMatchObject(notFound);
    expect(await list(`?status=SENT&cursor=${first.next_cursor}`)).toMatchObject(notFound);
    expect(await list('?cursor=x')).toMatchObject(notFound);
    expect(await list('?status=sent')).toMatchObject({ status: 422, body: { errors: [{ path: 'status' }] } });
  });
});

describe('a cancellation', () => {
  const cancel = (id: string, key: string) => box.api<MessageView & Problem>('DELETE', `/v1/messages/${id}`, { key });

  test('gives the hold of a scheduled message back, and says so again', patience, async () => {
    const { apiKey } = await box.issueClient({ creditCents: 100 });
    const other = await box.issueClient({ creditCents: 0 });
    const { id } = await box.send({ to: number('40011'), text: 'later', send_at: later(5) }, { key: apiKey });
    expect((await cancel(id, other.apiKey)).status).toBe(404);
    for (let times = 0; times < 2; times += 1)
      expect(await cancel(id, apiKey)).toMatchObject({
        status: 200,
        body: { id, status: 'CANCELLED', released_cents: 5 },
      });
    expect(await box.account(apiKey)).toMatchObject({ available_cents: 100, held_cents: 0 });
    const sent = await box.send({ to: number('40012'), text: 'after it', send_at: later(6) }, { key: apiKey });
    await until('what was scheduled behind it is delivered', async () => {
      return (await box.message(sent.id, apiKey)).status === 'DELIVERED';
    });
    expect(receivedBy(number('40011'))).toEqual([]);
    expect(await cancel(sent.id, apiKey)).toMatchObject({
      status: 409,
      body: { code: 'message.not_cancellable', detail: expect.stringContaining('It is DELIVERED.') as string },
    });
  });
});

describe('a dry run', () => {
  test('says what it would come to, and writes nothing', patience, async () => {
    const { clientId, apiKey } = await box.issueClient({ creditCents: 14 });
    const quote = async (parts: number) => {
      const body = { to: number('50011'), text: 'x'.repeat(152 * parts), dry_run: true };
      return box.api<QuotedMessage>('POST', '/v1/messages', { key: apiKey, body });
    };
    expect(await quote(2)).toMatchObject({
      status: 200,
      body: { parts: 2, part_price_cents: 5, cost_cents: 10, would_be: 'accepted', problem: null, country: 'DE' },
    });
    expect(await quote(3)).toMatchObject({
      status: 200,
      body: { cost_cents: 15, would_be: 'refused', problem: { code: 'credit.insufficient' } },
    });
    expect(await box.account(apiKey)).toMatchObject({ available_cents: 14 });
    expect(await box.query('SELECT FROM messages WHERE client_id = $1', [clientId])).toEqual([]);
  });
});

describe('octets', () => {
  test('arrive behind their header as they were sent, and are shown so', patience, async () => {
    const content = { data_hex: '00ff1b0d5a', udh_hex: '0605040b8423f0', data_coding: 0xf5, protocol_id: 0x41 };
    const { id, parts, encoding } = await box.send({ to: number('60011'), ...content });
    expect([parts, encoding]).toEqual([1, 'binary']);
    expect(await box.waitForFinal(id)).toMatchObject({ status: 'DELIVERED', text: null, ...content });
    expect(receivedBy(number('60011'))).toMatchObject([{ esm_class: 0x40, ...content }]);
  });

  test('beyond one part are put together again, each part with the header', patience, async () => {
    const data_hex = Array.from({ length: 300 }, (_, i) => (i % 256).toString(16).padStart(2, '0')).join('');
    const { id, parts } = await box.send({ to: number('60012'), data_hex, udh_hex: '0605040b8423f0' });
    expect(parts).toBe(3);
    await box.waitForFinal(id);
    expect(box.smsc.messages().filter(({ destination }) => destination === number('60012'))).toMatchObject([
      { data_hex, complete: true, total: 3, data_coding: 4, text: null },
    ]);
    for (const { udh_hex } of receivedBy(number('60012'))) expect(udh_hex).toMatch(/05040b8423f0$/);
  });
});

describe('a timeline', () => {
  test('tells the way of a message from HTTP to the callback', patience, async () => {
    const headers = { 'x-request-id': 'trace-7' };
    const { id } = await box.send({ to: number('70011'), text: 'tell me' }, { headers });
    const ask = async () => (await box.api<MessageTimeline>('GET', `/v1/messages/${id}/timeline`)).body;
    const told = await until('its callback was answered', async () => {
      const timeline = await ask();
      return timeline.entries.some(({ what }) => what.includes('answered message.delivered')) && timeline;
    });
    expect(told).toMatchObject({ id, status: 'DELIVERED', is_cut: false });
    expect(told.entries[0]).toMatchObject({ source: 'api', detail: { correlation_id: 'trace-7', parts: 1 } });
    expect(new Set(told.entries.map(({ source }) => source))).toEqual(
      new Set(['api', 'ledger', 'queue', 'smpp', 'receipt', 'callback']),
    );
    const [submitted] = receivedBy(number('70011'));
    expect(told.entries.find(({ source }) => source === 'smpp')?.detail).toMatchObject({
      smsc_message_id: submitted?.message_id,
    });
    const { apiKey } = await box.issueClient({ creditCents: 0 });
    expect((await box.api('GET', `/v1/messages/${id}/timeline`, { key: apiKey })).status).toBe(404);
  });
});

describe('two hundred at once', () => {
  test('on credit for a hundred are accepted exactly a hundred times', patience, async () => {
    const { clientId, apiKey } = await box.issueClient({ creditCents: 100 * priceCents, limits: unlimited });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        box.api<AcceptedMessage & Problem>('POST', '/v1/messages', {
          key: apiKey,
          body: { to: number(`8${`${i}`.padStart(3, '0')}9`), text: 'x' },
        }),
      ),
    );
    const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    expect([count(202), count(402)]).toEqual([100, 100]);
    await until('all of them are delivered', async () => {
      const rows = await box.query('SELECT FROM messages WHERE client_id = $1 AND final_at IS NULL', [clientId]);
      return rows.length === 0;
    });
    expect(await box.account(apiKey)).toMatchObject({ available_cents: 0, held_cents: 0, captured_cents: 500 });
  });

  test('all books balance', async () => expect(await unbalancedClients(box)).toEqual([]));
});
