import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry, ClientView, IssuedApiKey } from '#shared/contracts/admin.ts';
import { isGenuine, parseApiKey } from '#shared/domain/api-key.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { Answer, ApiCaller, ApiRequest } from '../api-request.ts';
import { createAdminHandles } from './admin-handles.ts';

const pepper = 'the pepper';
let database: TestDatabase;
let handles: ReturnType<typeof createAdminHandles>;
beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
  handles = createAdminHandles({ sql: database.sql, exemptOrigins: [], pepper: async () => pepper });
});
afterAll(() => database.stop());

const operator: ApiCaller = {
  clientId: uuidV7(),
  keyId: 'operatorkey23',
  scopes: new Set(['admin']),
  isTest: false,
  ratePerSecond: 100,
  burst: 200,
  nationalLanguages: [],
};

interface Asked {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: object;
  readonly key?: string;
  readonly caller?: ApiCaller;
}

type Said<Body> = Omit<Answer, 'body'> & { readonly body: Body; readonly code?: string };

const ask = async <Body>(operation: keyof typeof handles, asked: Asked = {}): Promise<Said<Body>> => {
  const request: ApiRequest = {
    requestId: 'r-1',
    caller: asked.caller ?? operator,
    method: '',
    route: '',
    pathParameters: asked.path ?? {},
    query: asked.query ?? {},
    headers: asked.key === undefined ? {} : { 'idempotency-key': asked.key },
    body: asked.body ? JSON.stringify(asked.body) : null,
  };
  return (await handles[operation](request)) as unknown as Said<Body>;
};

const acme = { name: 'Acme', part_price_cents: 5 };
const makeClient = async () => (await ask<ClientView>('createClient', { body: acme })).body;
const readOnly = { name: 'a key', scopes: ['messages:read'] };
const issueKey = async (id: string, body: object = readOnly) =>
  (await ask<IssuedApiKey>('createApiKey', { path: { id }, body })).body;

describe('a client', () => {
  test('is made and named by Location; its repetition says so, and another request under the key is refused', async () => {
    const made = await ask<ClientView>('createClient', { body: acme, key: 'k1' });
    expect(made).toMatchObject({ status: 201, body: { name: 'Acme', available_cents: 0 } });
    expect(made.headers).toEqual({ location: `/v1/admin/clients/${made.body.id}` });
    const again = await ask<ClientView>('createClient', { body: { ...acme, burst: 200 }, key: 'k1' });
    expect(again).toMatchObject({ status: 201, body: made.body, headers: { 'idempotent-replayed': 'true' } });
    expect(await ask('createClient', { body: { ...acme, name: 'B' }, key: 'k1' })).toMatchObject({
      code: 'idempotency.mismatch',
    });
    expect(await ask('getClient', { path: { id: made.body.id } })).toMatchObject({ status: 200, body: made.body });
  });

  test.each<readonly [string, object, string]>([
    ['a price below zero', { part_price_cents: -1 }, 'request.invalid'],
    ['a price in fractions', { part_price_cents: 0.5 }, 'request.invalid'],
    ['a limit beyond all reason', { low_balance_cents: 2 ** 53 }, 'request.invalid'],
    ['an id of its own', { id: uuidV7() }, 'request.invalid'],
    ['what only the ledger moves', { available_cents: 5 }, 'request.invalid'],
    ['secrets of its own', { callback_secrets: [] }, 'request.invalid'],
    ['a sender that is none', { default_sender: 'far too long a sender' }, 'request.invalid'],
    ['a country that is none', { allowed_countries: ['XX'] }, 'request.invalid'],
    ['no country at all', { allowed_countries: [] }, 'request.invalid'],
    ['a rate of nothing', { rate_per_second: 0 }, 'request.invalid'],
    ['a name with a control character', { name: 'A\u0000' }, 'request.invalid'],
    ['a type that nobody calls back', { callback_types: ['message.read'] }, 'request.invalid'],
    ['a callback to a private address', { callback_url: 'https://10.0.0.1/' }, 'callback.refused'],
    ['a callback without TLS', { callback_url: 'http://example.com/' }, 'callback.refused'],
  ])('with %s is neither made nor changed', async (_what, given, code) => {
    const { id } = await makeClient();
    expect(await ask('createClient', { body: { ...acme, ...given } })).toMatchObject({ outcome: 'refused', code });
    expect(await ask('changeClient', { path: { id }, body: given })).toMatchObject({ outcome: 'refused', code });
  });

  test('needs a name and a price, and a change something to change', async () => {
    const { id } = await makeClient();
    const refused = { code: 'request.invalid' };
    expect(await ask('createClient', { body: { part_price_cents: 5 } })).toMatchObject(refused);
    expect(await ask('createClient', { body: { name: 'Acme' } })).toMatchObject(refused);
    expect(await ask('changeClient', { path: { id }, body: {} })).toMatchObject(refused);
  });

  test('is not given credit by a change', async () => {
    const { id } = await makeClient();
    expect(await ask('changeClient', { path: { id }, body: { credit_cents: 1 } })).toMatchObject({
      code: 'request.invalid',
    });
  });

  test('has only the origin of its callback URL in the log', async () => {
    const callback_url = 'https://example.com/secret-path?token=x';
    const { body: made } = await ask<ClientView>('createClient', { body: { ...acme, callback_url } });
    await ask('changeClient', { path: { id: made.id }, body: { callback_url } });
    const { body } = await ask<{ entries: AuditEntry[] }>('listAudit', { query: { subject: `client ${made.id}` } });
    expect(made.callback_url).toBe(callback_url);
    expect(body.entries.map(({ detail }) => detail.callback_url)).toEqual([
      'https://example.com',
      'https://example.com',
    ]);
    expect(body.entries[1]).toMatchObject({
      actor_key_id: 'operatorkey23',
      request_id: 'r-1',
      action: 'client.created',
    });
  });

  test('is not suspended by a key of its own', async () => {
    const { id } = await makeClient();
    const caller = { ...operator, clientId: id };
    expect(await ask('suspendClient', { path: { id }, caller })).toMatchObject({ code: 'client.own' });
    expect(await ask('suspendClient', { path: { id } })).toMatchObject({ status: 200 });
    expect(await ask('resumeClient', { path: { id } })).toMatchObject({ body: { suspended_at: null } });
  });

  test.each(['getClient', 'changeClient', 'suspendClient', 'resumeClient', 'createApiKey', 'listApiKeys'] as const)(
    'that there is none of is not found: %s',
    async (operation) => {
      const body = operation === 'createApiKey' ? readOnly : operation === 'changeClient' ? { burst: 1 } : undefined;
      for (const id of [uuidV7(), 'x', '\u0000'])
        expect(await ask(operation, { path: { id }, ...(body ? { body } : {}) })).toMatchObject({
          code: 'client.not_found',
        });
    },
  );
});

describe('a key', () => {
  test('is shown once, as a secret; its repetition shows all but the secret', async () => {
    const { id } = await makeClient();
    const issued = await ask<IssuedApiKey>('createApiKey', { path: { id }, body: readOnly, key: `i-${id}` });
    expect(issued).toMatchObject({ status: 201, isSecret: true, body: { ...readOnly, is_test: false } });
    const parsed = parseApiKey(issued.body.api_key ?? '');
    expect(parsed).toMatchObject({ keyId: issued.body.id, test: false });
    expect(parsed && isGenuine(parsed, pepper)).toBe(true);
    const again = await ask<IssuedApiKey>('createApiKey', { path: { id }, body: readOnly, key: `i-${id}` });
    expect(again).toMatchObject({
      status: 201,
      body: { ...issued.body, api_key: null },
      headers: { 'idempotent-replayed': 'true' },
    });
    const { body } = await ask<{ keys: object[] }>('listApiKeys', { path: { id } });
    const { api_key: _secret, ...view } = issued.body;
    expect(body.keys).toEqual([view]);
  });

  test('of a test is told by its text', async () => {
    const { id } = await makeClient();
    const { api_key, is_test } = await issueKey(id, { ...readOnly, is_test: true });
    expect([is_test, api_key?.slice(0, 9)]).toEqual([true, 'sbk_test_']);
    const rotated = await ask<IssuedApiKey>('rotateApiKey', {
      path: { id, key_id: parseApiKey(api_key ?? '')?.keyId ?? '' },
      body: {},
    });
    expect(rotated.body.api_key).toMatch(/^sbk_test_/);
  });

  test.each<readonly [string, object]>([
    ['a scope that there is none of', { ...readOnly, scopes: ['messages:all'] }],
    ['no scope', { ...readOnly, scopes: [] }],
    ['a scope twice', { ...readOnly, scopes: ['admin', 'admin'] }],
    ['no name', { scopes: ['admin'] }],
    ['the scope admin, for a test', { ...readOnly, scopes: ['admin'], is_test: true }],
    ['an end that is past', { ...readOnly, expires_at: '2020-01-01T00:00:00Z' }],
    ['a secret of its own', { ...readOnly, secret_hash: 'x' }],
  ])('with %s is refused', async (_what, body) => {
    const { id } = await makeClient();
    expect(await ask('createApiKey', { path: { id }, body })).toMatchObject({ code: 'request.invalid' });
  });

  test('is rotated once: then it is told by which key it was replaced', async () => {
    const { id } = await makeClient();
    const old = await issueKey(id);
    const path = { id, key_id: old.id };
    const rotated = await ask<IssuedApiKey>('rotateApiKey', { path, body: { overlap_seconds: 60 }, key: `r-${id}` });
    expect(rotated).toMatchObject({ status: 201, isSecret: true, body: { name: old.name, scopes: old.scopes } });
    expect(rotated.body.api_key).not.toBe(old.api_key);
    const again = await ask('rotateApiKey', { path, body: { overlap_seconds: 60 }, key: `r-${id}` });
    expect(again).toMatchObject({ body: { id: rotated.body.id, api_key: null } });
    const third = await ask('rotateApiKey', { path, body: {} });
    expect(third).toMatchObject({ code: 'api_key.not_active', detail: `It was replaced by ${rotated.body.id}.` });
    expect(await ask('revokeApiKey', { path })).toMatchObject({ status: 204, body: null });
    expect(await ask('revokeApiKey', { path })).toMatchObject({ status: 204 });
    expect(await ask('rotateApiKey', { path, body: {} })).toMatchObject({ detail: 'It was revoked.' });
  });

  test('of another client is not found, neither to rotate nor to revoke', async () => {
    const [mine, other] = [await makeClient(), await makeClient()];
    const { id: key_id } = await issueKey(mine.id);
    for (const path of [
      { id: other.id, key_id },
      { id: 'x', key_id },
      { id: mine.id, key_id: '\u0000' },
    ])
      for (const operation of ['rotateApiKey', 'revokeApiKey'] as const)
        expect(await ask(operation, { path, body: {} })).toMatchObject({ code: 'api_key.not_found' });
  });
});

describe('a list', () => {
  test('goes on where its cursor says, to its end', async () => {
    const { id } = await makeClient();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await issueKey(id)).id);
    const seen: string[] = [];
    for (let query: Record<string, string> | null = { limit: '2' }; query; ) {
      const asked: Asked = { path: { id }, query };
      const { body } = await ask<{ keys: { id: string }[]; next_cursor: string | null }>('listApiKeys', asked);
      seen.push(...body.keys.map((key) => key.id));
      query = body.next_cursor ? { limit: '2', cursor: body.next_cursor } : null;
    }
    expect(seen).toEqual(ids);
  });

  test('takes no cursor of another list, filter or caller', async () => {
    for (let n = 0; n < 2; n += 1) await makeClient();
    const { body } = await ask<{ next_cursor: string }>('listClients', { query: { limit: '1', name: 'acme' } });
    const cursor = body.next_cursor;
    expect(await ask('listClients', { query: { name: 'acme', cursor } })).toMatchObject({ status: 200 });
    const { id } = await makeClient();
    const refused = { code: 'cursor.not_found' };
    expect(await ask('listClients', { query: { cursor } })).toMatchObject(refused);
    expect(await ask('listAudit', { query: { cursor } })).toMatchObject(refused);
    expect(await ask('listApiKeys', { path: { id }, query: { cursor } })).toMatchObject(refused);
    const caller = { ...operator, clientId: uuidV7() };
    expect(await ask('listClients', { query: { name: 'acme', cursor }, caller })).toMatchObject(refused);
    expect(await ask('listClients', { query: { limit: '0' } })).toMatchObject({ code: 'request.invalid' });
    expect(await ask('listAudit', { query: { who: 'me' } })).toMatchObject({ code: 'request.invalid' });
  });
});
