import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClient, newKey } from '../../test/support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { connectCallbacks } from './callbacks.ts';
import { fireTestCallback, listCallbacks, readCallback, replayCallback } from './client-callbacks.ts';
import { findDueCallbacks } from './outbox.ts';

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

const insert = async (state = 'DELIVERED', attempt = 1, type = 'message.delivered') => {
  const id = v7();
  await database.query(
    `INSERT INTO callbacks (id, client_id, type, url, payload, state, attempt, created_at, finished_at, last_status)
     VALUES ($1, $2, $5, 'https://example.com/', '{"to": "491700000001"}', $3, $4, now() - interval '2 days',
       CASE WHEN $3 <> 'PENDING' THEN now() - interval '1 day' END, 503)`,
    [id, clientId, state, attempt, type],
  );
  return id;
};
const none = { state: null, type: null, message_id: null };
const list = async (given: Partial<Parameters<typeof listCallbacks>[1]> = {}) =>
  (await listCallbacks(database.sql, { clientId, filters: none, before: null, limit: 10, ...given })).map(
    ({ id }) => id,
  );
const replay = (id: string, key: string | null = null, client = clientId) =>
  replayCallback(database.sql, client, id, key === null ? null : newKey(key));

test('a client’s callbacks are listed newest first, page by page, and nobody else’s', async () => {
  const ids = [await insert(), await insert('FAILED'), await insert('PENDING', 2, 'message.failed')];
  expect(await list()).toEqual([...ids].reverse());
  expect(await list({ limit: 2 })).toEqual([ids[2], ids[1]]);
  expect(await list({ before: ids[1] ?? '' })).toEqual([ids[0]]);
  expect(await list({ filters: { ...none, state: 'FAILED' } })).toEqual([ids[1]]);
  expect(await list({ filters: { ...none, type: 'message.failed' } })).toEqual([ids[2]]);
  expect(await list({ filters: { ...none, message_id: v7() } })).toEqual([]);
  expect(await list({ clientId: v7() })).toEqual([]);
  expect(await readCallback(database.sql, v7(), ids[0] ?? '')).toBeNull();
  expect(await readCallback(database.sql, clientId, ids[0] ?? '')).toMatchObject({
    state: 'DELIVERED',
    attempt: 1,
    next_attempt_at: null,
    last_status: 503,
    data: { to: '491700000001' },
  });
});

test.each(['DELIVERED', 'FAILED'])(
  'one that is %s is tried again under its id, for another 24 hours',
  async (state) => {
    const id = await insert(state, 7);
    expect(await replay(id, null, v7())).toEqual({ outcome: 'not-found' });
    const said = await replay(id);
    expect(said).toMatchObject({
      outcome: 'pending-again',
      callback: { id, state: 'PENDING', attempt: 8, finished_at: null, replayed_at: expect.any(String) },
    });
    const callbacks = connectCallbacks(database.sql);
    expect(await callbacks.load([{ id, attempt: 7 }])).toEqual([]);
    const [due] = await callbacks.load([{ id, attempt: 8 }]);
    expect(due?.attemptsBefore).toBe(7);
    expect(Date.now() - (due?.triedSince.getTime() ?? 0)).toBeLessThan(3_600_000);
    expect(await replay(id)).toMatchObject({ outcome: 'pending' });
  },
);

test('what still arrives of an attempt before the replay does not settle it', async () => {
  const id = await insert('FAILED', 3);
  await replay(id);
  const late = { id, attempt: 3, outcome: 'delivered', nextAttemptAt: null, status: 200, error: null } as const;
  await connectCallbacks(database.sql).settle([late]);
  expect(await readCallback(database.sql, clientId, id)).toMatchObject({ state: 'PENDING', attempt: 4 });
});

test('a replay that is on no queue is dispatched after 30 seconds, as a new callback is', async () => {
  const id = await insert('FAILED', 3);
  await replay(id);
  const due = async () => (await findDueCallbacks(database.sql, 1_000)).map((each) => each.id);
  expect(await due()).not.toContain(id);
  await database.query(`UPDATE callbacks SET replayed_at = now() - interval '31 seconds' WHERE id = $1`, [id]);
  expect(await due()).toContain(id);
});

test('of many replays at once one makes it due, and under a key the others say the same', async () => {
  const id = await insert();
  const said = await Promise.all(Array.from({ length: 6 }, () => replay(id, 'again')));
  expect(said.map(({ outcome }) => outcome).sort()).toEqual(['pending-again', ...Array(5).fill('replayed')]);
  expect(await readCallback(database.sql, clientId, id)).toMatchObject({ attempt: 2 });
  expect(await replay(id, 'another')).toMatchObject({ outcome: 'pending' });
  await database.query(`UPDATE callbacks SET state = 'DELIVERED' WHERE id = $1`, [id]);
  expect(await replay(id, 'another')).toMatchObject({ outcome: 'pending-again' });
});

test('a test goes to the client’s URL, once it has one and a secret', async () => {
  const fire = (id = v7(), key: string | null = null) =>
    fireTestCallback(
      database.sql,
      { id, clientId, requestedAt: '2026-11-21T08:42:00.000Z' },
      key === null ? null : newKey(key),
    );
  expect(await fire()).toEqual({ outcome: 'no-url' });
  await database.query(`UPDATE clients SET callback_url = 'https://example.com/hook' WHERE id = $1`, [clientId]);
  expect(await fire(v7(), 'a')).toEqual({ outcome: 'no-secret' });
  await database.query(`UPDATE clients SET callback_secrets = '[{"ciphertext_base64": "eA=="}]' WHERE id = $1`, [
    clientId,
  ]);
  const id = v7();
  expect(await fire(id, 'a')).toMatchObject({
    outcome: 'fired',
    callback: { id, type: 'callback.test', state: 'PENDING', url: 'https://example.com/hook' },
  });
  expect(await fire(id)).toMatchObject({ outcome: 'fired', callback: { id } });
  expect(await fire(v7(), 'a')).toMatchObject({ outcome: 'replayed', callback: { id } });
  expect(await list()).toEqual([id]);
});
