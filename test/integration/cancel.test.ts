import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { cancelMessage } from '#shared/adapters/cancel-message.ts';
import { type Claim, claimDeliveries, releaseClaims, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { checkRules, databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { readAccount } from '#shared/adapters/read-account.ts';
import { readMessage } from '#shared/adapters/read-message.ts';
import { recoverOrphans } from '#shared/adapters/recover-messages.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newMessage, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, nextMoment, sayOutcome } from '../support/settle-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
afterEach(async () => {
  expect(await unbalancedClients(database)).toEqual([]);
  expect(await checkRules(database.sql, databaseRules, wholeScope())).toEqual([]);
});

const acceptOne = async (given: Parameters<typeof newMessage>[1] = {}, creditCents = 100) => {
  const client = await createClient(database, { creditCents });
  const message = newMessage(client, given);
  expect((await acceptMessage(database.sql, message)).outcome).toBe('accepted');
  return { client, id: message.id };
};

const cancel = (clientId: string, id: string) =>
  cancelMessage(database.sql, { clientId, id, correlationId: 'request-1' });

const claim = async (id: string, attempt = 1): Promise<Claim | undefined> => {
  const owner = randomUUID();
  await renewLease(database.sql, owner);
  const asked = [{ message_id: id, attempt }];
  return (await claimDeliveries(database.sql, { owner, claimId: randomUUID() }, asked))[0];
};

const makeDue = (id: string) => database.query('UPDATE messages SET next_attempt_at = now() WHERE id = $1', [id]);

test('what is cancelled gives its whole hold back, a ledger entry for each part, and is claimed by nobody', async () => {
  const { client, id } = await acceptOne({ parts: 3, send_at: new Date(Date.now() + 60_000).toISOString() });
  expect(await cancel(client, id)).toEqual({ outcome: 'cancelled' });
  expect(await readMessage(database.sql, client, id)).toMatchObject({
    status: 'CANCELLED',
    released_cents: 15,
    captured_cents: 0,
    final_at: expect.any(String) as string,
    history: [{ type: 'SCHEDULED' }, { type: 'CANCELLED', detail: { correlation_id: 'request-1' } }],
  });
  expect(await readAccount(database.sql, client)).toMatchObject({ available_cents: 100, held_cents: 0 });
  const entries = await database.query('SELECT part, kind, amount_cents::int FROM ledger_entries WHERE id = $1', [id]);
  expect(entries).toHaveLength(4);
  expect(entries).toContainEqual({ part: 3, kind: 'RELEASE', amount_cents: 5 });
  await makeDue(id);
  expect(await claim(id)).toBeUndefined();
});

test('cancelled again it says the same, and moves nothing', async () => {
  const { client, id } = await acceptOne();
  for (let times = 0; times < 3; times += 1) expect(await cancel(client, id)).toEqual({ outcome: 'cancelled' });
  expect(await readAccount(database.sql, client)).toMatchObject({ available_cents: 100, held_cents: 0 });
  const many = await Promise.all(Array.from({ length: 10 }, () => cancel(client, id)));
  expect(many.every(({ outcome }) => outcome === 'cancelled')).toBe(true);
});

test('nobody cancels what is another’s, or what is not there', async () => {
  const { id } = await acceptOne();
  const other = await createClient(database, { creditCents: 0 });
  expect(await cancel(other, id)).toEqual({ outcome: 'not-found' });
  expect(await cancel(other, newMessage(other).id)).toEqual({ outcome: 'not-found' });
});

test('a test message, which costs nothing, is cancelled as any other', async () => {
  const { client, id } = await acceptOne({ is_test: true });
  expect(await cancel(client, id)).toEqual({ outcome: 'cancelled' });
  expect(await readAccount(database.sql, client)).toMatchObject({ available_cents: 100, held_cents: 0 });
});

test('what a task has claimed is too late to cancel, until it gives it back untouched', async () => {
  const { client, id } = await acceptOne();
  const claimed = await claim(id);
  expect(await cancel(client, id)).toEqual({ outcome: 'too-late', state: 'SENDING' });
  if (claimed) await releaseClaims(database.sql, [claimed]);
  expect(await cancel(client, id)).toEqual({ outcome: 'cancelled' });
});

test('what is queued again with a part at the SMSC is too late to cancel', async () => {
  const { client, id } = await acceptOne({ parts: 2 });
  await claim(id);
  const of = { message_id: id, attempt: 1, at: nextMoment() };
  await settleOutcomes(booksOf(database), [
    asReport([
      sayOutcome({ type: 'PartSubmitted', ...of, part: 1, smsc_message_id: randomUUID(), late: false }),
      sayOutcome({ type: 'PartRefused', ...of, part: 2, command_status: 0x58, retry: true }),
    ]),
  ]);
  await makeDue(id);
  const again = await claim(id, 2);
  if (again) await releaseClaims(database.sql, [again]);
  expect(await cancel(client, id)).toEqual({ outcome: 'too-late', state: 'QUEUED' });
});

test('what is queued again after its fate was unknown is too late to cancel: it may have been sent', async () => {
  const { client, id } = await acceptOne();
  const first = await claim(id);
  await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '31 seconds'`);
  await settleMessages(database.sql, await recoverOrphans(database.sql, 1000));
  await makeDue(id);
  const again = await claim(id, 2);
  expect(first).toBeDefined();
  if (again) await releaseClaims(database.sql, [again]);
  expect(await cancel(client, id)).toEqual({ outcome: 'too-late', state: 'QUEUED' });
});

test('a cancellation and a claim at once: exactly one of them has the message', async () => {
  const won = { cancelled: 0, claimed: 0 };
  const client = await createClient(database, { creditCents: 1_000 });
  const owner = randomUUID();
  await renewLease(database.sql, owner);
  for (let round = 0; round < 200; round += 1) {
    const { id } = newMessage(client);
    await acceptMessage(database.sql, newMessage(client, { id, parts: 1 + (round % 2) }));
    const asked = [{ message_id: id, attempt: 1 }];
    const claiming = () => claimDeliveries(database.sql, { owner, claimId: randomUUID() }, asked);
    const cancelling = () => cancel(client, id);
    const [claims, cancelled] =
      round % 2 === 0
        ? await Promise.all([claiming(), cancelling()])
        : await Promise.all([cancelling(), claiming()]).then(([first, second]) => [second, first] as const);
    expect([claims.length, cancelled.outcome]).toEqual(claims.length === 1 ? [1, 'too-late'] : [0, 'cancelled']);
    if (claims.length === 1) {
      won.claimed += 1;
      await releaseClaims(database.sql, claims);
      expect(await cancel(client, id)).toEqual({ outcome: 'cancelled' });
    } else won.cancelled += 1;
  }
  expect(won.cancelled + won.claimed).toBe(200);
  expect(await readAccount(database.sql, client)).toMatchObject({ available_cents: 1_000, held_cents: 0 });
}, 120_000);
