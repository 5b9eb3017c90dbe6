import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { claimDeliveries, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { eraseSome, readErasure, requestErasure } from '#shared/adapters/erasures.ts';
import { checkRules, databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import { deleteOptOut, listOptOuts, putOptOut, readOptOut } from '#shared/adapters/opt-outs.ts';
import { expireMessages } from '#shared/adapters/recover-messages.ts';
import { refuseOptedOut, refuseRecentlyOptedOut } from '#shared/adapters/refuse-opted-out.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newKey, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, nextMoment, type Said, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

let database: TestDatabase;
/** Each test has its own, so that it finds no trace but its own. */
let msisdn: string;
let clientId: string;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
let next = 491700001000;
beforeEach(async () => {
  msisdn = `${next++}`;
  clientId = await createClient(database, { creditCents: 1_000, callbackUrl: 'https://example.com/hook' });
});
afterEach(async () => expect(await checkRules(database.sql, databaseRules, wholeScope())).toEqual([]));

const accept = async (given: Partial<NewMessage> = {}, key: string | null = null): Promise<string> => {
  const message = newMessage(clientId, { recipient: msisdn, ...given });
  const accepted = await acceptMessage(database.sql, message, key === null ? null : newKey(key));
  if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
  return accepted.message.id;
};
const claim = async (id: string, attempt = 1): Promise<number> => {
  const owner = randomUUID();
  await renewLease(database.sql, owner);
  const asked = [{ message_id: id, attempt }];
  return (await claimDeliveries(database.sql, { owner, claimId: randomUUID() }, asked)).length;
};
const hear = (...said: readonly Said[]) => settleOutcomes(booksOf(database), [asReport(said)]);
const about = (message_id: string, attempt = 1) => ({ message_id, attempt, part: 1, at: nextMoment() });
const submitted = (id: string) =>
  hear(sayOutcome({ type: 'PartSubmitted', ...about(id), smsc_message_id: `s-${id}`, late: false }));
const deliver = async (id: string): Promise<void> => {
  await claim(id);
  await submitted(id);
  await hear(sayReceipt(`s-${id}`, 'DELIVERED', msisdn));
};
const refuseWaiting = async () =>
  settleMessages(database.sql, await refuseOptedOut(database.sql, { clientId, msisdn, limit: 100 }));
const messageOf = async (id: string) => (await database.query('SELECT * FROM messages WHERE id = $1', [id]))[0];
const credit = async () =>
  (await database.query<{ credit_cents: number }>('SELECT credit_cents::int FROM clients WHERE id = $1', [clientId]))[0]
    ?.credit_cents;

test('an opt-out is put once, listed by its digits, and taken off', async () => {
  expect(await putOptOut(database.sql, clientId, msisdn)).toMatchObject({ isNew: true, optOut: { source: 'api' } });
  expect(await putOptOut(database.sql, clientId, msisdn)).toMatchObject({ isNew: false });
  expect(await putOptOut(database.sql, v7(), msisdn)).toBeNull();
  for (const each of ['4917', '15551234567', '49999999999999', '5511987654321'].map((digits) => digits.padEnd(7, '0')))
    await putOptOut(database.sql, clientId, each);
  const list = async (prefix: string, after = '') =>
    (await listOptOuts(database.sql, { clientId, prefix, after, limit: 3 })).map((each) => each.msisdn);
  expect(await list('')).toEqual(['15551234567', '4917000', msisdn]);
  expect(await list('', msisdn)).toEqual(['49999999999999', '5511987654321']);
  expect(await list('49')).toEqual(['4917000', msisdn, '49999999999999']);
  expect(await list('4999')).toEqual(['49999999999999']);
  expect(await readOptOut(database.sql, v7(), msisdn)).toBeNull();
  expect(await deleteOptOut(database.sql, v7(), msisdn)).toBe(false);
  expect(await deleteOptOut(database.sql, clientId, msisdn)).toBe(true);
  expect(await deleteOptOut(database.sql, clientId, msisdn)).toBe(false);
});

test('what waits to be sent to a number that opts out fails at once, and its hold is released', async () => {
  const [queued, scheduled] = [
    await accept(),
    await accept({ send_at: new Date(Date.now() + 3_600_000).toISOString() }),
  ];
  const other = await accept({ recipient: '491700000018' });
  expect(await credit()).toBe(985);
  await putOptOut(database.sql, clientId, msisdn);
  expect(await claim(queued)).toBe(0);
  expect((await refuseWaiting()).map(({ id }) => id).sort()).toEqual([queued, scheduled].sort());
  for (const id of [queued, scheduled])
    expect(await messageOf(id)).toMatchObject({ state: 'FAILED_PERM', failure: 'recipient.opted_out' });
  expect(await messageOf(other)).toMatchObject({ state: 'QUEUED' });
  expect(await credit()).toBe(995);
  expect(await database.query('SELECT type, payload FROM callbacks WHERE message_id = $1', [queued])).toMatchObject([
    { type: 'message.failed', payload: { error: 'recipient.opted_out' } },
  ]);
  expect(await refuseWaiting()).toEqual([]);
});

test('another client may go on sending to the number', async () => {
  const id = await accept();
  await putOptOut(database.sql, await createClient(database, { creditCents: 1 }), msisdn);
  expect(await claim(id)).toBe(1);
});

test('what was under way when its recipient opted out is not tried again', async () => {
  const [throttled, unknown, sent] = [await accept(), await accept(), await accept()];
  for (const id of [throttled, unknown, sent]) await claim(id);
  await putOptOut(database.sql, clientId, msisdn);
  expect(await refuseWaiting()).toEqual([]);
  await hear(
    sayOutcome({ type: 'PartRefused', ...about(throttled), command_status: 0x58, retry: true }),
    sayOutcome({ type: 'PartUnknown', ...about(unknown), reason: 'response-timeout' }),
  );
  expect(await claim(throttled, 2)).toBe(0);
  await settleMessages(database.sql, await refuseRecentlyOptedOut(database.sql, 100));
  expect(await messageOf(throttled)).toMatchObject({ state: 'FAILED_PERM', failure: 'recipient.opted_out' });
  expect(await messageOf(unknown)).toMatchObject({ state: 'UNKNOWN', next_attempt_at: null });
  expect(await claim(unknown, 2)).toBe(0);
  await submitted(sent);
  await hear(sayReceipt(`s-${sent}`, 'DELIVERED', msisdn));
  expect(await messageOf(sent)).toMatchObject({ state: 'DELIVERED' });
  expect(await refuseRecentlyOptedOut(database.sql, 100)).toEqual([]);
});

/** As if it had been asked for, and everything before it accepted, some minutes ago. */
const age = async (erasureId: string): Promise<void> => {
  await database.query(`UPDATE messages SET created_at = created_at - interval '5 minutes' WHERE client_id = $1`, [
    clientId,
  ]);
  await database.query(
    `UPDATE erasures SET requested_at = requested_at - interval '2 minutes', next_look_at = now() WHERE id = $1`,
    [erasureId],
  );
};
const lookAgain = (id: string) => database.query('UPDATE erasures SET next_look_at = now() WHERE id = $1', [id]);
const request = async (): Promise<string> => {
  const erasure = await requestErasure(database.sql, { id: v7(), clientId, msisdn });
  if (!erasure) throw new Error('There is no such client');
  return erasure.id;
};
const eraseAll = async (limit = 100): Promise<number[]> => {
  const pieces: number[] = [];
  for (let some = await eraseSome(database.sql, limit); some !== null; some = await eraseSome(database.sql, limit))
    pieces.push(some);
  return pieces;
};

/** Every row of every table that has the text somewhere. */
const tracesOf = async (text: string): Promise<string[]> => {
  const tables = await database.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
  );
  const found: string[] = [];
  for (const { name } of tables)
    if ((await database.query(`SELECT FROM ${name} t WHERE strpos(t::text, $1) > 0 LIMIT 1`, [text])).length > 0)
      found.push(name);
  return found;
};

const personalData = () => ({
  body: 'Dear Ms Ada Lovelace',
  reference: 'ada@example.com',
  metadata: { name: 'Ada Lovelace' },
  callback_url: `https://example.com/hook?to=${msisdn}`,
});

test('an erased recipient leaves no trace, while states, prices and the ledger stay', async () => {
  const id = await accept(personalData(), 'order-1');
  await deliver(id);
  await accept({ recipient: '491700000018', body: 'to somebody else' });
  const ledger = () =>
    database.query('SELECT * FROM ledger_entries WHERE client_id = $1 ORDER BY id, kind', [clientId]);
  const before = await ledger();
  const erasure = await request();
  await age(erasure);
  expect(await tracesOf(msisdn)).toEqual(expect.arrayContaining(['callbacks', 'erasures']));
  expect(await eraseAll()).toEqual([1]);
  for (const trace of [msisdn, 'Lovelace', 'ada@example.com']) expect(await tracesOf(trace)).toEqual([]);
  expect(await messageOf(id)).toMatchObject({ state: 'DELIVERED', recipient: '', body: '', country: 'DE', parts: 1 });
  expect(await ledger()).toEqual(before);
  expect(await readErasure(database.sql, clientId, erasure)).toMatchObject({ state: 'FINISHED', messages: 1 });
  expect(await readErasure(database.sql, v7(), erasure)).toBeNull();
  expect(await tracesOf('to somebody else')).not.toEqual([]);
});

test('a repeated submit of an erased message sends nothing, and names nobody', async () => {
  const id = await accept(personalData(), 'order-2');
  await deliver(id);
  await age(await request());
  await eraseAll();
  const again = await acceptMessage(
    database.sql,
    newMessage(clientId, { recipient: msisdn, ...personalData() }),
    newKey('order-2'),
  );
  expect(again).toMatchObject({ outcome: 'replayed', message: { id, recipient: '', reference: null } });
});

test('what is not final is waited for, and erased once it is', async () => {
  const [done, waiting] = [await accept(personalData()), await accept(personalData())];
  await deliver(done);
  const erasure = await request();
  await age(erasure);
  expect(await eraseAll()).toEqual([1]);
  expect(await readErasure(database.sql, clientId, erasure)).toMatchObject({ state: 'PENDING', messages: 1 });
  expect(await messageOf(waiting)).toMatchObject({ recipient: msisdn, body: personalData().body });
  await database.query(`UPDATE messages SET expires_at = now() - interval '1 second' WHERE id = $1`, [waiting]);
  await settleMessages(database.sql, await expireMessages(database.sql, 100));
  await lookAgain(erasure);
  expect(await eraseAll()).toEqual([1]);
  expect(await readErasure(database.sql, clientId, erasure)).toMatchObject({ state: 'FINISHED', messages: 2 });
});

test('it is done piece by piece, and goes on where it stopped', async () => {
  for (let n = 0; n < 3; n++) await deliver(await accept(personalData()));
  const erasure = await request();
  await age(erasure);
  expect(await eraseSome(database.sql, 2)).toBe(2);
  expect(await readErasure(database.sql, clientId, erasure)).toMatchObject({ state: 'PENDING', messages: 2 });
  expect(await eraseAll(2)).toEqual([1]);
  expect(await readErasure(database.sql, clientId, erasure)).toMatchObject({ state: 'FINISHED', messages: 3 });
});

test('one that is asked for again while it is under way is the same, and takes what came since', async () => {
  await deliver(await accept(personalData()));
  const erasure = await request();
  await age(erasure);
  const later = await accept(personalData());
  await deliver(later);
  expect(await request()).toBe(erasure);
  expect((await eraseAll()).reduce((sum, some) => sum + some, 0)).toBe(2);
  // What was being accepted at that moment may not be seen yet: it is not finished before a minute has passed.
  expect(await readErasure(database.sql, clientId, erasure)).toMatchObject({ state: 'PENDING', messages: 2 });
  await age(erasure);
  await eraseAll();
  expect(await readErasure(database.sql, clientId, erasure)).toMatchObject({ state: 'FINISHED' });
  expect(await request()).not.toBe(erasure);
});

test('what is sent after the request is not erased by it, and the opt-out stays', async () => {
  await putOptOut(database.sql, clientId, msisdn);
  const erasure = await request();
  await age(erasure);
  await deleteOptOut(database.sql, clientId, msisdn);
  const id = await accept(personalData());
  await putOptOut(database.sql, clientId, msisdn);
  await refuseWaiting();
  await eraseAll();
  expect(await messageOf(id)).toMatchObject({ recipient: msisdn });
  expect(await readOptOut(database.sql, clientId, msisdn)).not.toBeNull();
});
