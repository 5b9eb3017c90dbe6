import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry } from '#shared/contracts/admin.ts';
import type { GrantedCredit, LedgerEntry, LedgerPage, PriceSheet } from '#shared/contracts/credit.ts';
import type { AcceptedMessage } from '#shared/contracts/messages.ts';
import type { Problem } from '#shared/contracts/problems.ts';
import type { ApiCall } from '../support/api-client.ts';
import { unbalancedClients } from '../support/clients.ts';
import type { IssuedClient } from '../support/issue-client.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

let box: RunningSignalbox;
beforeAll(async () => {
  box = await startRunningSignalbox();
});
afterAll(() => box?.stop());

/** As the operator. */
const admin = <Body = Problem>(method: string, path: string, body?: object, headers: ApiCall['headers'] = {}) =>
  box.api<Body>(method, `/v1/admin${path}`, { key: box.client.adminApiKey, ...(body ? { body } : {}), headers });
const as = <Body = Problem>({ apiKey }: IssuedClient, path: string) => box.api<Body>('GET', path, { key: apiKey });
const post = ({ apiKey }: IssuedClient, given: object = {}) =>
  box.api<AcceptedMessage & { readonly code?: string }>('POST', '/v1/messages', {
    key: apiKey,
    body: { to: '+491700000101', text: 'hello', ...given },
  });

const clientWith = async (creditCents: number, settings: object = {}): Promise<IssuedClient> => {
  const client = await box.issueClient({ creditCents });
  if (Object.keys(settings).length > 0)
    expect(await admin('PATCH', `/clients/${client.clientId}`, settings)).toMatchObject({ status: 200 });
  return client;
};

/** What a request can have left behind; how earlier messages are settled meanwhile is not its doing. */
const writtenFor = ({ clientId }: IssuedClient) =>
  box.query(
    `SELECT (SELECT count(*)::int FROM messages WHERE client_id = $1) AS messages,
       (SELECT count(*)::int FROM credit_locks WHERE client_id = $1) AS locks,
       (SELECT count(*)::int FROM ledger_entries
         WHERE client_id = $1 AND kind NOT IN ('CAPTURE', 'RELEASE')) AS entries,
       (SELECT count(*)::int FROM idempotency_keys WHERE client_id = $1) AS keys,
       (SELECT coalesce(sum(messages), 0)::int FROM destination_counts WHERE client_id = $1) AS counts,
       (SELECT spent_cents FROM clients WHERE id = $1) AS spent`,
    [clientId],
  );

describe('a top-up', () => {
  const give = (clientId: string, body: object, key?: string) =>
    admin<GrantedCredit>('POST', `/clients/${clientId}/credits`, body, key ? { 'idempotency-key': key } : {});
  const invoice = { amount_cents: 500, kind: 'top_up', reason: 'Invoice 7' };

  test('is in the account, the ledger and the audit log, once however often it is asked for', async () => {
    const client = await clientWith(100);
    const given = await give(client.clientId, invoice, 'invoice-7');
    expect(given).toMatchObject({ status: 201, body: { ...invoice, available_cents: 600 } });
    const again = await give(client.clientId, invoice, 'invoice-7');
    expect(again).toMatchObject({ status: 201, body: given.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await give(client.clientId, { ...invoice, amount_cents: 1 }, 'invoice-7')).toMatchObject({ status: 409 });
    expect(await box.account(client.apiKey)).toMatchObject({ available_cents: 600, granted_cents: 600 });
    const { body } = await as<LedgerPage>(client, '/v1/account/ledger');
    expect(body.entries[0]).toMatchObject({ id: given.body.id, source: 'top_up', balance_cents: 600 });
    const audit = await admin<{ entries: AuditEntry[] }>('GET', `/audit?subject=client%20${client.clientId}`);
    expect(audit.body.entries.filter(({ action }) => action === 'credit.granted')).toHaveLength(1);
  });

  test('and an adjustment are refused where they do not fit, and write nothing', async () => {
    const client = await clientWith(100);
    const before = await writtenFor(client);
    const refused = async (body: object, status: number, code: string) =>
      expect(await give(client.clientId, { ...invoice, ...body })).toMatchObject({ status, body: { code } });
    await refused({ kind: 'adjustment', amount_cents: -101 }, 409, 'credit.below_zero');
    await refused({ amount_cents: 0 }, 422, 'request.invalid');
    await refused({ amount_cents: -5 }, 422, 'request.invalid');
    await refused({ amount_cents: 2 ** 53 }, 422, 'request.invalid');
    await refused({ amount_cents: 0.5 }, 422, 'request.invalid');
    await refused({ reason: '' }, 422, 'request.invalid');
    await refused({ id: client.clientId }, 422, 'request.invalid');
    const nobody = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3';
    expect(await give(nobody, invoice)).toMatchObject({ status: 404, body: { code: 'client.not_found' } });
    expect(await box.api('POST', `/v1/admin/clients/${client.clientId}/credits`, { body: invoice })).toMatchObject({
      status: 403,
    });
    expect(await writtenFor(client)).toEqual(before);
  });
});

describe('the ledger', () => {
  const pages = async (client: IssuedClient, path: string): Promise<LedgerEntry[]> => {
    const entries: LedgerEntry[] = [];
    for (let cursor = ''; ; ) {
      const { status, body, text } = await as<LedgerPage>(client, `${path}${cursor}`);
      expect(status, text).toBe(200);
      entries.push(...body.entries);
      if (!body.next_cursor) return entries;
      cursor = `&cursor=${body.next_cursor}`;
    }
  };

  test('has every movement with the balance after it, page by page and for the operator', async () => {
    const client = await clientWith(100);
    const { body: message } = await post(client, { text: 'x'.repeat(200) });
    await until('it is delivered', async () => (await box.message(message.id, client.apiKey)).final_at);
    const entries = await pages(client, '/v1/account/ledger?limit=1');
    expect(
      entries.map(({ kind, part, amount_cents, balance_cents }) => [kind, part, amount_cents, balance_cents]),
    ).toEqual([
      ['CAPTURE', 2, 5, 90],
      ['CAPTURE', 1, 5, 90],
      ['HOLD', null, 10, 90],
      ['GRANT', null, 100, 100],
    ]);
    expect(entries.slice(0, 3).map(({ message_id }) => message_id)).toEqual(Array(3).fill(message.id));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(4);
    const ofMessage = await pages(client, `/v1/account/ledger?message_id=${message.id}&kind=CAPTURE`);
    expect(ofMessage).toEqual(entries.slice(0, 2));
    const seen = await admin<LedgerPage>('GET', `/clients/${client.clientId}/ledger`);
    expect(seen.body.entries).toEqual(entries);
  });

  test('goes on for its own client and filters alone', async () => {
    const [client, other] = [await clientWith(100), await clientWith(100)];
    await post(client);
    await post(other);
    const { body } = await as<LedgerPage>(client, '/v1/account/ledger?limit=1');
    const cursor = `cursor=${body.next_cursor}`;
    const refused = { status: 404, body: { code: 'cursor.not_found' } };
    expect(await as(client, `/v1/account/ledger?${cursor}`)).toMatchObject({ status: 200 });
    expect(await as(other, `/v1/account/ledger?${cursor}`)).toMatchObject(refused);
    expect(await as(client, `/v1/account/ledger?kind=HOLD&${cursor}`)).toMatchObject(refused);
    expect(await as(client, `/v1/account/statement?month=2026-11&${cursor}`)).toMatchObject(refused);
    expect(await admin('GET', `/clients/${client.clientId}/ledger?${cursor}`)).toMatchObject(refused);
    expect(await as(client, '/v1/account/ledger?cursor=x')).toMatchObject(refused);
    expect(await as(client, '/v1/account/ledger?limit=101')).toMatchObject({ status: 422 });
  });

  test('is a statement in CSV', async () => {
    const client = await clientWith(100);
    await post(client);
    const statement = await as(client, '/v1/account/statement?from_time=2026-01-01T00:00:00Z');
    expect(statement.status).toBe(200);
    expect(statement.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(statement.headers.get('content-disposition')).toBe('attachment; filename="statement-2026-01-01.csv"');
    const lines = statement.text.split('\r\n').map((line) => line.split(','));
    expect(lines.map((fields) => [fields[4], fields[7], fields[8]]).slice(1, 4)).toEqual([
      ['OPENING', '', '0'],
      ['GRANT', '100', '100'],
      ['HOLD', '-5', '95'],
    ]);
    expect(lines.at(-2)?.[4]).toBe('CLOSING');
    expect(await as(client, '/v1/account/statement')).toMatchObject({ status: 422 });
  });
});

test('a price for what a number begins with is what a message costs from then on, and is on the sheet', async () => {
  const client = await clientWith(1_000);
  const prices = [
    { prefix: '49', part_price_cents: 9 },
    { prefix: '4917', part_price_cents: 11 },
  ];
  const list = { client_id: client.clientId, prices };
  expect(await admin('PUT', '/prices', list)).toMatchObject({ status: 200, body: { prices: 2 } });
  expect((await post(client)).body.cost_cents).toBe(11);
  const { body: sheet } = await as<PriceSheet>(client, '/v1/prices');
  expect(sheet).toEqual({
    part_price_cents: 5,
    prices: prices.map((price) => ({ ...price, country: 'DE', country_name: 'Germany' })),
    next_cursor: null,
  });
  expect(await admin('DELETE', `/prices/4917?client_id=${client.clientId}`)).toMatchObject({ status: 204 });
  expect((await post(client)).body.cost_cents).toBe(9);
  expect(await admin('DELETE', `/prices/4917?client_id=${client.clientId}`)).toMatchObject({
    status: 404,
    body: { code: 'price.not_found' },
  });
  expect(await admin('GET', `/prices?client_id=${client.clientId}`)).toMatchObject({
    status: 200,
    body: { client_id: client.clientId, prices: [prices[0]], next_cursor: null },
  });
  const twice = { client_id: null, prices: [prices[0], prices[0]] };
  expect(await admin('PUT', '/prices', twice)).toMatchObject({ status: 422, body: { code: 'request.invalid' } });
});

describe('a guard', () => {
  /** A day or an hour may end while the test runs: then as much goes through once more, and not a third time. */
  const acceptedUntilRefused = async (client: IssuedClient, most: number) => {
    for (let accepted = 0; ; accepted += 1) {
      const before = await writtenFor(client);
      const answer = await post(client);
      if (answer.status !== 202) {
        expect(await writtenFor(client)).toEqual(before);
        expect(accepted).toBeGreaterThanOrEqual(most);
        return answer;
      }
      expect(accepted).toBeLessThan(2 * most);
    }
  };

  test('caps what is spent in a day', async () => {
    const client = await clientWith(1_000, { daily_spend_cap_cents: 10 });
    const refused = await acceptedUntilRefused(client, 2);
    expect(refused).toMatchObject({ status: 402, body: { code: 'spend.cap_reached' } });
    expect(await box.account(client.apiKey)).toMatchObject({ spent_today_cents: 10, daily_spend_cap_cents: 10 });
  });

  test('limits how many messages go to numbers that begin alike within an hour', async () => {
    const client = await clientWith(1_000, { prefix_messages_per_hour: 3 });
    const refused = await acceptedUntilRefused(client, 3);
    expect(refused).toMatchObject({ status: 403, body: { code: 'destination.velocity' } });
    expect(await post(client, { to: '+491601234567' })).toMatchObject({ status: 202 });
  });

  test.each([
    ['countries', { allowed_countries: ['FR'] }, {}, 403, 'destination.not_allowed'],
    ['senders', { allowed_senders: ['Acme'] }, { from: 'Other' }, 403, 'sender.not_allowed'],
    ['credit', {}, { text: 'x'.repeat(400) }, 402, 'credit.insufficient'],
  ])('refuses other %s than allowed, and writes nothing', async (_name, settings, given, status, code) => {
    const client = await clientWith(10, settings);
    const before = await writtenFor(client);
    const key = { 'idempotency-key': 'refused' };
    const body = { to: '+491700000101', text: 'hello', ...given };
    const refused = await box.api('POST', '/v1/messages', { key: client.apiKey, body, headers: key });
    expect(refused, refused.text).toMatchObject({ status, body: { code } });
    expect(await writtenFor(client)).toEqual(before);
  });
});

test('a client is told once, under its signature, that its credit has fallen below what it named', async () => {
  const { clientId, apiKey } = box.client;
  const { available_cents: available } = await box.account();
  const settings = { low_balance_cents: available, callback_types: ['account.low_balance'] };
  expect(await admin('PATCH', `/clients/${clientId}`, settings)).toMatchObject({ status: 200 });
  const client = { clientId, apiKey };
  for (let i = 0; i < 3; i += 1) expect(await post(client)).toMatchObject({ status: 202 });
  const told = () => box.callbacks.received().filter(({ body }) => body?.includes('account.low_balance'));
  // What no request waits for is dispatch-due's: it looks every minute, for what is 30 seconds old.
  const [call] = await until('the callback has come', () => told().length > 0 && told(), { withinMs: 150_000 });
  expect(call?.verdict).toBe('valid');
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    type: 'account.low_balance',
    data: { available_cents: available - 5, low_balance_cents: available },
  });
  expect(told()).toHaveLength(1);
  expect(
    await box.query(`SELECT 1 FROM callbacks WHERE client_id = $1 AND type = 'account.low_balance'`, [clientId]),
  ).toHaveLength(1);
}, 180_000);

test('afterwards all books balance', async () => {
  expect(await unbalancedClients(box)).toEqual([]);
});
