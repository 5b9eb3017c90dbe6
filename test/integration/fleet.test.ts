import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFleet } from '#shared/adapters/read-fleet.ts';
import { chooseProviders } from '#shared/domain/routing/choose-providers.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { seedProvider, seedRoute } from '../support/providers.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations/', import.meta.url)),
  });
});
afterAll(() => database?.stop());

test('an empty fleet has no provider, and routes nothing', async () => {
  const fleet = await readFleet(database.sql);
  expect(fleet).toMatchObject({ providers: [], partsPerSecond: null, faults: [] });
  expect(fleet.routing).toEqual({
    providers: new Set(),
    routes: [],
    prices: {},
    statistics: {},
    weights: { price: 50, success: 40, latency: 10 },
  });
});

test('the fleet has everything that is enabled, with the defaults of what was left out', async () => {
  await seedProvider(database, { settings: { binds: 2, statuses: { '0x400-0x40F': 'permanent' } } });
  await seedProvider(database, { name: 'carrier', kind: 'http', settings: { url: 'https://carrier.example/send' } });
  await seedProvider(database, { name: 'spare', enabled: false });
  await seedProvider(database, { name: 'broken', settings: { port: 0 } });
  await database.query(`INSERT INTO provider_prices VALUES ('primary', '', 9000), ('primary', '49', 6500)`);
  await database.query(
    `INSERT INTO provider_statistics (hour, provider, client_id, country, delivered, refused, failed, latency_ms, latency_parts)
     SELECT date_trunc('hour', now()) - make_interval(hours => h), 'primary', gen_random_uuid(), 'DE', 3, 1, 2, 9000, 3
     FROM unnest(ARRAY[0, 1, 100]) h`,
  );
  const id = await seedRoute(database, { prefix: '49', kind: 'text', providers: ['carrier', 'primary', 'spare'] });
  await seedRoute(database, { enabled: false });

  const fleet = await readFleet(database.sql);
  expect(fleet.faults).toEqual([{ provider: 'broken', reason: expect.stringContaining('port') }]);
  expect(fleet.providers.map(({ name, kind }) => [name, kind])).toEqual([
    ['carrier', 'http'],
    ['primary', 'smpp'],
  ]);
  expect(fleet.providers[1]).toMatchObject({
    settings: { binds: 2, window: 10, parts_per_second: null, long_messages: 'udh16', plain_receipts: 'refuse' },
    revision: 1,
    secret_set_at: null,
  });
  expect(fleet.routing.prices).toEqual({ primary: { '': 9000, '49': 6500 } });
  expect(fleet.routing.statistics).toEqual({ primary: { succeeded: 6, failed: 6, latency_ms: 3000 } });
  const routing = chooseProviders(fleet.routing, {
    recipient: '491700000009',
    client_id: id,
    kind: 'text',
    priority: 'normal',
  });
  expect(routing).toMatchObject({ outcome: 'routed', route: { id } });
  expect(routing.outcome === 'routed' && routing.candidates.map(({ provider }) => provider).sort()).toEqual([
    'carrier',
    'primary',
  ]);
});

test.each([
  `UPDATE providers SET settings = settings || '{"window": 20}' WHERE name = 'primary'`,
  `UPDATE routes SET enabled = true`,
  `UPDATE route_candidates SET weight = 50 WHERE provider = 'primary'`,
  `DELETE FROM provider_prices WHERE prefix = ''`,
])('what is known already is not read again, until something has changed: %s', async (change) => {
  const { version } = await readFleet(database.sql);
  expect(await readFleet(database.sql, version)).toBeNull();
  await database.query(change);
  expect((await readFleet(database.sql, version))?.version).not.toBe(version);
});
