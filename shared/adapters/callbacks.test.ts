import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { connectCallbacks } from './callbacks.ts';

let database: TestDatabase;
let callbacks: ReturnType<typeof connectCallbacks>;
const clientId = v7();

beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
  callbacks = connectCallbacks(database.sql);
  const secrets = [{ ciphertext_base64: 'bmV3', created_at: '2026-11-21T00:00:00Z' }, { ciphertext_base64: 'b2xk' }];
  await database.query('INSERT INTO clients (id, name, part_price_cents, callback_secrets) VALUES ($1, $2, 1, $3)', [
    clientId,
    'a client',
    JSON.stringify(secrets),
  ]);
});
afterAll(() => database.stop());

const insert = async (columns: { readonly state?: string; readonly attempt?: number } = {}) => {
  const id = v7();
  await database.query(
    `INSERT INTO callbacks (id, client_id, type, url, payload, state, attempt, created_at, queued_at)
     VALUES ($1, $2, 'message.delivered', 'https://example.com/', '{"b": 1, "a": "€"}', $3, $4,
       '2026-11-21T08:42:00.123Z', now())`,
    [id, clientId, columns.state ?? 'PENDING', columns.attempt ?? 1],
  );
  return id;
};

const rowOf = async (id: string) => (await database.query('SELECT * FROM callbacks WHERE id = $1', [id]))[0];

test('a callback that is due is loaded with its client’s secrets', async () => {
  const id = await insert({ attempt: 2 });
  expect(await callbacks.load([{ id, attempt: 2 }])).toEqual([
    {
      id,
      clientId,
      messageId: null,
      correlationId: null,
      type: 'message.delivered',
      url: 'https://example.com/',
      payload: { a: '€', b: 1 },
      attempt: 2,
      createdAt: new Date('2026-11-21T08:42:00.123Z'),
      triedSince: new Date('2026-11-21T08:42:00.123Z'),
      attemptsBefore: 0,
      encryptedSecrets: ['bmV3', 'b2xk'],
    },
  ]);
});

test('what is settled, of another attempt or unknown is not loaded', async () => {
  const delivered = await insert({ state: 'DELIVERED' });
  const later = await insert({ attempt: 2 });
  const due = [delivered, later, v7()].map((id) => ({ id, attempt: 1 }));
  expect(await callbacks.load(due)).toEqual([]);
});

test('a batch is settled at once, each in its own way', async () => {
  const [delivered, retried, refused, givenUp] = [await insert(), await insert(), await insert(), await insert()];
  const nextAttemptAt = new Date('2026-11-22T10:00:00.500Z');
  const none = { attempt: 1, nextAttemptAt: null, status: null, error: null };
  await callbacks.settle([
    { ...none, id: delivered, outcome: 'delivered', status: 204 },
    { ...none, id: retried, outcome: 'retried', nextAttemptAt, status: 503, error: 'Answered 503' },
    { ...none, id: refused, outcome: 'refused', error: 'The URL must begin with https://' },
    { ...none, id: givenUp, outcome: 'given-up', error: 'No answer within 10 s' },
  ]);
  const finished = { attempt: 1, finished_at: expect.any(Date), queued_at: expect.any(Date) };
  expect(await rowOf(delivered)).toMatchObject({ ...finished, state: 'DELIVERED', last_status: 204, last_error: null });
  expect(await rowOf(retried)).toMatchObject({
    state: 'PENDING',
    attempt: 2,
    next_attempt_at: nextAttemptAt,
    queued_at: null,
    finished_at: null,
    last_status: 503,
    last_error: 'Answered 503',
  });
  expect(await rowOf(refused)).toMatchObject({
    ...finished,
    state: 'FAILED',
    last_error: expect.stringContaining('https'),
  });
  expect(await rowOf(givenUp)).toMatchObject({ ...finished, state: 'FAILED', last_error: 'No answer within 10 s' });
});

test('a settlement that comes twice, or after another, changes nothing', async () => {
  const id = await insert();
  const retried = { id, attempt: 1, outcome: 'retried', nextAttemptAt: new Date(), status: 500, error: 'x' } as const;
  await callbacks.settle([retried]);
  await callbacks.settle([retried]);
  await callbacks.settle([{ ...retried, outcome: 'given-up', nextAttemptAt: null }]);
  expect(await rowOf(id)).toMatchObject({ state: 'PENDING', attempt: 2 });
  await callbacks.settle([
    { ...retried, attempt: 2, outcome: 'delivered', nextAttemptAt: null, status: 200, error: null },
  ]);
  await callbacks.settle([{ ...retried, attempt: 2 }]);
  expect(await rowOf(id)).toMatchObject({ state: 'DELIVERED', attempt: 2, last_status: 200 });
});
