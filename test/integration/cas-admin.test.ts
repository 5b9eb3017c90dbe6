import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findUnsealedKeyEmms, insertEpoch, orderKeyEmms } from '#shared/adapters/cas/key-epochs.ts';
import { sealEmms } from '#shared/adapters/cas/seal-emms.ts';
import { readCard, takeCasRequest } from '#shared/adapters/cas/take-cas-request.ts';
import type { CasCardView, ImportedCasCards } from '#shared/contracts/cas-cards.ts';
import type { CasSystemView } from '#shared/contracts/cas-systems.ts';
import { createCasAdminHandles } from '../../lambdas/serve-api/cas-admin/cas-admin-handles.ts';
import { createAdminRequest, type Spoken } from '../support/admin-request.ts';
import { createCasSystem, receive, startTestKeys, type TestKeys, testCard, testCardKey } from '../support/cas.ts';
import { createClient } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let keys: TestKeys;
let ask: ReturnType<typeof createAdminRequest<keyof ReturnType<typeof createCasAdminHandles>>>;
let id: string;

beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  [database, keys] = await Promise.all([startTestDatabase({ migrationsDirectory }), startTestKeys()]);
  ask = createAdminRequest(createCasAdminHandles({ sql: database.sql, encryption: keys.encryption }));
});
afterAll(async () => {
  await Promise.all([database?.stop(), keys?.stop()]);
});
beforeEach(async () => {
  id = await createClient(database, { creditCents: 1_000 });
});

const bodyOf = <Body>({ outcome, body, code }: Spoken): Body => {
  expect(outcome, code).toBe('answered');
  return body as Body;
};

const setUp = async (of = id) =>
  bodyOf<CasSystemView>(await ask('putCasSystem', { path: { id: of }, body: { ca_system_id: 0x4a01 } }));
const change = (body: object, of = id) => ask('changeCasSystem', { path: { id: of }, body });
const importLines = (lines: readonly object[], headers: Readonly<Record<string, string>> = {}) =>
  ask('importCasCards', { path: { id }, body: { lines }, headers });
const changeCard = (body: object, card = testCard) => ask('changeCasCard', { path: { id, card }, body });
const auditOf = async () =>
  (
    await database.query<{ action: string; detail: object }>(
      `SELECT action, detail FROM audit_entries WHERE subject = $1 OR detail->>'client_id' = $2 ORDER BY id`,
      [`client ${id}`, id],
    )
  ).map(({ action }) => action);

const sport = { packages: { SPORT: { name: 'Sport', product: 17 } } };
const line = { line: 2, card: testCard, key: testCardKey.toString('hex'), owner: '+491700000001' };

describe('a CA system', () => {
  test('is made from nothing, with what is usual, and says so', async () => {
    const system = await setUp();
    expect(system).toMatchObject({ ca_system_id: 0x4a01, emm_hours: 336, packages: {}, keywords: {}, numbers: {} });
    expect(system.sections.unique).toEqual({ table_ids: [0x84, 0x85], address_octets: 8, crc: false });
    expect(system.limits).toEqual({ last_minute: 5, last_hour: 30, last_day: 100, refused_last_hour: 10 });
    expect(await ask('getCasSystem', { path: { id } })).toMatchObject({ body: system });
    expect(await auditOf()).toEqual(['cas_system.set']);
  });

  test('belongs to a client that there is, and is not there before it is made', async () => {
    const nobody = { path: { id: uuidV7() }, body: { ca_system_id: 1 } };
    expect(await ask('putCasSystem', nobody)).toMatchObject({ code: 'client.not_found' });
    expect(await ask('getCasSystem', { path: { id } })).toMatchObject({ code: 'cas_system.not_found' });
    expect(await change(sport)).toMatchObject({ code: 'cas_system.not_found' });
    expect(await importLines([line])).toMatchObject({ code: 'cas_system.not_found' });
    expect(await ask('putCasGroup', { path: { id, number: '1' }, body: { key: '00'.repeat(32) } })).toMatchObject({
      code: 'cas_system.not_found',
    });
    const log = { path: { id, name: 'main' }, body: { output: 'log' } };
    expect(await ask('putCarousel', log)).toMatchObject({ code: 'cas_system.not_found' });
    expect(await auditOf()).toEqual([]);
  });

  test('keeps what cards know of it once there was an EMM, and changes in the rest', async () => {
    await createCasSystem(database, keys.encryption, id);
    expect(await orderKeyEmms(database.sql, id, 10)).toHaveLength(1);
    const put = (body: object) => ask('putCasSystem', { path: { id }, body });
    expect(await put({ ca_system_id: 0x4a02 })).toMatchObject({ code: 'cas_system.fixed' });
    const sections = { unique: { address_octets: 4 } };
    expect(await put({ ca_system_id: 0x4a01, sections })).toMatchObject({ code: 'cas_system.fixed' });
    expect(await put({ ca_system_id: 0x4a01, emm_hours: 24 })).toMatchObject({ body: { emm_hours: 24 } });
  });

  test('has no table_id twice, by which receivers could not tell its classes apart', async () => {
    const sections = { unique: { table_ids: [0x86, 0x85] } };
    expect(await ask('putCasSystem', { path: { id }, body: { ca_system_id: 1, sections } })).toMatchObject({
      code: 'request.invalid',
    });
  });
});

describe('packages, keywords and numbers', () => {
  test('are set one by one, and taken away by null', async () => {
    await setUp();
    const keywords = { GO: { command: 'activate', language: 'en' } };
    await change({ ...sport, keywords, numbers: { 70001: [''], 70002: ['TV', 'KINO'] } });
    const more = { KINO: { name: 'Kino', product: 18, months: 3 } };
    expect(await change({ packages: more })).toMatchObject({
      body: { packages: { SPORT: { name: 'Sport', product: 17, months: 1 }, ...more }, keywords },
    });
    expect(
      await change({ packages: { KINO: null }, keywords: { GO: null }, numbers: { 70002: ['TV'] } }),
    ).toMatchObject({
      body: { packages: { SPORT: {} }, keywords: {}, numbers: { 70001: [''], 70002: ['TV'] } },
    });
    expect((await auditOf()).filter((action) => action === 'cas_system.changed')).toHaveLength(3);
  });

  test('a number with its first word is one client’s, and nothing of a request that asks for it is done', async () => {
    const other = await createClient(database, { creditCents: 0 });
    await setUp();
    await setUp(other);
    await change({ numbers: { 70003: ['TV'] } });
    expect(await change({ numbers: { 70003: ['TV', 'OTHER'] }, ...sport }, other)).toMatchObject({
      code: 'cas_number.taken',
      detail: expect.stringContaining('70003'),
    });
    expect(await ask('getCasSystem', { path: { id: other } })).toMatchObject({ body: { packages: {}, numbers: {} } });
    expect(await change({ numbers: { 70003: ['OTHER'] } }, other)).toMatchObject({ outcome: 'answered' });
    await database.query('DELETE FROM cas_numbers WHERE number = $1', ['70003']);
  });

  test('a package to which a card is entitled stays, with its product', async () => {
    await setUp();
    await change(sport);
    await database.query(
      `INSERT INTO cas_entitlements (client_id, card, code, ends_at) VALUES ($1, $2, 'SPORT', now() + interval '1 day')`,
      [id, testCard],
    );
    expect(await change({ packages: { SPORT: null } })).toMatchObject({ code: 'cas_package.in_use' });
    expect(await change({ packages: { SPORT: { name: 'Sport', product: 20 } } })).toMatchObject({
      code: 'cas_package.in_use',
    });
    expect(await change({ packages: { SPORT: { name: 'Sports', product: 17 } } })).toMatchObject({
      body: { packages: { SPORT: { name: 'Sports' } } },
    });
    expect(await change({ packages: { OTHER: { name: 'Other', product: 17 } } })).toMatchObject({
      code: 'cas_package.product_taken',
    });
  });

  test('are at most a hundred of each', async () => {
    await setUp();
    const some = (from: number) =>
      Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`P${from + i}`, { name: 'Package', product: from + i }]),
      );
    expect(await change({ packages: some(0) })).toMatchObject({ outcome: 'answered' });
    expect(await change({ packages: some(60) })).toMatchObject({ code: 'cas_system.too_large' });
  });

  test.each([
    { keywords: { act: { command: 'activate' } } },
    { keywords: { 'TWO WORDS': { command: 'help' } } },
    { keywords: { STOP: { command: 'activate' } } },
    { packages: { '1SPORT': { name: 'Sport', product: 17 } } },
    { numbers: { '+49': [''] } },
    { numbers: { 70001: ['tv'] } },
    {},
  ])('what no text could reach is refused: %j', async (body) => {
    expect(await change(body)).toMatchObject({ code: 'request.invalid' });
  });
});

describe('cards', () => {
  test('are imported with keys that nobody can read, and what is wrong with a line is said of it', async () => {
    await setUp();
    await ask('putCasGroup', { path: { id, number: '4711' }, body: { key: '33'.repeat(32) } });
    const imported = bodyOf<ImportedCasCards>(
      await importLines([
        line,
        { line: 3, card: '1234567890', key: line.key },
        { line: 4, card: '4111111111111111', group: '4711' },
        { line: 5, card: '79927398713', group: '4712' },
        { line: 6, card: testCard, group: '4711' },
        { line: 7, card: '79927398713' },
        { line: 8, card: '79927398713', key: 'beef' },
      ]),
    );
    expect(imported).toMatchObject({ imported: 2, known: 0 });
    expect(imported.rejected.map((each) => [each.line, each.reason])).toEqual([
      [3, 'malformed'],
      [5, 'group_unknown'],
      [6, 'line_repeated'],
      [7, 'malformed'],
      [8, 'malformed'],
    ]);
    const stored = await database.query<{ device_key: string }>(
      'SELECT device_key FROM cas_cards WHERE client_id = $1 AND device_key IS NOT NULL',
      [id],
    );
    expect(stored).toHaveLength(1);
    expect(Buffer.from(stored[0]?.device_key ?? '', 'base64').includes(testCardKey)).toBe(false);
    const view = bodyOf<CasCardView>(await ask('getCasCard', { path: { id, card: testCard } }));
    expect(view).toMatchObject({
      has_key: true,
      group: null,
      owner: '491700000001',
      barred_at: null,
      entitlements: [],
    });
    const audit = await database.query<{ detail: object }>('SELECT detail FROM audit_entries WHERE subject = $1', [
      `client ${id}`,
    ]);
    expect(JSON.stringify(audit)).not.toMatch(/1111111111|491700000001/);
  });

  test('of a file that is imported again are known, follow it, and keep their keys', async () => {
    await setUp();
    await importLines([line]);
    const kept = 'SELECT device_key, version FROM cas_cards WHERE client_id = $1';
    const [before] = await database.query<{ device_key: string; version: number }>(kept, [id]);
    expect(await importLines([line])).toMatchObject({ body: { imported: 0, known: 1 } });
    expect(await database.query(kept, [id])).toEqual([before]);
    await importLines([{ ...line, key: '44'.repeat(32), owner: null }]);
    expect(await database.query(kept, [id])).toEqual([{ ...before, version: 1 }]);
  });

  test('imported under a key are imported once, and the key is not used up where there is no CA system', async () => {
    const headers = { 'idempotency-key': `import-${id}` };
    expect(await importLines([line], headers)).toMatchObject({ code: 'cas_system.not_found' });
    await setUp();
    const first = await importLines([line], headers);
    expect(first).toMatchObject({ body: { imported: 1 } });
    const again = await importLines([line], headers);
    expect([again.body, again.headers?.['idempotent-replayed']]).toEqual([first.body, 'true']);
    expect(await importLines([{ ...line, line: 3 }], headers)).toMatchObject({ code: 'idempotency.mismatch' });
    expect((await auditOf()).filter((action) => action === 'cas_cards.imported')).toHaveLength(1);
  });

  test('whose numbers do not fit the addresses of the system are refused', async () => {
    const sections = { unique: { address_octets: 4 } };
    await ask('putCasSystem', { path: { id }, body: { ca_system_id: 1, sections } });
    expect(await importLines([{ ...line, card: '4111111111111111' }])).toMatchObject({
      body: { rejected: [{ reason: 'address_too_long' }] },
    });
  });

  test('are listed by number, and narrowed', async () => {
    await setUp();
    await importLines([line, { ...line, line: 3, card: '4111111111111111', owner: null }]);
    await changeCard({ is_barred: true });
    const cardsOf = async (query: Readonly<Record<string, string | undefined>>) =>
      bodyOf<{ cards: readonly { card: string }[]; next_cursor: string | null }>(
        await ask('listCasCards', { path: { id }, query }),
      );
    expect((await cardsOf({})).cards.map(({ card }) => card)).toEqual([testCard, '4111111111111111']);
    for (const query of [{ barred: 'true' }, { owner: '491700000001' }])
      expect((await cardsOf(query)).cards.map(({ card }) => card)).toEqual([testCard]);
    const { next_cursor: cursor } = await cardsOf({ limit: '1' });
    expect((await cardsOf({ limit: '1', cursor: cursor ?? '' })).cards).toMatchObject([{ card: '4111111111111111' }]);
    const other = await createClient(database, { creditCents: 0 });
    await setUp(other);
    expect(await ask('getCasCard', { path: { id: other, card: testCard } })).toMatchObject({
      code: 'cas_card.not_found',
    });
  });

  test('that are barred are refused what they ask, and go on when they are not', async () => {
    await setUp();
    await importLines([line]);
    expect(await changeCard({ is_barred: true })).toMatchObject({ body: { barred_at: expect.any(String) } });
    expect((await readCard(database.sql, id, testCard, null)).state?.is_barred).toBe(true);
    expect(await changeCard({ is_barred: false })).toMatchObject({ body: { barred_at: null } });
    expect((await readCard(database.sql, id, testCard, null)).version).toBe(2);
    expect(await changeCard({ group: '9' })).toMatchObject({ code: 'cas_group.not_found' });
    expect(await changeCard({ is_barred: true }, '4111111111111111')).toMatchObject({ code: 'cas_card.not_found' });
  });

  test('and groups whose key was wrong are told the key of the epoch anew, under the right one', async () => {
    await setUp();
    await importLines([{ ...line, key: '55'.repeat(32) }]);
    await ask('putCasGroup', { path: { id, number: '4711' }, body: { key: '55'.repeat(32) } });
    const wrapped_key = await keys.encryption.makeEpochKey(id, 1);
    await insertEpoch(database.sql, { client_id: id, epoch: 1, state: 'ACTIVE', wrapped_key });
    const deliver = async () => {
      await orderKeyEmms(database.sql, id, 10);
      await sealEmms(database.sql, keys.encryption, { ids: await findUnsealedKeyEmms(database.sql, id, 10) });
      return database.query<{ class: string; encrypted_emm: string }>(
        `SELECT class, encrypted_emm FROM emms WHERE client_id = $1 AND replaced_by IS NULL AND withdrawn_at IS NULL
         ORDER BY class`,
        [id],
      );
    };
    const wrong = await deliver();
    expect(wrong).toHaveLength(2);
    expect(() => receive(wrong[1]?.encrypted_emm ?? '', testCardKey)).toThrow();
    await changeCard({ key: testCardKey.toString('hex') });
    await ask('putCasGroup', { path: { id, number: '4711' }, body: { key: testCardKey.toString('hex') } });
    const right = await deliver();
    expect(right.map(({ class: of }) => of)).toEqual(['shared', 'unique']);
    for (const { encrypted_emm } of right)
      expect(receive(encrypted_emm, testCardKey).commands).toMatchObject([{ command: 'key_delivery', epoch: 1 }]);
  });
});

describe('a telephone', () => {
  test('that is barred meets silence, until it is not', async () => {
    await setUp();
    const msisdn = '491700000003';
    const path = { id, msisdn };
    await database.query(
      `INSERT INTO sms_requests (id, client_id, source, sender, message, text_hash, correlation_id)
       VALUES ($1, $1, 'api', $2, 'HELP', 'hash', 'c')`,
      [id, msisdn],
    );
    const isBarred = async () => (await takeCasRequest(database.sql, id))?.is_sender_barred;
    expect(await isBarred()).toBe(false);
    expect(await ask('barCasSender', { path })).toMatchObject({ body: { msisdn } });
    await ask('barCasSender', { path });
    expect(await isBarred()).toBe(true);
    expect(await ask('listCasBarredSenders', { path })).toMatchObject({ body: { senders: [{ msisdn }] } });
    expect(await ask('unbarCasSender', { path })).toMatchObject({ status: 204 });
    expect(await ask('unbarCasSender', { path })).toMatchObject({ code: 'cas_sender.not_barred' });
    expect(await isBarred()).toBe(false);
    expect(await auditOf()).toEqual(['cas_system.set', 'cas_sender.barred', 'cas_sender.unbarred']);
  });
});

describe('a carousel', () => {
  const put = (body: object, name = 'main') => ask('putCarousel', { path: { id, name }, body });
  const settings = { host: '10.0.7.4', port: 8_002 };

  test('is made with what is usual, changed under its id, and removed', async () => {
    await setUp();
    const made = bodyOf<{ id: string }>(await put({ output: 'mux', settings }));
    expect(made).toMatchObject({ output: 'mux', bandwidth_kbit_s: 100, settings: { ...settings, version: 3 } });
    expect(await put({ output: 'udp', settings, bandwidth_kbit_s: 200 })).toMatchObject({
      body: { id: made.id, output: 'udp', bandwidth_kbit_s: 200 },
    });
    expect(await put({ output: 'sms' })).toMatchObject({
      body: {
        id: made.id,
        output: 'sms',
        settings: { port: 16_000, repetitions: 2, spacing_minutes: 360, emms_per_minute: 60 },
        problems: [],
      },
    });
    expect(await ask('listClientCarousels', { path: { id } })).toMatchObject({
      body: { carousels: [{ name: 'main' }] },
    });
    expect(await ask('removeCarousel', { path: { id, name: 'main' } })).toMatchObject({ status: 204 });
    expect(await ask('removeCarousel', { path: { id, name: 'main' } })).toMatchObject({ code: 'carousel.not_found' });
    const [{ actions } = { actions: [] }] = await database.query<{ actions: string[] }>(
      `SELECT array_agg(action ORDER BY id) AS actions FROM audit_entries WHERE subject = $1`,
      [`carousel ${made.id}`],
    );
    expect(actions).toEqual(['carousel.set', 'carousel.set', 'carousel.set', 'carousel.removed']);
  });

  test.each([
    [{ output: 'mux' }, 'main'],
    [{ output: 'mux', settings: { ...settings, port: 0 } }, 'main'],
    [{ output: 'log', settings }, 'main'],
    [{ output: 'sms', settings: { port: 0 } }, 'main'],
    [{ output: 'sms', settings: { repetitions: 6 } }, 'main'],
    [{ output: 'sms', settings: { spacing_minutes: 9 } }, 'main'],
    [{ output: 'sms', settings: { emms_per_minute: 601 } }, 'main'],
    [{ output: 'sms', settings }, 'main'],
    [{ output: 'log', classes: { new: { floor: 0.9 }, unique: { floor: 0.9 } } }, 'main'],
    [{ output: 'log' }, 'Main'],
  ])('whose settings do not fit its output is refused: %j %s', async (body, name) => {
    await setUp();
    expect(await put(body, name)).toMatchObject({ code: 'request.invalid' });
  });
});
