import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { acceptMessage, type IdempotencyKey } from '#shared/adapters/accept-message.ts';
import { type Claim, claimDeliveries, endLease, releaseClaims, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { findDueMessages, markMessagesQueued } from '#shared/adapters/outbox.ts';
import { readAccount } from '#shared/adapters/read-account.ts';
import { readMessage } from '#shared/adapters/read-message.ts';
import { joinReceipts, recordOutcomes } from '#shared/adapters/record-outcomes.ts';
import { expireMessages, recoverOrphans, sweep } from '#shared/adapters/recover-messages.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { Outcome, type ReceiptState } from '#shared/contracts/queue-messages.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
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

const liveOwner = async (): Promise<string> => {
  const owner = randomUUID();
  expect(await renewLease(database.sql, owner)).toBe(true);
  return owner;
};

const at = () => new Date().toISOString();

const report = (...outcomes: readonly object[]) =>
  settleOutcomes(
    {
      record: (parts, receipts) => recordOutcomes(database.sql, parts, receipts),
      join: (parts, receipts) => joinReceipts(database.sql, parts, receipts),
      settle: async (ids) => void (await settleMessages(database.sql, ids)),
    },
    [
      {
        type: 'OutcomesReported',
        version: 1,
        provider: 'primary',
        outcomes: outcomes.map((each) => Outcome.parse(each)),
      },
    ],
  );

const submitted = (claim: Claim, part: number, smscId: string | null) => ({
  type: 'PartSubmitted',
  message_id: claim.message_id,
  attempt: claim.attempt,
  part,
  at: at(),
  smsc_message_id: smscId,
  late: false,
});
const refused = (claim: Claim, part: number, retry: boolean, status = 0x0b) => ({
  type: 'PartRefused',
  message_id: claim.message_id,
  attempt: claim.attempt,
  part,
  at: at(),
  command_status: status,
  retry,
});
const unknown = (claim: Claim, part: number) => ({
  type: 'PartUnknown',
  message_id: claim.message_id,
  attempt: claim.attempt,
  part,
  at: at(),
  reason: 'response-timeout',
});
const receipt = (smscId: string, state: ReceiptState = 'DELIVERED', recipient = '491700000009') => ({
  type: 'ReceiptReceived',
  receipt_id: randomUUID(),
  smsc_message_id: smscId,
  recipient,
  state,
  error_code: null,
  at: at(),
});

const claimAs = (owner: string, messageId: string, attempt: number, claimId = randomUUID()) =>
  claimDeliveries(database.sql, { owner, claimId }, [{ message_id: messageId, attempt }]);

const acceptOne = async (
  given: Parameters<typeof newMessage>[1] = {},
  key: IdempotencyKey | null = null,
  creditCents = 100,
) => {
  const client = await createClient(database, { creditCents });
  const message = newMessage(client, given);
  expect((await acceptMessage(database.sql, message, key)).outcome).toBe('accepted');
  return { client, message };
};

const claimOne = async (messageId: string, attempt = 1): Promise<Claim> => {
  const [claim] = await claimAs(await liveOwner(), messageId, attempt);
  if (!claim) throw new Error(`${messageId} could not be claimed for attempt ${attempt}`);
  return claim;
};

const acceptAndClaim = async (given: Parameters<typeof newMessage>[1] = {}, creditCents = 100) => {
  const { client, message } = await acceptOne(given, null, creditCents);
  return { client, message, claim: await claimOne(message.id) };
};

const stateOf = async (client: string, id: string) => (await readMessage(database.sql, client, id))?.status;
const account = (client: string) => readAccount(database.sql, client);
const makeDue = (id: string) =>
  database.query(
    `UPDATE messages SET next_attempt_at = now(), created_at = now() - interval '1 minute' WHERE id = $1`,
    [id],
  );
const smscId = () => randomUUID();

describe('accept', () => {
  test('an accepted message holds its whole price', async () => {
    const { client } = await acceptOne({ parts: 3 });
    expect(await account(client)).toMatchObject({
      available_cents: 85,
      held_cents: 15,
      captured_cents: 0,
      granted_cents: 100,
    });
  });

  test('a message that the credit does not cover is refused, and nothing is written', async () => {
    const client = await createClient(database, { creditCents: 4 });
    const message = newMessage(client);
    const refused = { outcome: 'refused', reason: 'credit.insufficient' };
    expect(await acceptMessage(database.sql, message, newKey('k'))).toEqual(refused);
    expect(await readMessage(database.sql, client, message.id)).toBeNull();
    expect(await database.query('SELECT 1 FROM idempotency_keys WHERE client_id = $1', [client])).toEqual([]);
  });

  test('an accept repeated after a hidden commit answers as the first did', async () => {
    for (const key of [null, newKey('key')]) {
      const client = await createClient(database, { creditCents: 100 });
      const message = newMessage(client);
      const first = await acceptMessage(database.sql, message, key);
      expect(await acceptMessage(database.sql, message, key)).toEqual(first);
      expect(await account(client)).toMatchObject({ held_cents: 5 });
    }
  });

  test('a key used again replays its message, and with another request is a mismatch', async () => {
    const { client, message } = await acceptOne({}, newKey('once'));
    const again = await acceptMessage(database.sql, newMessage(client), newKey('once'));
    expect(again).toMatchObject({ outcome: 'replayed', message: { id: message.id } });
    const other = await acceptMessage(database.sql, newMessage(client), newKey('once', 'b'));
    expect(other).toEqual({ outcome: 'mismatch' });
  });

  test('a key that has expired is free again', async () => {
    const { client } = await acceptOne({}, newKey('old'));
    await database.query(`UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE client_id = $1`, [
      client,
    ]);
    const again = await acceptMessage(database.sql, newMessage(client), newKey('old', 'b'));
    expect(again.outcome).toBe('accepted');
    await sweep(database.sql);
  });

  test.each([5, 1000])('60 concurrent duplicates with credit of %i cents give one message', async (creditCents) => {
    const client = await createClient(database, { creditCents });
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => acceptMessage(database.sql, newMessage(client), newKey('same'))),
    );
    expect(answers.map((each) => each.outcome).filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(answers.filter((each) => each.outcome === 'replayed')).toHaveLength(59);
    expect(await account(client)).toMatchObject({ held_cents: 5, available_cents: creditCents - 5 });
  });

  test('200 parallel messages on credit for 100 accept exactly 100', async () => {
    const client = await createClient(database, { creditCents: 500 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => acceptMessage(database.sql, newMessage(client))),
    );
    expect(answers.filter((each) => each.outcome === 'accepted')).toHaveLength(100);
    expect(answers.filter((each) => each.outcome === 'refused')).toHaveLength(100);
    expect(await account(client)).toMatchObject({ available_cents: 0, held_cents: 500 });
  });

  test('a suspended client is accepted nothing', async () => {
    const client = await createClient(database, { creditCents: 100 });
    await database.query('UPDATE clients SET suspended_at = now() WHERE id = $1', [client]);
    expect(await acceptMessage(database.sql, newMessage(client))).toEqual({ outcome: 'no-such-client' });
  });
});

describe('claim', () => {
  test('a message is claimed once, however many ask', async () => {
    const { message } = await acceptOne();
    const owners = await Promise.all(Array.from({ length: 8 }, liveOwner));
    const claims = await Promise.all(owners.map((owner) => claimAs(owner, message.id, 1)));
    expect(claims.flat()).toHaveLength(1);
  });

  test('a claim repeated because its answer was lost gives the same, and another call nothing', async () => {
    const { message } = await acceptOne({ parts: 2 });
    const [owner, claimId] = [await liveOwner(), randomUUID()];
    const first = await claimAs(owner, message.id, 1, claimId);
    expect(first).toHaveLength(1);
    expect(await claimAs(owner, message.id, 1, claimId)).toEqual(first);
    expect(await claimAs(owner, message.id, 1)).toEqual([]);
  });

  test('a task whose lease has passed claims nothing and never gets it back', async () => {
    const { message } = await acceptOne();
    const owner = await liveOwner();
    await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '1 ms' WHERE owner = $1`, [owner]);
    expect(await claimAs(owner, message.id, 1)).toEqual([]);
    expect(await renewLease(database.sql, owner)).toBe(false);
  });

  test('a claim of another attempt, or of what expired, gives nothing', async () => {
    const { message } = await acceptOne();
    const owner = await liveOwner();
    expect(await claimAs(owner, message.id, 2)).toEqual([]);
    await database.query(`UPDATE messages SET expires_at = now() WHERE id = $1`, [message.id]);
    expect(await claimAs(owner, message.id, 1)).toEqual([]);
  });

  test('a released claim can be claimed again, for the same attempt', async () => {
    const { client, message } = await acceptOne({ parts: 2 });
    const owner = await liveOwner();
    const claims = await claimAs(owner, message.id, 1);
    await releaseClaims(database.sql, claims);
    expect(await stateOf(client, message.id)).toBe('QUEUED');
    expect((await claimOne(message.id)).part_numbers).toEqual([1, 2]);
  });

  test('what is released counts as on no queue: its delivery may be gone', async () => {
    const { message } = await acceptOne();
    await database.query('UPDATE messages SET queued_at = now() WHERE id = $1', [message.id]);
    await releaseClaims(database.sql, await claimAs(await liveOwner(), message.id, 1));
    expect(await database.query('SELECT state, queued_at FROM messages WHERE id = $1', [message.id])).toEqual([
      { state: 'QUEUED', queued_at: null },
    ]);
  });

  test('a release that is repeated late does nothing to a newer claim of the same task', async () => {
    const { client, message } = await acceptOne();
    const owner = await liveOwner();
    const first = await claimAs(owner, message.id, 1);
    await releaseClaims(database.sql, first);
    await claimAs(owner, message.id, 1);
    await releaseClaims(database.sql, first);
    expect(await stateOf(client, message.id)).toBe('SENDING');
  });
});

describe('settle', () => {
  test('a delivered message captures its price', async () => {
    const { client, message, claim } = await acceptAndClaim();
    const id = smscId();
    await report(submitted(claim, 1, id));
    expect(await stateOf(client, message.id)).toBe('SENT');
    await report(receipt(id));
    expect(await stateOf(client, message.id)).toBe('DELIVERED');
    expect(await account(client)).toMatchObject({ available_cents: 95, held_cents: 0, captured_cents: 5 });
  });

  test('whatever is reported twice is paid for once', async () => {
    const { client, claim } = await acceptAndClaim({ parts: 2 });
    const [one, two] = [smscId(), smscId()];
    const all = [submitted(claim, 1, one), submitted(claim, 2, two), receipt(one), receipt(two)];
    await Promise.all([report(...all), report(...all), report(...all.toReversed()), report(...all)]);
    await report(...all);
    expect(await account(client)).toMatchObject({ available_cents: 90, held_cents: 0, captured_cents: 10 });
  });

  test('a receipt that overtakes its submission is joined when that comes', async () => {
    const { client, message, claim } = await acceptAndClaim();
    const id = smscId();
    await report(receipt(id));
    expect(await stateOf(client, message.id)).toBe('SENDING');
    await report(submitted(claim, 1, id));
    expect(await stateOf(client, message.id)).toBe('DELIVERED');
  });

  test('of a receipt and a submission settled at the same time, neither misses the other', async () => {
    const rounds = await Promise.all(Array.from({ length: 40 }, () => acceptAndClaim()));
    await Promise.all(
      rounds.flatMap(({ claim }) => {
        const id = smscId();
        return [report(submitted(claim, 1, id)), report(receipt(id))];
      }),
    );
    const states = await Promise.all(rounds.map(({ client, message }) => stateOf(client, message.id)));
    expect(new Set(states)).toEqual(new Set(['DELIVERED']));
  });

  test.each([
    ['7d0', '2000'],
    ['2000', '7D0'],
    ['000000ab', 'AB'],
    ['12', '0000000012'],
    ['f'.repeat(16), '18446744073709551615'],
    ['Queue-7x', 'queue-7X'],
  ])('the id %s is found by a receipt that calls it %s', async (atSubmit, atReceipt) => {
    const recipient = `4917${String(Math.random()).slice(2, 11)}`;
    const { client, message, claim } = await acceptAndClaim({ recipient });
    await report(submitted(claim, 1, atSubmit));
    await report(receipt(atReceipt, 'DELIVERED', recipient));
    expect(await stateOf(client, message.id)).toBe('DELIVERED');
    await database.query('DELETE FROM part_submissions WHERE message_id = $1', [message.id]);
  });

  test('an id that could mean two messages to one number is not guessed', async () => {
    const recipient = '491755555555';
    const [one, two] = await Promise.all([acceptAndClaim({ recipient }), acceptAndClaim({ recipient })]);
    await report(submitted(one.claim, 1, '10'), submitted(two.claim, 1, '000a'));
    await report(receipt('0a', 'DELIVERED', recipient), receipt('010', 'DELIVERED', '491766666666'));
    expect(await stateOf(two.client, two.message.id)).toBe('DELIVERED');
    expect(await stateOf(one.client, one.message.id)).toBe('SENT');
  });

  test('the same id, seen once exactly, wins over what it may mean otherwise', async () => {
    const recipient = '491777777777';
    const [ten, sixteen] = await Promise.all([acceptAndClaim({ recipient }), acceptAndClaim({ recipient })]);
    await report(submitted(ten.claim, 1, '9010'), submitted(sixteen.claim, 1, '36880'));
    await report(receipt('36880', 'DELIVERED', recipient));
    expect(await stateOf(sixteen.client, sixteen.message.id)).toBe('DELIVERED');
    expect(await stateOf(ten.client, ten.message.id)).toBe('SENT');
  });

  test('an intermediate receipt changes nothing, and a final one is sticky', async () => {
    const { client, message, claim } = await acceptAndClaim();
    const id = smscId();
    await report(submitted(claim, 1, id), receipt(id, 'ENROUTE'));
    expect(await stateOf(client, message.id)).toBe('SENT');
    await report(receipt(id, 'UNDELIVERABLE'));
    await report(receipt(id, 'DELIVERED'));
    expect(await stateOf(client, message.id)).toBe('FAILED_PERM');
    expect(await account(client)).toMatchObject({ available_cents: 100, captured_cents: 0 });
  });

  test('each delivered part is captured and each other released', async () => {
    const { client, message, claim } = await acceptAndClaim({ parts: 3 });
    const [one, two] = [smscId(), smscId()];
    await report(submitted(claim, 1, one), submitted(claim, 2, two), refused(claim, 3, false));
    expect(await stateOf(client, message.id)).toBe('SENT');
    await report(receipt(one), receipt(two, 'EXPIRED'));
    expect(await stateOf(client, message.id)).toBe('FAILED_PERM');
    expect(await account(client)).toMatchObject({ available_cents: 95, held_cents: 0, captured_cents: 5 });
  });

  test('a refusal for good releases the hold', async () => {
    const { client, message, claim } = await acceptAndClaim();
    await report(refused(claim, 1, false));
    expect(await stateOf(client, message.id)).toBe('FAILED_PERM');
    expect(await account(client)).toMatchObject({ available_cents: 100, held_cents: 0 });
  });

  test('a refusal for now is tried again, ten times at most, sending only what is not sent', async () => {
    const { client, message } = await acceptOne({ parts: 2 });
    const id = smscId();
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      const claim = await claimOne(message.id, attempt);
      expect(claim.part_numbers).toEqual(attempt === 1 ? [1, 2] : [2]);
      await report(...(attempt === 1 ? [submitted(claim, 1, id)] : []), refused(claim, 2, true, 0x08));
      if (attempt < 10) expect(await stateOf(client, message.id)).toBe('FAILED_TEMP');
    }
    expect(await stateOf(client, message.id)).toBe('SENT');
    await report(receipt(id));
    expect(await stateOf(client, message.id)).toBe('FAILED_PERM');
    expect(await account(client)).toMatchObject({ available_cents: 95, captured_cents: 5 });
  });

  test('a part of unknown fate is sent once more and never a third time', async () => {
    const { client, message, claim } = await acceptAndClaim();
    await report(unknown(claim, 1));
    await report(unknown(claim, 1));
    expect(await readMessage(database.sql, client, message.id)).toMatchObject({
      status: 'UNKNOWN',
      attempt: 2,
      possible_duplicate: true,
    });
    await makeDue(message.id);
    const due = (await findDueMessages(database.sql, 1000)).filter((each) => each.id === message.id);
    expect(due).toMatchObject([{ attempt: 2, delay_seconds: 0 }]);
    await markMessagesQueued(database.sql, due);
    const second = await claimOne(message.id, 2);
    await report(unknown(second, 1));
    expect(await readMessage(database.sql, client, message.id)).toMatchObject({ status: 'UNKNOWN', attempt: 2 });
    expect(await claimAs(await liveOwner(), message.id, 2)).toEqual([]);
  });

  test('a late answer to what was unknown stops the repetition', async () => {
    const { client, message, claim } = await acceptAndClaim();
    const id = smscId();
    await report(unknown(claim, 1));
    await report({ ...submitted(claim, 1, id), late: true });
    expect(await stateOf(client, message.id)).toBe('SENT');
    expect(await claimAs(await liveOwner(), message.id, 2)).toEqual([]);
    await report(receipt(id));
    expect(await account(client)).toMatchObject({ captured_cents: 5 });
  });

  test('that an SMSC took a part in an earlier attempt counts, also when a later one is reported with it', async () => {
    const { client, message, claim } = await acceptAndClaim();
    const id = smscId();
    await report(unknown(claim, 1));
    const second = await claimOne(message.id, 2);
    await report({ ...submitted(claim, 1, id), late: true }, unknown(second, 1));
    expect(await stateOf(client, message.id)).toBe('SENT');
    await report(receipt(id));
    expect(await account(client)).toMatchObject({ captured_cents: 5, held_cents: 0 });
  });

  test('a part that waits for its next attempt keeps it, whatever is said twice of the others', async () => {
    const { client, message, claim } = await acceptAndClaim({ parts: 2 });
    await report(unknown(claim, 1), refused(claim, 2, true, 0x58));
    const second = await claimOne(message.id, 2);
    await report(unknown(second, 1), refused(second, 2, true, 0x58));
    await report(unknown(second, 1), refused(second, 2, true, 0x58));
    expect(await stateOf(client, message.id)).toBe('FAILED_TEMP');
    expect((await claimOne(message.id, 3)).part_numbers).toEqual([2]);
  });

  test('a task that ended is not taken for dead while its last outcomes are on their way', async () => {
    const { message } = await acceptOne();
    const owner = await liveOwner();
    await claimAs(owner, message.id, 1);
    await endLease(database.sql, owner);
    expect(await renewLease(database.sql, owner)).toBe(false);
    expect(await recoverOrphans(database.sql, 1000)).not.toContain(message.id);
  });

  test('what a dead task held becomes unknown, except the parts it had reported', async () => {
    const { client, message, claim } = await acceptAndClaim({ parts: 2 });
    await report(submitted(claim, 1, smscId()));
    expect(await recoverOrphans(database.sql, 1000)).not.toContain(message.id);
    await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '31 seconds'`);
    const recovered = await recoverOrphans(database.sql, 1000);
    expect(recovered).toContain(message.id);
    await settleMessages(database.sql, recovered);
    const read = await readMessage(database.sql, client, message.id);
    expect(read?.parts.map((part) => part.state)).toEqual(['SENT', 'UNKNOWN']);
    expect((await claimOne(message.id, 2)).part_numbers).toEqual([2]);
  });
});

test('a claim held for longer than any task holds one is recovered, although the task lives', async () => {
  const { client, message } = await acceptAndClaim();
  expect(await recoverOrphans(database.sql, 1000)).not.toContain(message.id);
  await database.query(`UPDATE messages SET claimed_at = now() - interval '16 minutes' WHERE id = $1`, [message.id]);
  expect(await recoverOrphans(database.sql, 1000)).toContain(message.id);
  await settleMessages(database.sql, [message.id]);
  expect(await readMessage(database.sql, client, message.id)).toMatchObject({ status: 'UNKNOWN', attempt: 2 });
});

describe('expiry', () => {
  const settleExpired = async () => settleMessages(database.sql, await expireMessages(database.sql, 1000));

  test('a message that was never sent expires and costs nothing', async () => {
    const { client, message } = await acceptOne();
    await database.query('UPDATE messages SET expires_at = now() WHERE id = $1', [message.id]);
    await settleExpired();
    expect(await stateOf(client, message.id)).toBe('EXPIRED');
    expect(await account(client)).toMatchObject({ available_cents: 100, held_cents: 0 });
  });

  test('at its expiry a message gives up what was never sent, and waits on for what was', async () => {
    const { client, message, claim } = await acceptAndClaim({ parts: 2 });
    const id = smscId();
    await report(submitted(claim, 1, id), refused(claim, 2, true, 0x58));
    await database.query('UPDATE messages SET expires_at = now() WHERE id = $1', [message.id]);
    await settleExpired();
    expect(await stateOf(client, message.id)).toBe('SENT');
    await report(receipt(id));
    expect(await stateOf(client, message.id)).toBe('EXPIRED');
    expect(await account(client)).toMatchObject({ available_cents: 95, captured_cents: 5, held_cents: 0 });
  });

  test.each([
    ['capture', 5],
    ['release', 0],
  ])('what was sent and never receipted is settled by the policy %s', async (policy, captured) => {
    const { client, message, claim } = await acceptAndClaim();
    await report(submitted(claim, 1, smscId()));
    await database.query('UPDATE clients SET unknown_policy = $2 WHERE id = $1', [client, policy]);
    await database.query(`UPDATE messages SET expires_at = now() - interval '71 hours' WHERE id = $1`, [message.id]);
    await settleExpired();
    expect(await stateOf(client, message.id)).toBe('SENT');
    await database.query(`UPDATE messages SET expires_at = now() - interval '73 hours' WHERE id = $1`, [message.id]);
    await settleExpired();
    expect(await stateOf(client, message.id)).toBe('EXPIRED');
    expect(await account(client)).toMatchObject({
      captured_cents: captured,
      held_cents: 0,
      available_cents: 100 - captured,
    });
  });
});
