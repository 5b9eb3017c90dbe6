import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyMigrations } from '#shared/adapters/apply-migrations.ts';
import { readMigrations } from '../../lambdas/migrate-database/read-migrations.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

const migrations = readMigrations(new URL('../../database/migrations/', import.meta.url));
let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database?.stop());

const apply = (some = migrations) =>
  applyMigrations(
    { clusterArn: database.clusterArn, secretArn: database.secretArn, name: database.databaseName },
    some,
    database.client,
  );

test('migrations go through the Data API, once, in the order of their names', async () => {
  expect(migrations.length).toBeGreaterThan(3);
  expect(await apply(migrations.toReversed())).toEqual(migrations.map(({ name }) => name));
  expect(await apply()).toEqual([]);
});

test('a migration that fails leaves nothing of itself, and is not taken as applied', async () => {
  const broken = { name: '9999_broken.sql', script: 'CREATE TABLE half (id integer); SELECT nonsense;' };
  await expect(apply([...migrations, broken])).rejects.toThrow(/9999_broken\.sql failed .*nonsense/);
  expect(await database.query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
  expect(await apply([...migrations, { ...broken, script: 'CREATE TABLE whole (id integer)' }])).toEqual([broken.name]);
});

test('every partition of the months ahead is there, and making them again makes none', async () => {
  const [made] = await database.query<{ made: number }>('SELECT make_partitions(3) AS made');
  expect(made).toEqual({ made: 0 });
  const rows = await database.query<{ parent: string; n: string }>(
    'SELECT inhparent::regclass::text AS parent, count(*) AS n FROM pg_inherits GROUP BY 1',
  );
  const partitioned = rows.filter(
    ({ parent }) =>
      !parent.includes('_pkey') && !/_(due|open|claimed|client|exact|folded|decimal|hexadecimal)$/.test(parent),
  );
  expect(new Set(partitioned.map(({ n }) => Number(n)))).toEqual(new Set([5]));
  const [more] = await database.query<{ made: number }>('SELECT make_partitions(4) AS made');
  expect(more).toEqual({ made: 6 });
});

test('the floor of a month is the lowest UUID v7 of its first millisecond', async () => {
  const [row] = await database.query<{ floor: string }>(`SELECT uuid_v7_floor('2026-11-01T00:00:00Z') AS floor`);
  expect(row?.floor).toMatch(/-7000-8000-000000000000$/);
  expect(Number.parseInt((row?.floor ?? '').replaceAll('-', '').slice(0, 12), 16)).toBe(
    Date.parse('2026-11-01T00:00:00Z'),
  );
});

test('a UUID made in a statement is a v7 of now', async () => {
  const [row] = await database.query<{ id: string }>('SELECT new_uuid_v7() AS id');
  expect(row?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = Number.parseInt((row?.id ?? '').replaceAll('-', '').slice(0, 12), 16);
  expect(Math.abs(time - Date.now())).toBeLessThan(60_000);
});
