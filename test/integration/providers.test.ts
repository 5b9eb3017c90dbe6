import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFleet } from '#shared/adapters/read-fleet.ts';
import { createRoutingHandles } from '../../lambdas/serve-api/providers/routing-handles.ts';
import { createAdminRequest, type Spoken } from '../support/admin-request.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
const passwords = new Map<string, string>();
const connect = () =>
  createAdminRequest(
    createRoutingHandles({
      sql: database.sql,
      exemptHosts: ['127.0.0.1'],
      secrets: {
        put: async (name, password) => void passwords.set(name, password),
        remove: async (name) => void passwords.delete(name),
      },
    }),
  );
let ask: ReturnType<typeof connect>;

beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations/', import.meta.url)),
  });
  ask = connect();
});
afterAll(() => database?.stop());

const smpp = { kind: 'smpp', host: 'smsc.example.com', port: 2775, system_id: 'box' };
const newName = () => `p${uuidV7().slice(-12)}`;
const create = (given: object = {}, headers = {}) =>
  ask('createProvider', { body: { name: newName(), ...smpp, ...given }, headers });
const made = async (given: object = {}): Promise<string> => ((await create(given)).body as { name: string }).name;
const audited = async (subject: string): Promise<string[]> =>
  (
    await database.query<{ action: string }>('SELECT action FROM audit_entries WHERE subject = $1 ORDER BY id', [
      subject,
    ])
  ).map(({ action }) => action);

describe('a provider', () => {
  test('has the defaults of what was left out, and never tells its password', async () => {
    const said = await create({ name: 'carrier', password: 'secret08', binds: 2 });
    expect(said).toMatchObject({
      status: 201,
      headers: { location: '/v1/admin/providers/carrier' },
      body: { name: 'carrier', enabled: true, binds: 2, window: 10, tls: true, parts_per_second: null },
    });
    expect(JSON.stringify(said.body)).not.toContain('secret08');
    expect((said.body as { password_set_at: unknown }).password_set_at).toEqual(expect.any(String));
    expect(passwords.get('carrier')).toBe('secret08');
    expect(await ask('getProvider', { path: { name: 'carrier' } })).toMatchObject({
      status: 200,
      body: said.body as object,
    });
    expect(await audited('provider carrier')).toEqual(['provider.created', 'provider.password_set']);
    const [row] = await database.query<{ text: string }>(
      `SELECT jsonb_agg(to_jsonb(p))::text || (SELECT jsonb_agg(to_jsonb(a))::text FROM audit_entries a) AS text FROM providers p`,
    );
    expect(row?.text).not.toContain('secret08');
  });

  test.each<[object, string, RegExp]>([
    [{ parts_per_second: 0 }, 'request.invalid', /would send nothing/],
    [{ binds: 10_000 }, 'request.invalid', /more than 100/],
    [{ binds: 0 }, 'request.invalid', /binds/],
    [{ window: 100_000 }, 'request.invalid', /more than 1,000/],
    [{ host: '10.1.2.3' }, 'provider.address_refused', /internal address/],
    [{ host: '169.254.169.254' }, 'provider.address_refused', /internal address/],
    [{ host: '::1' }, 'provider.address_refused', /internal address/],
    [{ host: 'localhost' }, 'provider.address_refused', /internal name/],
    [{ host: 'smsc.eu-central-1.compute.internal' }, 'provider.address_refused', /internal name/],
    [{ host: 'a b' }, 'provider.address_refused', /neither a host name/],
    [{ host: '2130706433' }, 'provider.address_refused', /neither a host name/],
    [{ host: '0x7f000001' }, 'provider.address_refused', /neither a host name/],
    [{ url: 'https://a.example' }, 'request.invalid', /not a field/],
    [{ system_id: 'longer than fifteen' }, 'request.invalid', /system_id/],
    [{ statuses: { '0x0': 'permanent' } }, 'request.invalid', /no refusal/],
    [{ statuses: { '0x400-0x410': 'vendor', '0x40F': 'permanent' } }, 'request.invalid', /named twice/],
    [{ name: 'Carrier' }, 'request.invalid', /is no name/],
    [{ password: 'longer than 8' }, 'request.invalid', /visible ASCII/],
    [{ password: 'secret009' }, 'request.invalid', /9 characters/],
  ])('is refused with the reason: %j', async (given, code, reason) => {
    const said = await create(given);
    expect(said).toMatchObject({ outcome: 'refused', code });
    expect(JSON.stringify(said)).toMatch(reason);
  });

  test('may be at an exempt host, and nowhere else inside', async () => {
    expect(await create({ host: '127.0.0.1' })).toMatchObject({ status: 201 });
    const http = { kind: 'http', host: undefined, port: undefined, system_id: undefined };
    expect(await create({ ...http, url: 'http://127.0.0.1:99/x' })).toMatchObject({ status: 201 });
    expect(await create({ ...http, url: 'https://carrier.example/x' })).toMatchObject({ status: 201 });
    for (const url of [
      'http://carrier.example/x',
      'https://10.1/x',
      'https://[::1]/x',
      'https://10.0.0.1',
      'https://a:b@c.example',
    ])
      expect(await create({ ...http, url })).toMatchObject({ code: 'provider.address_refused' });
  });

  test('of a name that is taken is refused, and the one that has it keeps its password', async () => {
    const name = await made({ password: 'first' });
    expect(await create({ name, password: 'second' })).toMatchObject({ code: 'provider.name_taken' });
    expect(passwords.get(name)).toBe('first');
  });

  test('is made once under a key, and gets the password that a crash kept from it', async () => {
    const name = newName();
    const headers = { 'idempotency-key': uuidV7() };
    await create({ name }, headers);
    const again = await create({ name, password: 'late' }, headers);
    expect(again).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' }, isSecret: true });
    expect(passwords.get(name)).toBe('late');
    expect(await create({ name, binds: 7 }, headers)).toMatchObject({ code: 'idempotency.mismatch' });
  });

  test('keeps what a change leaves out, is checked as a whole, and the change is known to the bridge', async () => {
    const name = await made({ window: 20 });
    const before = await readFleet(database.sql);
    const change = (body: object): Promise<Spoken> => ask('changeProvider', { path: { name }, body });
    expect(await change({ parts_per_second: 50, statuses: { '0x45': 'permanent' } })).toMatchObject({
      status: 200,
      body: { parts_per_second: 50, window: 20, statuses: { '0x45': 'permanent' } },
    });
    const after = await readFleet(database.sql, before.version);
    expect(after?.providers.find((each) => each.name === name)?.settings).toMatchObject({ parts_per_second: 50 });
    expect(await change({ host: '192.168.0.1' })).toMatchObject({ code: 'provider.address_refused' });
    expect(await change({ url: 'https://a.example' })).toMatchObject({ code: 'request.invalid' });
    expect(await change({})).toMatchObject({ code: 'request.invalid' });
    expect(await change({ enabled: false, password: 'new' })).toMatchObject({ body: { enabled: false, window: 20 } });
    expect(passwords.get(name)).toBe('new');
    expect(await audited(`provider ${name}`)).toEqual(['provider.created', 'provider.changed', 'provider.changed']);
    expect(await ask('changeProvider', { path: { name: 'nobody' }, body: { binds: 2 } })).toMatchObject({
      code: 'provider.not_found',
    });
  });

  test('changed by two at once has the changes of both', async () => {
    const name = await made();
    const said = await Promise.all([
      ask('changeProvider', { path: { name }, body: { binds: 3 } }),
      ask('changeProvider', { path: { name }, body: { window: 30 } }),
    ]);
    expect(said.map(({ status }) => status)).toEqual([200, 200]);
    expect(await ask('getProvider', { path: { name } })).toMatchObject({ body: { binds: 3, window: 30 } });
  });

  test('is removed with its password and prices, but not while a route leads to it', async () => {
    const name = await made({ password: 'gone' });
    await ask('setProviderPrices', { path: { name }, body: { prices: [{ prefix: '', part_cost_micros: 1 }] } });
    const route = await ask('createRoute', { body: { prefix: '991', candidates: [{ provider: name }] } });
    const { id } = route.body as { id: string };
    const refused = await ask('removeProvider', { path: { name } });
    expect(refused).toMatchObject({ code: 'provider.in_use', detail: expect.stringContaining(id) });
    expect(passwords.has(name)).toBe(true);
    await ask('removeRoute', { path: { id } });
    expect(await ask('removeProvider', { path: { name } })).toMatchObject({ status: 204 });
    expect(passwords.has(name)).toBe(false);
    expect(await ask('getProvider', { path: { name } })).toMatchObject({ code: 'provider.not_found' });
  });

  test('tells its state as the tasks said it lately', async () => {
    const name = await made({ binds: 2 });
    const status = async () => ((await ask('getProviderState', { path: { name } })).body as { status: string }).status;
    expect(await status()).toBe('unknown');
    await database.query(
      `INSERT INTO provider_states (provider, task, slots, bound, circuit_open, reason, updated_at)
       VALUES ($1, gen_random_uuid(), 1, 0, true, 'ESME_RINVPASWD', now()),
         ($1, gen_random_uuid(), 1, 2, false, NULL, now() - interval '5 minutes')`,
      [name],
    );
    expect(await ask('getProviderState', { path: { name } })).toMatchObject({
      body: { status: 'down', bound: 0, reasons: ['ESME_RINVPASWD'], tasks: [{ slots: 1, circuit_open: true }] },
    });
    await database.query(`UPDATE provider_states SET updated_at = now() WHERE provider = $1`, [name]);
    expect(await status()).toBe('up');
    await database.query(`UPDATE provider_states SET bound = 1 WHERE provider = $1 AND bound = 2`, [name]);
    expect(await status()).toBe('degraded');
    await ask('changeProvider', { path: { name }, body: { enabled: false } });
    expect(await status()).toBe('disabled');
  });
});

test('providers are listed by name, page by page', async () => {
  for (let i = 0; i < 3; i += 1) await made();
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await ask('listProviders', { query: { limit: '2', kind: 'smpp', cursor } });
    const page = body as { providers: { name: string }[]; next_cursor: string | null };
    names.push(...page.providers.map(({ name }) => name));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  const rows = await database.query<{ name: string }>(
    `SELECT name FROM providers WHERE kind = 'smpp' ORDER BY name COLLATE "C"`,
  );
  expect(names).toEqual(rows.map(({ name }) => name));
});

test('what a provider charges is set, listed from the empty prefix on, and removed', async () => {
  const name = await made();
  const path = { name };
  const prices = [
    { prefix: '49', part_cost_micros: 6_500 },
    { prefix: '', part_cost_micros: 90_000 },
  ];
  expect(await ask('setProviderPrices', { path, body: { prices } })).toMatchObject({
    status: 200,
    body: { prices: 2 },
  });
  const list = await ask('listProviderPrices', { path, query: { limit: '1' } });
  const { next_cursor: cursor } = list.body as { next_cursor: string };
  expect(list.body).toMatchObject({ prices: [{ prefix: '', part_cost_micros: 90_000 }] });
  expect(await ask('listProviderPrices', { path, query: { limit: '1', cursor } })).toMatchObject({
    body: { prices: [{ prefix: '49' }], next_cursor: null },
  });
  expect(await ask('removeProviderPrice', { path: { name, prefix: 'any' } })).toMatchObject({ status: 204 });
  expect(await ask('removeProviderPrice', { path: { name, prefix: 'any' } })).toMatchObject({
    code: 'price.not_found',
  });
  expect(await ask('listProviderPrices', { path: { name: 'nobody' } })).toMatchObject({ code: 'provider.not_found' });
});

describe('a route', () => {
  test('that fits the messages of another one exactly is refused, and the other one named', async () => {
    const provider = await made();
    const body = { prefix: '992', kind: 'text', candidates: [{ provider }] };
    const first = await ask('createRoute', { body });
    const { id } = first.body as { id: string };
    expect(await ask('createRoute', { body })).toMatchObject({
      code: 'route.conflict',
      detail: expect.stringContaining(id),
    });
    const other = await ask('createRoute', { body: { ...body, priority: 'high' } });
    expect(other).toMatchObject({ status: 201, body: { client_id: null, kind: 'text', priority: 'high' } });
    const { id: otherId } = other.body as { id: string };
    expect(await ask('changeRoute', { path: { id: otherId }, body: { priority: null } })).toMatchObject({
      code: 'route.conflict',
      detail: expect.stringContaining(id),
    });
    expect(await audited(`route ${id}`)).toEqual(['route.created']);
  });

  test('to a provider that is unknown, disabled or named twice is refused', async () => {
    const provider = await made();
    const disabled = await made({ enabled: false });
    const create = (candidates: object[]) => ask('createRoute', { body: { prefix: '993', candidates } });
    expect(await create([{ provider }, { provider: 'nobody' }, { provider: disabled }])).toMatchObject({
      code: 'route.provider_unusable',
      detail: `Of its candidates are unknown: nobody; disabled: ${disabled}.`,
    });
    expect(await create([{ provider }, { provider, weight: 5 }])).toMatchObject({ code: 'request.invalid' });
    expect(await create([])).toMatchObject({ code: 'request.invalid' });
    expect(
      await ask('createRoute', { body: { prefix: '993', client_id: uuidV7(), candidates: [{ provider }] } }),
    ).toMatchObject({ code: 'client.not_found' });
  });

  test('is made once under a key', async () => {
    const provider = await made();
    const headers = { 'idempotency-key': uuidV7() };
    const body = { prefix: '994', candidates: [{ provider }] };
    const first = await ask('createRoute', { body, headers });
    expect(await ask('createRoute', { body, headers })).toMatchObject({
      status: 201,
      body: first.body as object,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(await ask('createRoute', { body: { ...body, kind: 'text' }, headers })).toMatchObject({
      code: 'idempotency.mismatch',
    });
  });

  test('is changed in what is given: the candidates as a whole, and null where null is meant', async () => {
    const [a, b, c] = [await made(), await made(), await made()];
    const body = { prefix: '995', kind: 'text', candidates: [{ provider: a }, { provider: b, weight: 50 }] };
    const { id } = (await ask('createRoute', { body })).body as { id: string };
    const change = (changes: object) => ask('changeRoute', { path: { id }, body: changes });
    expect(await change({ enabled: false })).toMatchObject({ body: { ...body, enabled: false } });
    expect(await change({ candidates: [{ provider: c }, { provider: a, weight: 0 }], kind: null })).toMatchObject({
      body: {
        kind: null,
        enabled: false,
        candidates: [
          { provider: c, weight: 100 },
          { provider: a, weight: 0 },
        ],
      },
    });
    expect(await ask('listRoutes', { query: { provider: c } })).toMatchObject({ body: { routes: [{ id }] } });
    expect(await ask('listRoutes', { query: { provider: b } })).toMatchObject({ body: { routes: [] } });
    expect(await ask('removeRoute', { path: { id } })).toMatchObject({ status: 204 });
    expect(await change({ enabled: true })).toMatchObject({ code: 'route.unknown' });
  });
});

test('how candidates are weighed is changed in what is given', async () => {
  expect(await ask('changeRouting', { body: { latency_weight: 30, parts_per_second: 500 } })).toMatchObject({
    body: { price_weight: 50, success_weight: 40, latency_weight: 30, parts_per_second: 500 },
  });
  expect(await ask('changeRouting', { body: { parts_per_second: 0 } })).toMatchObject({ code: 'request.invalid' });
  await ask('changeRouting', { body: { parts_per_second: null } });
  expect(await ask('getRouting')).toMatchObject({ body: { latency_weight: 30, parts_per_second: null } });
});
