import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { claimDeliveries, deferClaims, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { checkRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { historyRules } from '#shared/adapters/invariants/history-rules.ts';
import { moneyRules } from '#shared/adapters/invariants/money-rules.ts';
import { findDueMessages, markMessagesQueued } from '#shared/adapters/outbox.ts';
import { recordProviderStates } from '#shared/adapters/record-provider-states.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, nextMoment, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
afterEach(async () =>
  expect(await checkRules(database.sql, [...moneyRules, ...historyRules], wholeScope())).toEqual([]),
);

const accept = async (given: Parameters<typeof newMessage>[1] = {}) => {
  const client = await createClient(database, { creditCents: 1_000 });
  const message = newMessage(client, given);
  await acceptMessage(database.sql, message);
  return message.id;
};

const claimOne = async (id: string, attempt = 1) => {
  const owner = randomUUID();
  await renewLease(database.sql, owner);
  const [claim] = await claimDeliveries(database.sql, { owner, claimId: randomUUID() }, [{ message_id: id, attempt }]);
  if (!claim) throw new Error('It could not be claimed');
  return claim;
};

const dueIn = async (id: string): Promise<number | undefined> =>
  (await findDueMessages(database.sql, 100)).find((due) => due.id === id)?.delay_seconds;

test('what nobody takes now is due later in the same attempt, and its history says why', async () => {
  const id = await accept();
  const claim = await claimOne(id);
  await deferClaims(database.sql, [{ claim, reason: 'a is down', seconds: 90 }]);
  const [row] = await database.query('SELECT state, attempt, owner, queued_at FROM messages WHERE id = $1', [id]);
  expect(row).toEqual({ state: 'QUEUED', attempt: 1, owner: null, queued_at: null });
  await database.query(`UPDATE messages SET created_at = now() - interval '10 minutes' WHERE id = $1`, [id]);
  expect(await dueIn(id)).toBeGreaterThan(60);
  const [event] = await database.query(
    `SELECT detail FROM message_events WHERE message_id = $1 ORDER BY number DESC LIMIT 1`,
    [id],
  );
  expect(event).toEqual({ detail: { reason: 'a is down' } });
});

test('who knows no time waits for longer the longer it has waited, and for ten minutes at most', async () => {
  const id = await accept();
  for (const [age, least, most] of [
    ['1 second', 10, 15],
    ['4 minutes', 110, 121],
    ['2 days', 590, 600],
  ] as const) {
    const claim = await claimOne(id);
    await database.query('UPDATE messages SET created_at = now() - $2::interval WHERE id = $1', [id, age]);
    await deferClaims(database.sql, [{ claim, reason: 'a is down', seconds: null }]);
    await database.query(`UPDATE messages SET created_at = now() - interval '1 hour' WHERE id = $1`, [id]);
    const seconds = await dueIn(id);
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
    await markMessagesQueued(database.sql, [{ id, attempt: 1 }]);
  }
});

test('a deferral that is repeated does nothing to a claim that was made meanwhile', async () => {
  const id = await accept();
  const first = await claimOne(id);
  const deferral = { claim: first, reason: 'a is down', seconds: 1 };
  await deferClaims(database.sql, [deferral]);
  const second = await claimOne(id);
  await deferClaims(database.sql, [deferral]);
  const [row] = await database.query('SELECT state, claim_id FROM messages WHERE id = $1', [id]);
  expect(row).toEqual({ state: 'SENDING', claim_id: second.claim_id });
});

test('a further attempt knows which providers refused the message before, and how often', async () => {
  const id = await accept();
  const books = booksOf(database);
  for (const attempt of [1, 2]) {
    const claim = await claimOne(id, attempt);
    expect(claim.tried).toEqual(
      attempt === 1
        ? []
        : [{ provider: asReport([]).provider, type: 'REFUSED', error: 'command_status 0x00000008', times: 1 }],
    );
    const refused = { type: 'PartRefused', message_id: claim.message_id, attempt, part: 1, at: nextMoment() } as const;
    await settleOutcomes(books, [asReport([sayOutcome({ ...refused, command_status: 0x08, retry: true })])]);
  }
  const claim = await claimOne(id, 3);
  expect(claim.tried).toMatchObject([{ type: 'REFUSED', times: 2 }]);
});

test('one receipt speaks for every part of a message that went as one payload', async () => {
  const id = await accept({ body: 'x'.repeat(400), parts: 3 });
  const claim = await claimOne(id);
  expect(claim.part_numbers).toEqual([1, 2, 3]);
  const books = booksOf(database);
  const said = claim.part_numbers.map((part) =>
    sayOutcome({
      type: 'PartSubmitted',
      message_id: id,
      attempt: 1,
      part,
      at: nextMoment(),
      smsc_message_id: 'payload-1',
      late: false,
    }),
  );
  await settleOutcomes(books, [asReport(said)]);
  const receipt = sayReceipt('payload-1', 'DELIVERED', claim.recipient);
  await settleOutcomes(books, [asReport([receipt])]);
  const [row] = await database.query('SELECT state FROM messages WHERE id = $1', [id]);
  expect(row).toEqual({ state: 'DELIVERED' });
});

test('a task says how it stands with its providers, and is forgotten where it no longer does', async () => {
  const task = randomUUID();
  const state = {
    ...{ provider: 'a', slots: 2, bound: 1, window_size: 10, in_flight: 3, parts_per_second: 12.5 },
    ...{ circuit_open: false, reason: 'no bind: ECONNREFUSED', version: '7' },
  };
  const of = () => database.query('SELECT provider, bound, reason FROM provider_states WHERE task = $1', [task]);
  await recordProviderStates(database.sql, task, [state, { ...state, provider: 'b', reason: null }]);
  await recordProviderStates(database.sql, task, [{ ...state, bound: 2, reason: null }]);
  expect(await of()).toEqual([{ provider: 'a', bound: 2, reason: null }]);
  await recordProviderStates(database.sql, task, []);
  expect(await of()).toEqual([]);
});
