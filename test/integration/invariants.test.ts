import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { acceptPush } from '#shared/adapters/accept-push.ts';
import { claimDeliveries, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { checkRules, databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { readSentParts } from '#shared/adapters/invariants/read-peers-view.ts';
import { readTimelines } from '#shared/adapters/invariants/read-timelines.ts';
import { compareSubmissions } from '#shared/domain/invariants/compare-submissions.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { checkInvariants } from '../../local/invariants/check-invariants.ts';
import { connectPostgres } from '../../local/invariants/connect-postgres.ts';
import { renderReport } from '../../local/invariants/render-report.ts';
import { createCard, newPush, newPushMessage } from '../support/cards.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { emptyDatabase } from '../support/money-world.ts';
import { asReport, booksOf, nextMoment, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

let database: TestDatabase;
let client: string;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());

const recipient = '491700000009';

const accept = async (parts = 1): Promise<string> => {
  const message = newMessage(client, { parts, recipient, callback_url: 'https://client.example/callbacks' });
  expect((await acceptMessage(database.sql, message)).outcome).toBe('accepted');
  return message.id;
};

const queue = (id: string, ago = '0 seconds') =>
  database.query(
    `UPDATE messages SET queued_at = now() - $2::interval, next_attempt_at = now() - $2::interval,
      created_at = now() - $2::interval WHERE id = $1`,
    [id, ago],
  );

const claim = async (id: string, owner = randomUUID()): Promise<void> => {
  await renewLease(database.sql, owner);
  expect(
    await claimDeliveries(database.sql, { owner, claimId: randomUUID() }, [{ message_id: id, attempt: 1 }]),
  ).toHaveLength(1);
};

const deliver = async (parts = 1): Promise<string> => {
  const id = await accept(parts);
  await queue(id);
  await claim(id);
  const smscIds = Array.from({ length: parts }, () => randomUUID());
  const submitted = smscIds.map((smsc_message_id, i) =>
    sayOutcome({
      type: 'PartSubmitted',
      message_id: id,
      attempt: 1,
      part: i + 1,
      at: nextMoment(),
      smsc_message_id,
      late: false,
    }),
  );
  const receipts = smscIds.map((smscId) => sayReceipt(smscId, 'DELIVERED', recipient));
  await settleOutcomes(booksOf(database), [asReport(submitted)]);
  await settleOutcomes(booksOf(database), [asReport(receipts)]);
  return id;
};

const broken = async () =>
  (await checkRules(database.sql, databaseRules, wholeScope())).map(({ rule, id }) => `${rule} ${id}`).sort();

beforeEach(async () => {
  await emptyDatabase(database);
  client = await createClient(database, { creditCents: 1_000 });
  await Promise.all([deliver(), deliver(2), accept()]);
  expect(await broken()).toEqual([]);
});

describe('money', () => {
  test.each([1, -1])('a client whose credit is %i cent off is found', async (cents) => {
    await database.query('UPDATE clients SET credit_cents = credit_cents + $2 WHERE id = $1', [client, cents]);
    const [finding] = await checkRules(database.sql, databaseRules, wholeScope());
    expect(finding).toMatchObject({ rule: 'money/balanced', subject: 'client', id: client });
    expect(finding?.problem).toContain(`${cents} cents too much`);
  });

  test('a client among many is found, and the others are not', async () => {
    for (let i = 0; i < 120; i += 1) await createClient(database, { creditCents: 10 });
    await database.query('UPDATE clients SET credit_cents = credit_cents + 1 WHERE id = $1', [client]);
    expect(await broken()).toEqual([`money/balanced ${client}`]);
  });

  test('a grant that the ledger does not know is found', async () => {
    await database.query(`DELETE FROM ledger_entries WHERE kind = 'GRANT'`);
    expect(await broken()).toEqual([`money/balanced ${client}`]);
  });

  test('a capture made twice by hand is found, also where the sums were made to agree', async () => {
    const id = await deliver();
    await database.query(
      `INSERT INTO ledger_entries (id, part, kind, client_id, amount_cents) VALUES ($1, 2, 'CAPTURE', $2, 5)`,
      [id, client],
    );
    expect(await broken()).toEqual([`money/balanced ${client}`, `money/moved-once ${id}`]);
    await database.query(
      `INSERT INTO ledger_entries (id, part, kind, client_id, amount_cents) VALUES ($1, 0, 'GRANT', $2, 5)`,
      [uuidV7(), client],
    );
    await database.query(
      'UPDATE credit_locks SET held_cents = held_cents + 5, captured_cents = captured_cents + 5 WHERE message_id = $1',
      [id],
    );
    await database.query(`UPDATE ledger_entries SET amount_cents = 10 WHERE id = $1 AND kind = 'HOLD'`, [id]);
    expect(await broken()).toEqual([`money/held-then-settled ${id}`, `money/moved-once ${id}`]);
  });

  test('a part that is captured and released is found', async () => {
    const id = await deliver();
    await database.query(
      `INSERT INTO ledger_entries (id, part, kind, client_id, amount_cents) VALUES ($1, 1, 'RELEASE', $2, 5)`,
      [id, client],
    );
    await database.query('UPDATE clients SET credit_cents = credit_cents + 5 WHERE id = $1', [client]);
    expect(await broken()).toContain(`money/moved-once ${id}`);
  });

  test('a final message whose hold is still open is found', async () => {
    const id = await deliver();
    await database.query('UPDATE credit_locks SET settled_at = NULL WHERE message_id = $1', [id]);
    expect(await broken()).toContain(`money/held-then-settled ${id}`);
  });

  test('a delivered part that was released is found', async () => {
    const id = await deliver();
    await database.query(`UPDATE ledger_entries SET kind = 'RELEASE' WHERE id = $1 AND kind = 'CAPTURE'`, [id]);
    await database.query('UPDATE credit_locks SET captured_cents = 0, released_cents = 5 WHERE message_id = $1', [id]);
    await database.query('UPDATE clients SET credit_cents = credit_cents + 5 WHERE id = $1', [client]);
    expect(await broken()).toEqual([`money/paid-as-delivered ${id}`]);
  });

  test('a hold and a message without each other are found', async () => {
    const id = await accept();
    await database.query('DELETE FROM messages WHERE id = $1', [id]);
    expect(await broken()).toEqual([`money/moved-once ${id}`]);
  });
});

describe('progress', () => {
  const alive = () =>
    database.query(
      `INSERT INTO bridge_leases (owner, expires_at, started_at) VALUES ($1, now() + interval '30 s', now() - interval '1 day')`,
      [randomUUID()],
    );
  const makeHistoryOld = () => database.query(`UPDATE message_events SET at = at - interval '1 day'`);

  test('a message that is marked as queued and stands on no queue is found, once nothing is claimed though a bridge lives', async () => {
    const id = await accept();
    await queue(id, '1 hour');
    await alive();
    expect(await broken()).toEqual([]);
    await makeHistoryOld();
    expect(await broken()).toEqual([`message/next-step ${id}`]);
  });

  test('a lost message is found when what its client sent much later was claimed', async () => {
    const id = await accept();
    await queue(id, '2 hours');
    const later = await accept();
    await queue(later);
    expect(await broken()).toEqual([]);
    await claim(later);
    expect(await broken()).toEqual([`message/next-step ${id}`]);
  });

  test('a long backlog is no loss: nothing in it was overtaken, and claims go on', async () => {
    const waiting = await Promise.all(Array.from({ length: 5 }, () => accept()));
    for (const id of waiting) await queue(id, '5 hours');
    await alive();
    await claim(waiting[0] ?? '');
    expect(await broken()).toEqual([]);
  });

  test('while no bridge lives, what waits is not lost', async () => {
    await queue(await accept(), '5 hours');
    await makeHistoryOld();
    expect(await broken()).toEqual([]);
  });

  test.each([
    [
      'that is due and was never queued',
      `created_at = now() - interval '1 hour', next_attempt_at = now() - interval '1 hour'`,
    ],
    ['that has no next attempt', 'next_attempt_at = NULL'],
    ['that expired and was not closed', `expires_at = now() - interval '1 hour'`],
    ['that nobody sends', `state = 'SENDING', owner = NULL`],
    ['whose receipt was awaited for too long', `state = 'SENT', expires_at = now() - interval '74 hours'`],
  ])('a message %s is found', async (_what, change) => {
    const id = await accept();
    await database.query(`UPDATE messages SET ${change} WHERE id = $1`, [id]);
    expect(await broken()).toContain(`message/next-step ${id}`);
  });

  test('what a dead bridge held is found when nothing recovered it', async () => {
    const id = await accept();
    const owner = randomUUID();
    await claim(id, owner);
    await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '10 minutes' WHERE owner = $1`, [
      owner,
    ]);
    expect(await broken()).toEqual([]);
    await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '1 hour' WHERE owner = $1`, [owner]);
    expect(await broken()).toEqual([`message/next-step ${id}`]);
  });

  test('a message that says something else than its parts is found', async () => {
    const id = await deliver();
    await database.query(`UPDATE message_parts SET state = 'FAILED' WHERE message_id = $1`, [id]);
    expect(await broken()).toEqual([`message/agrees-with-parts ${id}`, `money/paid-as-delivered ${id}`]);
  });
});

describe('history', () => {
  const swap = (id: string, one: string, other: string) =>
    database.query(
      `UPDATE message_events e SET type = CASE e.type WHEN $2 THEN $3 ELSE $2 END
       WHERE e.message_id = $1 AND e.type IN ($2, $3)`,
      [id, one, other],
    );

  test('a history that goes backward is found', async () => {
    const id = await deliver();
    await swap(id, 'SENT', 'DELIVERED');
    expect(await broken()).toEqual([`history/forward ${id}`]);
  });

  test('a receipt before its submission, and a submission before its claim, are found', async () => {
    const id = await deliver();
    await database.query(`DELETE FROM message_events WHERE message_id = $1 AND type = 'SENDING'`, [id]);
    expect(await broken()).toContain(`history/in-order ${id}`);
    const other = await deliver();
    await database.query(
      `UPDATE message_events SET number = nextval('message_event_numbers') WHERE message_id = $1 AND type = 'SUBMITTED'`,
      [other],
    );
    expect(await broken()).toContain(`history/in-order ${other}`);
  });

  test.each(['QUEUED', 'SUBMITTED', 'DELIVERED'])('a history without %s is found', async (type) => {
    const id = await deliver();
    await database.query('DELETE FROM message_events WHERE message_id = $1 AND type = $2', [id, type]);
    expect((await broken()).filter((each) => each.startsWith('history/') && each.endsWith(id))).not.toEqual([]);
  });
});

describe('callbacks', () => {
  test('a final message whose callback is missing is found', async () => {
    const id = await deliver();
    await database.query('DELETE FROM callbacks WHERE message_id = $1', [id]);
    expect(await broken()).toEqual([`callback/written ${id}`]);
  });

  test('news that was written twice is found', async () => {
    const id = await deliver();
    await database.query(
      `INSERT INTO callbacks (id, client_id, message_id, type, url, payload)
       SELECT gen_random_uuid(), client_id, message_id, type, url, payload FROM callbacks WHERE message_id = $1`,
      [id],
    );
    expect(await broken()).toEqual([`callback/written ${id}`]);
  });

  test('a callback that is due and that nobody makes is found', async () => {
    const id = await deliver();
    await database.query(
      `UPDATE callbacks SET created_at = now() - interval '2 hours', next_attempt_at = now() - interval '1 hour' WHERE message_id = $1`,
      [id],
    );
    expect(await broken()).toEqual([`callback/next-step ${id}`]);
  });
});

test('a push whose packet the SMSC took twice is found, also where its fate was unknown: it is never sent again', async () => {
  const iccid = '8949000000000009995';
  await createCard(database, { iccid, msisdn: recipient });
  const push = newPushMessage(client, { recipient });
  expect((await acceptPush(database.sql, newPush(iccid), push)).outcome).toBe('accepted');
  await database.query(`UPDATE messages SET body = '00ff' WHERE id = $1`, [push.id]);
  await database.query(
    `UPDATE message_parts SET attempt = 1, state = 'UNKNOWN', unknown_times = unknown_times + 1 WHERE message_id = $1`,
    [push.id],
  );
  const sent = await readSentParts(database.sql, new Date(0));
  const parts = sent.filter(({ message_id }) => message_id === push.id);
  const body_hash = createHash('sha256').update('00ff').digest('hex');
  const taken = ['a', 'b'].map((smsc_message_id) => ({
    smsc_message_id,
    destination: recipient,
    part: null,
    body_hash,
  }));
  expect(compareSubmissions(parts, taken.slice(1))).toEqual([]);
  expect(compareSubmissions(parts, taken)).toMatchObject([{ rule: 'smsc/once', id: push.id }]);
});

test('a finding comes with the history of its message, without its text or its number', async () => {
  const id = await deliver();
  await database.query('DELETE FROM callbacks WHERE message_id = $1', [id]);
  const { host, port, user, password } = database.login;
  const postgres = connectPostgres(`postgres://${user}:${password}@${host}:${port}/${database.databaseName}`);
  const report = await checkInvariants({
    sql: postgres.sql,
    smscControlUrl: null,
    callbacksUrl: null,
    peersSince: new Date(),
  });
  await postgres.end();
  const text = renderReport(report);
  expect(text).toMatch(/BROKEN +callback\/written/);
  expect(text).toContain(`message ${id}: it is DELIVERED, and no callback message.delivered was written`);
  expect(text).toMatch(/QUEUED .*\n.*SENDING .*\n.*SUBMITTED part 1 .*\n.*SENT .*\n.*RECEIPT part 1 .*\n.*DELIVERED/);
  expect(text).toContain(`1 of ${databaseRules.length} rules are broken.`);
  expect(text).not.toContain(recipient);
  expect(text).not.toContain('hello');
  expect(await readTimelines(database.sql, [])).toEqual(new Map());
});
