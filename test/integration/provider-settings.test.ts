import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTracedSeconds } from '#shared/adapters/provider-settings.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { seedProvider } from '../support/providers.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations/', import.meta.url)),
  });
});
afterAll(() => database?.stop());

test('a trace is wanted for as long as its row says, and only for that provider', async () => {
  const seconds = () => readTracedSeconds(database.sql, 'primary');
  expect(await seconds()).toBe(0);
  await seedProvider(database);
  expect(await seconds()).toBe(0);
  await database.query(`UPDATE providers SET traced_until = now() + interval '10 minutes'`);
  expect(await seconds()).toBeGreaterThan(500);
  expect(await seconds()).toBeLessThanOrEqual(600);
  expect(await readTracedSeconds(database.sql, 'other')).toBe(0);
  await database.query(`UPDATE providers SET traced_until = now() - interval '1 second'`);
  expect(await seconds()).toBe(0);
  await database.query('UPDATE providers SET traced_until = NULL');
  expect(await seconds()).toBe(0);
  await database.query(`UPDATE providers SET traced_until = 'infinity'`);
  expect(await seconds()).toBe(86_400);
});
