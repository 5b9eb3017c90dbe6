import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '#shared/adapters/audited.ts';
import { changeClient, turnClient } from '#shared/adapters/change-client.ts';
import { createClient } from '#shared/adapters/create-client.ts';
import { issueKey, type KeySeed, revokeKey, rotateKey } from '#shared/adapters/issue-api-key.ts';
import { listApiKeys, readApiKey } from '#shared/adapters/read-api-keys.ts';
import { listAudit } from '#shared/adapters/read-audit.ts';
import { listClients, readClient } from '#shared/adapters/read-clients.ts';
import { CreateApiKey, CreateClient } from '#shared/contracts/admin.ts';
import { keyIdOf } from '#shared/domain/api-key.ts';
import { newKey, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
});
afterAll(() => database.stop());

/** Each test acts as somebody of its own, so that the log of what it did is its own too. */
const newActor = (): Actor => ({ clientId: uuidV7(), keyId: 'operator', correlationId: 'r-1' });

const clientOf = (given: Partial<CreateClient> = {}) => {
  const settings = CreateClient.parse({ name: 'Acme', part_price_cents: 5, ...given });
  return { id: uuidV7(), settings, detail: { name: settings.name } };
};

const make = async (actor = newActor(), given: Partial<CreateClient> = {}) => {
  const made = await createClient(database.sql, clientOf(given), actor, null);
  if (made.outcome === 'mismatch') throw new Error('There was no key to mismatch');
  return made.client;
};

const seedOf = (clientId: string): KeySeed => ({ uuid: uuidV7(), client_id: clientId, secret_hash: 'hash' });

const wanted = (given: Partial<CreateApiKey> = {}) =>
  CreateApiKey.parse({ name: 'production', scopes: ['messages:read', 'messages:write'], ...given });

const issue = async (clientId: string, given: Partial<CreateApiKey> = {}, actor = newActor()) => {
  const issued = await issueKey(database.sql, seedOf(clientId), wanted(given), actor, null);
  if (!('key' in issued)) throw new Error(`It was not issued: ${issued.outcome}`);
  return issued.key;
};

const auditOf = async ({ clientId }: Actor) =>
  (await listAudit(database.sql, { subject: null, action: null, actor: clientId, after: null, limit: 100 })).map(
    ({ action, subject }) => `${action} ${subject}`,
  );

const inOneHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe('a client', () => {
  test('is made with its settings, its opening credit, the grant in the ledger and an entry in the log', async () => {
    const actor = newActor();
    const settings = {
      allowed_senders: ['Acme', '12345'],
      allowed_countries: ['DE', 'AT'],
      callback_url: 'https://example.com/x',
      daily_spend_cap_cents: 1_000,
    };
    const client = await make(actor, { ...settings, credit_cents: 50_000 });
    expect(client).toMatchObject({ name: 'Acme', available_cents: 50_000, suspended_at: null, ...settings });
    expect(await readClient(database.sql, client.id)).toEqual(client);
    const grants = await database.query('SELECT kind, amount_cents FROM ledger_entries WHERE client_id = $1', [
      client.id,
    ]);
    expect(grants).toEqual([{ kind: 'GRANT', amount_cents: '50000' }]);
    expect(await auditOf(actor)).toEqual([`client.created client ${client.id}`]);
    expect(await unbalancedClients(database)).toEqual([]);
  });

  test('without opening credit has an empty ledger, and the usual settings', async () => {
    const client = await make();
    expect(await database.query('SELECT FROM ledger_entries WHERE client_id = $1', [client.id])).toEqual([]);
    expect(client).toMatchObject({ allowed_senders: [], allowed_countries: null, rate_per_second: 100, burst: 200 });
  });

  test('asked for many times at once under one key is made once', async () => {
    const actor = newActor();
    const made = await Promise.all(
      Array.from({ length: 10 }, () =>
        createClient(database.sql, clientOf({ credit_cents: 7 }), actor, newKey('once')),
      ),
    );
    expect(made.map(({ outcome }) => outcome).sort()).toEqual(['created', ...Array(9).fill('replayed')]);
    expect(new Set(made.map((each) => ('client' in each ? each.client.id : '')))).toHaveProperty('size', 1);
    expect(await auditOf(actor)).toHaveLength(1);
    expect(await createClient(database.sql, clientOf(), actor, newKey('once', 'b'))).toEqual({ outcome: 'mismatch' });
  });

  test('written by a call whose answer was lost is made by its repetition, not again', async () => {
    const actor = newActor();
    const client = clientOf({ credit_cents: 7 });
    for (const key of [null, newKey('lost')]) {
      const first = { ...client, id: uuidV7() };
      const made = await createClient(database.sql, first, actor, key);
      expect(await createClient(database.sql, first, actor, key)).toEqual(made);
    }
    expect(await auditOf(actor)).toHaveLength(2);
  });

  test('is changed in what is given, and keeps the rest', async () => {
    const actor = newActor();
    const client = await make(actor, { allowed_countries: ['DE'], daily_spend_cap_cents: 5, credit_cents: 9 });
    const changes = { allowed_countries: null, allowed_senders: ['X1'], part_price_cents: 6 };
    const changed = await changeClient(database.sql, { id: client.id, changes, detail: changes }, actor);
    expect(changed).toEqual({ ...client, ...changes });
    expect(await auditOf(actor)).toContain(`client.changed client ${client.id}`);
    expect(await changeClient(database.sql, { id: uuidV7(), changes, detail: {} }, actor)).toBeNull();
    expect(await auditOf(actor)).toHaveLength(2);
  });

  test('changed in many ways at once loses none of them', async () => {
    const client = await make();
    const all = [
      { name: 'B' },
      { burst: 7 },
      { rate_per_second: 3 },
      { low_balance_cents: 4 },
      { part_price_cents: 9 },
    ];
    await Promise.all(
      all.map((changes) => changeClient(database.sql, { id: client.id, changes, detail: {} }, newActor())),
    );
    expect(await readClient(database.sql, client.id)).toEqual(Object.assign({ ...client }, ...all));
  });

  test('is suspended and resumed, each written down once however often it is said', async () => {
    const actor = newActor();
    const client = await make();
    for (const to of ['suspended', 'suspended', 'active', 'active'] as const) {
      const turned = await turnClient(database.sql, client.id, to, actor, null);
      expect(turned).toMatchObject({
        outcome: 'turned',
        client: { suspended_at: to === 'active' ? null : expect.any(String) },
      });
    }
    expect(await auditOf(actor)).toEqual([
      `client.resumed client ${client.id}`,
      `client.suspended client ${client.id}`,
    ]);
    expect(await turnClient(database.sql, uuidV7(), 'suspended', actor, null)).toEqual({ outcome: 'no-such-client' });
  });

  test('that was resumed is not suspended again by a repetition of the first request', async () => {
    const actor = newActor();
    const { id } = await make();
    await turnClient(database.sql, id, 'suspended', actor, newKey('s'));
    await turnClient(database.sql, id, 'active', actor, null);
    const again = await turnClient(database.sql, id, 'suspended', actor, newKey('s'));
    expect(again).toMatchObject({ outcome: 'replayed', client: { suspended_at: null } });
    expect(await turnClient(database.sql, id, 'active', actor, newKey('s', 'b'))).toEqual({ outcome: 'mismatch' });
  });

  test('is listed the newest first, by pages and by how its name begins', async () => {
    const name = `List_${uuidV7()}`;
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.unshift((await make(newActor(), { name: `${name} ${n}` })).id);
    const ask = (given: { after?: string; limit?: number; name?: string }) =>
      listClients(database.sql, { name: name.toUpperCase(), after: null, limit: 100, ...given });
    expect((await ask({})).map(({ id }) => id)).toEqual(ids);
    expect((await ask({ limit: 2 })).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect((await ask({ after: ids[1] ?? '' })).map(({ id }) => id)).toEqual(ids.slice(2));
    expect(await ask({ name: '%' })).toEqual([]);
  });
});

describe('a key', () => {
  test('is issued to a client that there is, and is listed without its hash', async () => {
    const actor = newActor();
    const { id } = await make();
    const expires_at = inOneHour();
    const key = await issue(id, { expires_at, is_test: true }, actor);
    expect(key).toMatchObject({ client_id: id, name: 'production', is_test: true, expires_at, revoked_at: null });
    expect(JSON.stringify(await listApiKeys(database.sql, { client_id: id, after: null, limit: 10 }))).not.toContain(
      'hash',
    );
    expect(await readApiKey(database.sql, id, key.id)).toEqual(key);
    expect(await readApiKey(database.sql, uuidV7(), key.id)).toBeNull();
    expect(await auditOf(actor)).toEqual([`api_key.issued api_key ${key.id}`]);
    const unknown = await issueKey(database.sql, seedOf(uuidV7()), wanted(), actor, newKey('x'));
    expect(unknown).toEqual({ outcome: 'not-issued' });
    expect(await issueKey(database.sql, seedOf(uuidV7()), wanted(), actor, newKey('x'))).toEqual(unknown);
    const past = new Date(Date.now() - 1_000).toISOString();
    expect(await issueKey(database.sql, seedOf(id), wanted({ expires_at: past }), actor, null)).toEqual(unknown);
  });

  test('asked for many times at once under one key is issued once', async () => {
    const actor = newActor();
    const { id } = await make();
    const issued = await Promise.all(
      Array.from({ length: 8 }, () => issueKey(database.sql, seedOf(id), wanted(), actor, newKey('once'))),
    );
    expect(issued.map(({ outcome }) => outcome).sort()).toEqual(['issued', ...Array(7).fill('replayed')]);
    expect(await listApiKeys(database.sql, { client_id: id, after: null, limit: 10 })).toHaveLength(1);
    expect(await issueKey(database.sql, seedOf(id), wanted(), actor, newKey('once', 'b'))).toEqual({
      outcome: 'mismatch',
    });
  });

  test('is rotated to one like it, and works on for the overlap', async () => {
    const actor = newActor();
    const { id } = await make();
    const old = await issue(id, { is_test: true, name: 'a name' });
    const seed = seedOf(id);
    const rotated = await rotateKey(database.sql, seed, { old_id: old.id, overlap_seconds: 60 }, actor, null);
    const { name, scopes, is_test } = old;
    expect(rotated).toMatchObject({
      outcome: 'issued',
      key: { id: keyIdOf(seed.uuid), name, scopes, is_test, expires_at: null },
    });
    const replaced = await readApiKey(database.sql, id, old.id);
    expect(replaced).toMatchObject({ replaced_by: keyIdOf(seed.uuid), revoked_at: null });
    const [left] = await database.query<{ seconds: number }>(
      'SELECT extract(epoch FROM expires_at - now())::int AS seconds FROM api_keys WHERE id = $1',
      [old.id],
    );
    expect(left?.seconds).toBeGreaterThan(0);
    expect(left?.seconds).toBeLessThanOrEqual(60);
    expect(await auditOf(actor)).toEqual([`api_key.rotated api_key ${keyIdOf(seed.uuid)}`]);
  });

  test('that was to live for an hour is rotated to one that lives for an hour, and never lives longer itself', async () => {
    const { id } = await make();
    const old = await issue(id, { expires_at: inOneHour() });
    const rotated = await rotateKey(
      database.sql,
      seedOf(id),
      { old_id: old.id, overlap_seconds: 86_400 },
      newActor(),
      null,
    );
    const [lives] = await database.query<{ lifetimes: number[] }>(
      `SELECT array_agg(round(extract(epoch FROM expires_at - created_at) / 60)::int) AS lifetimes FROM api_keys
       WHERE client_id = $1`,
      [id],
    );
    expect(rotated.outcome).toBe('issued');
    expect(lives?.lifetimes).toEqual([60, 60]);
  });

  test('is rotated once, however many ask at once; neither is one that is revoked, expired or of another client', async () => {
    const { id } = await make();
    const old = await issue(id);
    const rotation = { old_id: old.id, overlap_seconds: 0 };
    const rotate = (clientId = id, given = rotation) =>
      rotateKey(database.sql, seedOf(clientId), given, newActor(), null);
    const all = await Promise.all(Array.from({ length: 6 }, () => rotate()));
    expect(all.map(({ outcome }) => outcome).sort()).toEqual(['issued', ...Array(5).fill('not-issued')]);
    expect(await listApiKeys(database.sql, { client_id: id, after: null, limit: 10 })).toHaveLength(2);
    const revoked = await issue(id);
    await revokeKey(database.sql, id, revoked.id, newActor());
    expect(await rotate(id, { ...rotation, old_id: revoked.id })).toEqual({ outcome: 'not-issued' });
    const other = await issue(id);
    expect(await rotate((await make()).id, { ...rotation, old_id: other.id })).toEqual({ outcome: 'not-issued' });
    await database.query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", [other.id]);
    expect(await rotate(id, { ...rotation, old_id: other.id })).toEqual({ outcome: 'not-issued' });
  });

  test('rotated under a key is rotated once, and the repetition names the same new key', async () => {
    const actor = newActor();
    const { id } = await make();
    const rotation = { old_id: (await issue(id)).id, overlap_seconds: 60 };
    const first = await rotateKey(database.sql, seedOf(id), rotation, actor, newKey('r'));
    const again = await rotateKey(database.sql, seedOf(id), rotation, actor, newKey('r'));
    expect(first.outcome).toBe('issued');
    expect(again).toEqual({ ...first, outcome: 'replayed' });
  });

  test('is revoked once and for good, by its own client’s id alone', async () => {
    const actor = newActor();
    const { id } = await make();
    const key = await issue(id);
    expect(await revokeKey(database.sql, (await make()).id, key.id, actor)).toBe(false);
    expect(await revokeKey(database.sql, id, key.id, actor)).toBe(true);
    const revoked = await readApiKey(database.sql, id, key.id);
    expect(revoked?.revoked_at).not.toBeNull();
    expect(await revokeKey(database.sql, id, key.id, actor)).toBe(true);
    expect(await readApiKey(database.sql, id, key.id)).toEqual(revoked);
    expect(await auditOf(actor)).toEqual([`api_key.revoked api_key ${key.id}`]);
  });

  test('is listed the newest first, by pages, those of one moment too', async () => {
    const { id } = await make();
    for (let n = 0; n < 5; n += 1) await issue(id);
    await database.query('UPDATE api_keys SET created_at = now() WHERE client_id = $1 AND scopes IS NOT NULL', [id]);
    const all = await listApiKeys(database.sql, { client_id: id, after: null, limit: 10 });
    const paged: string[] = [];
    for (let after: (typeof all)[number]['position'] | null = null; ; ) {
      const page = await listApiKeys(database.sql, { client_id: id, after, limit: 2 });
      paged.push(...page.map((key) => key.id));
      after = page.at(-1)?.position ?? null;
      if (!after) break;
    }
    expect(paged).toEqual(all.map((key) => key.id));
    expect(new Set(paged).size).toBe(5);
  });
});

test('the log is told by subject, action and actor, the newest first, by pages; and is never changed', async () => {
  const actor = newActor();
  const { id } = await make(actor);
  await turnClient(database.sql, id, 'suspended', actor, null);
  await turnClient(database.sql, id, 'active', { ...actor, keyId: `key ${id}` }, null);
  const ask = async (given: object) =>
    (await listAudit(database.sql, { subject: null, action: null, actor: null, after: null, limit: 9, ...given })).map(
      ({ action }) => action,
    );
  const all = ['client.resumed', 'client.suspended', 'client.created'];
  expect(await ask({ subject: `client ${id}` })).toEqual(all);
  expect(await ask({ subject: `client ${id}`, action: 'client.suspended' })).toEqual(['client.suspended']);
  expect(await ask({ actor: `key ${id}` })).toEqual(['client.resumed']);
  const [first] = await listAudit(database.sql, {
    subject: `client ${id}`,
    action: null,
    actor: null,
    after: null,
    limit: 1,
  });
  expect(first).toMatchObject({ actor_client_id: actor.clientId, request_id: 'r-1', detail: {} });
  expect(await ask({ subject: `client ${id}`, after: first?.id })).toEqual(all.slice(1));
  await expect(database.query('UPDATE audit_entries SET action = $1', ['x'])).rejects.toThrow('never changed');
});
