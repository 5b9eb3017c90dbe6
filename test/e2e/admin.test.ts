import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry, ClientView, IssuedApiKey } from '#shared/contracts/admin.ts';
import type { MessageView } from '#shared/contracts/messages.ts';
import type { Problem } from '#shared/contracts/problems.ts';
import { type Route, routes } from '#shared/contracts/routes.ts';
import type { ApiAnswer, ApiCall } from '../support/api-client.ts';
import { unbalancedClients } from '../support/clients.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

let box: RunningSignalbox;
beforeAll(async () => {
  box = await startRunningSignalbox();
});
afterAll(() => box?.stop());

/** As the operator. */
const admin = <Body>(method: string, path: string, body?: object, headers: ApiCall['headers'] = {}) =>
  box.api<Body>(method, `/v1/admin${path}`, { key: box.client.adminApiKey, ...(body ? { body } : {}), headers });

const acme = { name: 'Acme', part_price_cents: 5, credit_cents: 50_000, allowed_senders: ['Acme'] };
const clientScopes = ['messages:read', 'messages:write'];

const makeClient = async (given: object = {}): Promise<ClientView> => {
  const made = await admin<ClientView>('POST', '/clients', { ...acme, ...given });
  expect(made.status, made.text).toBe(201);
  return made.body;
};

const issueKey = async (client: ClientView, given: object = {}): Promise<IssuedApiKey & { api_key: string }> => {
  const body = { name: 'production', scopes: clientScopes, ...given };
  const issued = await admin<IssuedApiKey>('POST', `/clients/${client.id}/keys`, body);
  expect(issued.status, issued.text).toBe(201);
  return { ...issued.body, api_key: issued.body.api_key ?? '' };
};

const statusWith = async (key: string) => (await box.api('GET', '/v1/account', { key })).status;
/** Records are remembered for 60 s, by each process for itself. */
const untilAnswered = (status: number, key: string) =>
  until(`a ${status} with the key`, async () => (await statusWith(key)) === status, {
    withinMs: 90_000,
    everyMs: 1_000,
  });

const auditOf = async (subject: string) =>
  (await admin<{ entries: AuditEntry[] }>('GET', `/audit?subject=${encodeURIComponent(subject)}`)).body.entries.map(
    ({ action }) => action,
  );

describe('a client that the operator made', () => {
  test('has its opening credit, and sends with its key what it may send', async () => {
    const client = await makeClient();
    const { api_key: key } = await issueKey(client);
    expect(await box.account(key)).toMatchObject({
      client_id: client.id,
      available_cents: 50_000,
      granted_cents: 50_000,
    });
    const { id } = await box.send({ to: '+491700000101', from: 'Acme', text: 'hello' }, { key });
    expect(await until('it is final', async () => (await box.message(id, key)).final_at)).not.toBeNull();
    const other = await box.api('POST', '/v1/messages', {
      key,
      body: { to: '+491700000101', from: 'Other', text: 'x' },
    });
    expect(other).toMatchObject({ status: 403, body: { code: 'sender.not_allowed' } });
    expect(await unbalancedClients(box)).toEqual([]);
  });

  test('is changed, and its credit is not', async () => {
    const client = await makeClient();
    const { api_key: key } = await issueKey(client);
    const changed = await admin<ClientView>('PATCH', `/clients/${client.id}`, { allowed_senders: null });
    expect(changed).toMatchObject({ status: 200, body: { ...client, allowed_senders: null } });
    await box.send({ to: '+491700000101', from: 'Other', text: 'hello' }, { key });
    const credited = await admin('PATCH', `/clients/${client.id}`, { credit_cents: 1 });
    expect(credited).toMatchObject({ status: 422, body: { code: 'request.invalid' } });
  });

  test('is found again by its name and by its id', async () => {
    const client = await makeClient({ name: 'Zebra crossing' });
    expect(await admin('GET', `/clients/${client.id}`)).toMatchObject({ status: 200, body: client });
    const found = await admin<{ clients: ClientView[] }>('GET', '/clients?name=zebra');
    expect(found.body).toEqual({ clients: [client], next_cursor: null });
  });
});

test('a repeated request makes one client and one key, and shows the secret once', async () => {
  const headers = { 'idempotency-key': 'admin-1' };
  const [first, second] = [
    await admin<ClientView>('POST', '/clients', acme, headers),
    await admin<ClientView>('POST', '/clients', acme, headers),
  ];
  expect(second).toMatchObject({ status: 201, body: first.body });
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(second.headers.get('location')).toBe(`/v1/admin/clients/${first.body.id}`);
  const wanted = { name: 'k', scopes: clientScopes };
  const path = `/clients/${first.body.id}/keys`;
  const issued = await admin<IssuedApiKey>('POST', path, wanted, { 'idempotency-key': 'admin-2' });
  const again = await admin<IssuedApiKey>('POST', path, wanted, { 'idempotency-key': 'admin-2' });
  expect(issued.body.api_key).toMatch(/^sbk_/);
  expect(again).toMatchObject({ status: 201, body: { ...issued.body, api_key: null } });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const other = await admin('POST', path, { ...wanted, name: 'other' }, { 'idempotency-key': 'admin-2' });
  expect(other).toMatchObject({ status: 409, body: { code: 'idempotency.mismatch' } });
});

describe('a test key', () => {
  const fates = [
    ['+491700000101', 'DELIVERED'],
    ['+491700000001', 'FAILED_PERM'],
    ['+491700000002', 'FAILED_PERM'],
  ] as const;

  test('is told by its text; what it sends goes the whole way to the simulator, and is never billed', async () => {
    const client = await makeClient({ credit_cents: 5 });
    const { api_key: key } = await issueKey(client, { is_test: true });
    expect(key).toMatch(/^sbk_test_/);
    await box.api('POST', '/v1/callback-settings/secret', { key });
    const settings = { url: `${box.callbacks.url}tried`, types: ['message.delivered', 'message.failed'] };
    expect((await box.api('PUT', '/v1/callback-settings', { key, body: settings })).status).toBe(200);
    const before = await box.account(key);
    // The movements are there, as for every message: of nothing.
    const moved = () =>
      box.query('SELECT kind, amount_cents FROM ledger_entries WHERE client_id = $1 AND amount_cents <> 0', [
        client.id,
      ]);
    const opening = await moved();
    expect(opening).toHaveLength(1);
    for (const [to, status] of fates) {
      const { id, cost_cents } = await box.send({ to, text: 'x'.repeat(400) }, { key });
      expect(cost_cents).toBe(0);
      const view = await until(`${id} is final`, async () => {
        const { body } = await box.api<MessageView>('GET', `/v1/messages/${id}`, { key });
        return body.final_at !== null && body;
      });
      expect(view).toMatchObject({ status, is_test: true, cost_cents: 0, captured_cents: 0, released_cents: 0 });
      await until('its callback has come', () => box.callbacksFor(id)[0]);
    }
    expect(await moved()).toEqual(opening);
    expect(await box.account(key)).toEqual(before);
    expect(box.smsc.received().filter(({ text }) => text === 'x'.repeat(400))).toEqual([]);
    const { api_key: live } = await issueKey(client);
    const body = { to: fates[0][0], text: 'x'.repeat(400) };
    expect(await box.api('POST', '/v1/messages', { key: live, body })).toMatchObject({ status: 402 });
  });

  test('is nobody’s who administers', async () => {
    const client = await makeClient();
    const body = { name: 'k', scopes: ['admin'], is_test: true };
    expect(await admin('POST', `/clients/${client.id}/keys`, body)).toMatchObject({ status: 422 });
  });
});

test('what is beyond the rate of a client is a 429, writes nothing, and fits after as long as Retry-After says', async () => {
  const client = await makeClient({ rate_per_second: 1, burst: 3 });
  const { api_key: key } = await issueKey(client);
  const post = () =>
    box.api<Problem>('POST', '/v1/messages', { key, body: { to: '+491700000101', from: 'Acme', text: 'hello' } });
  const seconds = ({ headers }: ApiAnswer, name: string) => Number(headers.get(name) ?? Number.NaN);
  const answers = await Promise.all(Array.from({ length: 20 }, post));
  const [accepted, refused] = [202, 429].map((wanted) => answers.filter(({ status }) => status === wanted));
  expect(accepted?.length).toBeGreaterThanOrEqual(3);
  expect([...(accepted ?? []), ...(refused ?? [])]).toHaveLength(20);
  for (const answer of accepted ?? []) {
    expect(answer.headers.get('ratelimit-limit')).toBe('3');
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(seconds(answer, 'ratelimit-remaining')).toBeLessThan(3);
  }
  const last = refused?.at(-1);
  if (!last) throw new Error('Nothing was refused.');
  expect(last.body).toMatchObject({ code: 'rate.exceeded', status: 429 });
  expect([last.headers.get('ratelimit-limit'), last.headers.get('ratelimit-remaining')]).toEqual(['3', '0']);
  expect(seconds(last, 'ratelimit-reset')).toBeGreaterThanOrEqual(seconds(last, 'retry-after'));
  expect(seconds(last, 'retry-after')).toBeGreaterThanOrEqual(1);
  const { api_key: other } = await issueKey(await makeClient());
  expect(await statusWith(other)).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds(last, 'retry-after')));
  expect((await post()).status).toBe(202);
  expect(await box.query('SELECT FROM messages WHERE client_id = $1', [client.id])).toHaveLength(
    (accepted?.length ?? 0) + 1,
  );
});

// What waits for a minute to pass waits side by side.
test.concurrent('a rotated key works beside the new one; revoked and without overlap, neither does within a minute', async () => {
  const client = await makeClient();
  const old = await issueKey(client);
  const path = `/clients/${client.id}/keys`;
  const rotated = await admin<IssuedApiKey>('POST', `${path}/${old.id}/rotate`, { overlap_seconds: 3600 });
  const key = rotated.body.api_key ?? '';
  expect([await statusWith(old.api_key), await statusWith(key)]).toEqual([200, 200]);
  expect((await admin('DELETE', `${path}/${old.id}`)).status).toBe(204);
  const last = await admin<IssuedApiKey>('POST', `${path}/${rotated.body.id}/rotate`, { overlap_seconds: 0 });
  await Promise.all([untilAnswered(401, old.api_key), untilAnswered(401, key)]);
  expect(await statusWith(last.body.api_key ?? '')).toBe(200);
  const { body } = await admin<{ keys: IssuedApiKey[] }>('GET', path);
  expect(body.keys.map(({ id, replaced_by }) => [id, replaced_by])).toEqual([
    [last.body.id, null],
    [rotated.body.id, last.body.id],
    [old.id, rotated.body.id],
  ]);
  expect(JSON.stringify(body)).not.toContain('hash');
  expect(await auditOf(`api_key ${old.id}`)).toEqual(['api_key.revoked', 'api_key.issued']);
  expect(await auditOf(`api_key ${rotated.body.id}`)).toEqual(['api_key.rotated']);
}, 120_000);

test.concurrent('a suspended client is refused within a minute, and goes on when it is resumed; the operator cannot lock himself out', async () => {
  const client = await makeClient();
  const { api_key: key } = await issueKey(client);
  expect(await statusWith(key)).toBe(200);
  expect(await admin('POST', `/clients/${client.id}/suspend`)).toMatchObject({
    status: 200,
    body: { suspended_at: expect.any(String) },
  });
  const refused = await box.api('POST', '/v1/messages', { key, body: { to: '+491700000101', text: 'hello' } });
  expect([403, 404]).toContain(refused.status);
  await untilAnswered(403, key);
  await admin('POST', `/clients/${client.id}/resume`);
  // A key that nobody has asked about yet.
  expect(await statusWith((await issueKey(client)).api_key)).toBe(200);
  expect(await auditOf(`client ${client.id}`)).toEqual(['client.resumed', 'client.suspended', 'client.created']);
  const own = await admin('POST', `/clients/${box.client.clientId}/suspend`);
  expect(own).toMatchObject({ status: 409, body: { code: 'client.own' } });
}, 120_000);

test('a key without the scope admin is refused on every route of administration', async () => {
  const client = await makeClient();
  const { api_key: key } = await issueKey(client);
  const all = (routes as readonly Route[]).filter(({ scope }) => scope === 'admin');
  expect(all.length).toBeGreaterThan(10);
  for (const { method, path } of all) {
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: acme };
    const answer = await box.api(method, path.replaceAll(/\{\w+\}/g, client.id), { key, ...body });
    expect(answer, `${method} ${path}: ${answer.text}`).toMatchObject({
      status: 403,
      body: { code: 'auth.forbidden' },
    });
  }
  const own = await box.api('GET', '/v1/account', { key: box.client.adminApiKey });
  expect(own).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
});
