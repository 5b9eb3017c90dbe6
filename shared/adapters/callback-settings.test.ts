import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClient, newKey } from '../../test/support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import {
  endSecretOverlap,
  putCallbackSettings,
  readCallbackSettings,
  rotateCallbackSecret,
} from './callback-settings.ts';

let database: TestDatabase;
let clientId: string;
beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
});
afterAll(() => database.stop());
beforeEach(async () => {
  clientId = await createClient(database, { creditCents: 100 });
});

const made = '2026-11-21T08:42:00.000Z';
const rotate = (id = v7(), keep: string | null = null, key: string | null = null) =>
  rotateCallbackSecret(
    database.sql,
    { id, client_id: clientId, ciphertext_base64: `sealed ${id}`, created_at: made, keep },
    key === null ? null : newKey(key),
  );
const secrets = async () =>
  (await database.query<{ id: string; sealed: string }>(
    `SELECT s.value->>'id' AS id, s.value->>'ciphertext_base64' AS sealed
     FROM clients, jsonb_array_elements(callback_secrets) WITH ORDINALITY s WHERE clients.id = $1 ORDER BY s.ordinality`,
    [clientId],
  )) as readonly { id: string; sealed: string }[];
const ids = async () => (await secrets()).map(({ id }) => id);

test('a URL is not taken before there is a secret to sign with', async () => {
  const settings = { url: 'https://example.com/', types: ['message.sent' as const] };
  expect(await putCallbackSettings(database.sql, clientId, settings)).toBeNull();
  expect(await putCallbackSettings(database.sql, clientId, { ...settings, url: null })).toMatchObject({ url: null });
  const id = v7();
  await rotate(id);
  expect(await putCallbackSettings(database.sql, clientId, settings)).toEqual({
    ...settings,
    secrets: [{ id, created_at: made }],
  });
  expect(await readCallbackSettings(database.sql, clientId)).toMatchObject(settings);
  expect(await readCallbackSettings(database.sql, v7())).toBeNull();
});

test('the newest secret stands first, and the one before stays until the overlap is ended', async () => {
  const [first, second] = [v7(), v7()];
  await rotate(first);
  expect(await rotate(second)).toMatchObject({ outcome: 'rotated', id: second });
  expect(await secrets()).toEqual([
    { id: second, sealed: `sealed ${second}` },
    { id: first, sealed: `sealed ${first}` },
  ]);
  expect(await endSecretOverlap(database.sql, clientId)).toBe(true);
  expect(await ids()).toEqual([second]);
  expect(await endSecretOverlap(database.sql, clientId)).toBe(false);
});

test('a third secret is refused, unless it is said which of the two stays', async () => {
  const [first, lost, third] = [v7(), v7(), v7()];
  await rotate(first);
  await rotate(lost);
  expect(await rotate(third)).toEqual({ outcome: 'overlap' });
  expect(await rotate(third, v7())).toEqual({ outcome: 'no-such-secret' });
  expect(await rotate(third, first)).toMatchObject({ outcome: 'rotated' });
  expect(await ids()).toEqual([third, first]);
});

test('of many rotations at once just so many succeed as there is room for', async () => {
  const first = v7();
  await rotate(first);
  const outcomes = (await Promise.all(Array.from({ length: 8 }, () => rotate()))).map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'overlap')).toHaveLength(7);
  expect((await ids())[1]).toBe(first);
});

test('a rotation is repeated under its key, and one that was refused has not used its key up', async () => {
  const id = v7();
  expect(await rotate(id, null, 'a')).toMatchObject({ outcome: 'rotated', id });
  expect(await rotate(v7(), null, 'a')).toMatchObject({ outcome: 'replayed', id });
  expect(await rotate(id, null, 'a')).toMatchObject({ outcome: 'rotated', id });
  await rotate();
  expect(await rotate(v7(), null, 'b')).toEqual({ outcome: 'overlap' });
  await endSecretOverlap(database.sql, clientId);
  expect(await rotate(v7(), null, 'b')).toMatchObject({ outcome: 'rotated' });
});

test('a rotation whose commit was hidden by a timeout is the same when it is called again', async () => {
  await rotate();
  const id = v7();
  await rotate(id);
  expect(await rotate(id)).toMatchObject({ outcome: 'rotated', id });
  expect(await ids()).toHaveLength(2);
});
