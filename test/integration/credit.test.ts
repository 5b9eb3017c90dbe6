import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { grantCredit } from '#shared/adapters/grant-credit.ts';
import { readAccount } from '#shared/adapters/read-account.ts';
import { sweep } from '#shared/adapters/recover-messages.ts';
import { type GrantCredit, mostAvailableCents, mostMovedCents } from '#shared/contracts/credit.ts';
import { createClient, newKey, newMessage, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
afterEach(async () => expect(await unbalancedClients(database)).toEqual([]));

const actor = { clientId: uuidV7(), keyId: 'OPERATOR', correlationId: 'r-1' };

const grant = (
  clientId: string,
  given: Partial<GrantCredit> & { id?: string },
  key: string | null = null,
  hash = 'a',
) =>
  grantCredit(
    database.sql,
    { id: uuidV7(), client_id: clientId, amount_cents: 50, kind: 'top_up', reason: 'invoice 1', ...given },
    actor,
    key === null ? null : newKey(key, hash),
  );

const take = (clientId: string, cents: number) => grant(clientId, { kind: 'adjustment', amount_cents: -cents });
const available = async (clientId: string) => (await readAccount(database.sql, clientId))?.available_cents;
const audited = (clientId: string) =>
  database.query<{ action: string; detail: object }>(
    'SELECT action, detail, actor_key_id, correlation_id FROM audit_entries WHERE subject = $1 ORDER BY id',
    [`client ${clientId}`],
  );

describe('giving credit', () => {
  test('moves the balance, the ledger and the audit log together', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const granted = await grant(client, { amount_cents: 50, reason: 'invoice 7' });
    expect(granted).toMatchObject({
      outcome: 'granted',
      grant: { client_id: client, kind: 'top_up', amount_cents: 50, reason: 'invoice 7', available_cents: 150 },
    });
    expect(await readAccount(database.sql, client)).toMatchObject({ available_cents: 150, granted_cents: 150 });
    expect(await audited(client)).toEqual([
      {
        action: 'credit.granted',
        detail: {
          entry_id: 'grant' in granted ? granted.grant.id : '',
          kind: 'top_up',
          amount_cents: 50,
          reason: 'invoice 7',
        },
        actor_key_id: 'OPERATOR',
        correlation_id: 'r-1',
      },
    ]);
  });

  test('an adjustment takes what is available, and never more', async () => {
    const client = await createClient(database, { creditCents: 100 });
    expect(await take(client, 100)).toMatchObject({ outcome: 'granted', grant: { available_cents: 0 } });
    expect(await take(client, 1)).toEqual({ outcome: 'below-zero' });
    expect(await available(client)).toBe(0);
    expect(await audited(client)).toHaveLength(1);
  });

  test('what is held is not there to be taken', async () => {
    const client = await createClient(database, { creditCents: 10, partPriceCents: 5 });
    expect((await acceptMessage(database.sql, newMessage(client))).outcome).toBe('accepted');
    expect(await take(client, 6)).toEqual({ outcome: 'below-zero' });
    expect(await take(client, 5)).toMatchObject({ outcome: 'granted' });
  });

  test('of adjustments side by side just as many go through as there is credit for', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const outcomes = await Promise.all(Array.from({ length: 25 }, () => take(client, 10)));
    expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(10);
    expect(await available(client)).toBe(0);
  });

  test('beyond the limit none is given, and the limit itself may be reached', async () => {
    const client = await createClient(database, { creditCents: mostAvailableCents - mostMovedCents });
    expect(await grant(client, { amount_cents: mostMovedCents })).toMatchObject({ outcome: 'granted' });
    expect(await grant(client, { amount_cents: 1 })).toEqual({ outcome: 'beyond-limit' });
    expect(await take(client, 1)).toMatchObject({ outcome: 'granted' });
    expect(mostAvailableCents).toBeLessThan(Number.MAX_SAFE_INTEGER / 8);
  });

  test('a client that is not there gets none, also when asked again under the same key', async () => {
    expect(await grant(uuidV7(), {})).toEqual({ outcome: 'no-such-client' });
    const nobody = uuidV7();
    expect(await grant(nobody, {}, 'nobody')).toEqual({ outcome: 'no-such-client' });
    expect(await grant(nobody, {}, 'nobody')).toEqual({ outcome: 'no-such-client' });
  });
});

describe('a repetition', () => {
  test('under its key moves nothing, and is answered as the first was, whatever has moved since', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const first = await grant(client, { amount_cents: 20 }, 'once');
    await take(client, 110);
    const again = await grant(client, { amount_cents: 20 }, 'once');
    expect(again).toEqual({ ...first, outcome: 'replayed' });
    expect(await grant(client, { amount_cents: 30 }, 'once', 'b')).toEqual({ outcome: 'mismatch' });
    expect(await available(client)).toBe(10);
  });

  test('under its key is known also when the credit would no longer allow it', async () => {
    const client = await createClient(database, { creditCents: 100 });
    const down = () => grant(client, { kind: 'adjustment', amount_cents: -80 }, 'down');
    expect(await down()).toMatchObject({ outcome: 'granted' });
    expect(await down()).toMatchObject({ outcome: 'replayed', grant: { available_cents: 20 } });
  });

  test('a refusal leaves its key free', async () => {
    const client = await createClient(database, { creditCents: 10 });
    const down = () => grant(client, { kind: 'adjustment', amount_cents: -80 }, 'later');
    expect(await down()).toEqual({ outcome: 'below-zero' });
    await grant(client, { amount_cents: 100 });
    expect(await down()).toMatchObject({ outcome: 'granted', grant: { available_cents: 30 } });
  });

  test('of requests side by side under one key moves credit once', async () => {
    const client = await createClient(database, { creditCents: 0 });
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => grant(client, { amount_cents: 7 }, 'race')));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['granted', ...Array(11).fill('replayed')]);
    expect(await available(client)).toBe(7);
  });

  test('after a timeout that hid the commit finds what was written, with a key or without', async () => {
    const client = await createClient(database, { creditCents: 100 });
    for (const key of ['timeout', null]) {
      const id = uuidV7();
      const down = () => grant(client, { id, kind: 'adjustment', amount_cents: -40 }, key);
      const first = await down();
      expect(first).toMatchObject({ outcome: 'granted' });
      expect(await down()).toEqual(first);
    }
    expect(await available(client)).toBe(20);
  });
});

test('counts by destination and batches are removed when nothing asks for them any more', async () => {
  const client = await createClient(database, { creditCents: 0 });
  await database.query(
    `INSERT INTO destination_counts (client_id, prefix, hour, messages, most)
     SELECT $1, '491700' || n, date_trunc('hour', now()) - make_interval(hours => n), 1, 5 FROM generate_series(0, 5) n`,
    [client],
  );
  await database.query(
    `INSERT INTO batches (id, client_id, items, created_at)
     SELECT new_uuid_v7(), $1, '[]', now() - make_interval(hours => n) FROM generate_series(23, 27) n`,
    [client],
  );
  await sweep(database.sql);
  const [left] = await database.query<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM destination_counts WHERE hour < now() - interval '2 hours') AS old_counts,
       (SELECT count(*)::int FROM destination_counts) > 1 AS has_counts,
       (SELECT count(*)::int FROM batches) AS batches`,
  );
  expect(left).toEqual({ old_counts: 0, has_counts: true, batches: 2 });
});
