import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { claimDeliveries, releaseClaims, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { checkRules, databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, nextMoment, type Said, sayOutcome } from '../support/settle-worker.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let owner: string;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
  owner = randomUUID();
  await renewLease(database.sql, owner);
});
afterAll(() => database?.stop());

const accept = async (parts: number): Promise<string> => {
  const client = await createClient(database, { creditCents: 100 });
  const message = newMessage(client, { parts });
  expect((await acceptMessage(database.sql, message)).outcome).toBe('accepted');
  return message.id;
};

const claim = (id: string, attempt: number) =>
  claimDeliveries(database.sql, { owner, claimId: randomUUID() }, [{ message_id: id, attempt }]);
const hear = (...said: readonly Said[]) => settleOutcomes(booksOf(database), [asReport(said)]);
const record = (...said: readonly Said[]) =>
  settleOutcomes({ ...booksOf(database), settle: async () => undefined }, [asReport(said)]);

const unknown = (id: string, part: number) =>
  sayOutcome({ type: 'PartUnknown', message_id: id, attempt: 1, part, at: nextMoment(), reason: 'response-timeout' });
const submitted = (id: string, part: number) =>
  sayOutcome({
    type: 'PartSubmitted',
    message_id: id,
    attempt: 1,
    part,
    at: nextMoment(),
    smsc_message_id: randomUUID(),
    late: true,
  });

/**
 * Settles a message with a snapshot that is older than its row: the batch waits for another row, locked here, that
 * stands before it, while `meanwhile` moves the message on.
 */
const settleStale = async (id: string, first: string, meanwhile: () => Promise<unknown>): Promise<void> => {
  const holder = new pg.Client({ ...database.login, database: database.databaseName });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM messages WHERE id = $1 FOR UPDATE', [first]);
    const settling = settleMessages(database.sql, [first, id]);
    await until('the batch waits for the lock', async () => {
      const waiting = await database.query('SELECT FROM pg_locks WHERE NOT granted');
      return waiting.length > 0;
    });
    await meanwhile();
    await holder.query('COMMIT');
    await settling;
  } finally {
    await holder.end();
  }
};

const rowOf = async (id: string) => {
  const [row] = await database.query<{ state: string; is_planned: boolean }>(
    'SELECT state, next_attempt_at IS NOT NULL AS is_planned FROM messages WHERE id = $1',
    [id],
  );
  return row;
};

test('a batch that saw a part as unknown does not take back that it is sent', async () => {
  const [first, id] = [await accept(1), await accept(1)];
  await claim(id, 1);
  await record(unknown(id, 1));
  await settleStale(id, first, () => hear(submitted(id, 1)));
  expect(await rowOf(id)).toMatchObject({ state: 'SENT' });
  expect(await checkRules(database.sql, databaseRules, wholeScope())).toEqual([]);
});

test('a batch that saw a part as unknown does not take away the attempt that is planned for it since', async () => {
  const [first, id] = [await accept(1), await accept(2)];
  await claim(id, 1);
  await record(unknown(id, 1), submitted(id, 2));
  await settleStale(id, first, async () => {
    await settleMessages(database.sql, [id]);
    const claims = await claim(id, 2);
    expect(claims).toHaveLength(1);
    await releaseClaims(database.sql, claims);
  });
  expect(await rowOf(id)).toEqual({ state: 'QUEUED', is_planned: true });
  expect(await checkRules(database.sql, databaseRules, wholeScope())).toEqual([]);
});
