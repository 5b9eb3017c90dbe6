import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { type Claim, claimDeliveries, releaseClaims, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { checkRules, databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { findDueMessages, markMessagesQueued } from '#shared/adapters/outbox.ts';
import { expireMessages, recoverOrphans } from '#shared/adapters/recover-messages.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newKey, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { emptyDatabase } from '../support/money-world.ts';
import { asReport, booksOf, nextMoment, type Said, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());

const recipient = '491700000009';
const broken = () => checkRules(database.sql, databaseRules, wholeScope());

/** Marsaglia's xorshift: the choices of a run are those of its seed, only the interleaving is the machine's. */
const createDice = (seed: number) => {
  let state = seed || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return {
    chance: (of: number) => next() < of,
    below: (most: number) => Math.floor(next() * most),
    some: <Item>(items: readonly Item[], most: number): Item[] =>
      Array.from({ length: Math.min(most, items.length) }, () => items[Math.floor(next() * items.length)]).filter(
        (each) => each !== undefined,
      ),
  };
};
type Dice = ReturnType<typeof createDice>;

interface Storm {
  readonly dice: Dice;
  readonly ids: string[];
  owners: string[];
  deliveries: { readonly message_id: string; readonly attempt: number }[];
  outcomes: Said[];
  readonly smscIds: string[];
}

const outcomesOf = (storm: Storm, claim: Claim, part: number): Said[] => {
  const { dice } = storm;
  const of = { message_id: claim.message_id, attempt: claim.attempt, part, at: nextMoment() };
  const smscId = randomUUID();
  const submitted = (late: boolean) => {
    storm.smscIds.push(smscId);
    return sayOutcome({ type: 'PartSubmitted', ...of, smsc_message_id: smscId, late }, smscId);
  };
  const unknown = sayOutcome({ type: 'PartUnknown', ...of, reason: 'session-lost' });
  if (dice.chance(0.5)) return [submitted(false)];
  if (dice.chance(0.3)) return [unknown, submitted(true)];
  if (dice.chance(0.4)) return [unknown];
  if (dice.chance(0.5)) return [sayOutcome({ type: 'PartNotSent', ...of })];
  return [sayOutcome({ type: 'PartRefused', ...of, command_status: 0x58, retry: dice.chance(0.8) })];
};

const bridge = async (storm: Storm): Promise<void> => {
  const { dice } = storm;
  const owner = randomUUID();
  await renewLease(database.sql, owner);
  storm.owners.push(owner);
  const claims = await claimDeliveries(database.sql, { owner, claimId: randomUUID() }, [
    ...new Map(dice.some(storm.deliveries, 8).map((each) => [`${each.message_id} ${each.attempt}`, each])).values(),
  ]);
  for (const claim of claims) {
    if (dice.chance(0.1)) await releaseClaims(database.sql, [claim]);
    else if (dice.chance(0.9))
      storm.outcomes.push(...claim.part_numbers.flatMap((part) => outcomesOf(storm, claim, part)));
  }
  if (dice.chance(0.3))
    await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '31 seconds' WHERE owner = $1`, [
      owner,
    ]);
};

const settler = async (storm: Storm): Promise<void> => {
  const { dice } = storm;
  const receipts = dice
    .some(storm.smscIds, 3)
    .map((id) => sayReceipt(id, dice.chance(0.7) ? 'DELIVERED' : 'UNDELIVERABLE', recipient));
  const said = [...new Set(dice.some(storm.outcomes, 12)), ...receipts];
  if (said.length > 0) await settleOutcomes(booksOf(database), [asReport(said)]);
  if (dice.chance(0.5)) storm.outcomes = storm.outcomes.filter((each) => !said.includes(each));
};

const clock = async (storm: Storm): Promise<void> => {
  await database.query(`UPDATE messages SET next_attempt_at = now(), created_at = now() - interval '1 minute'
    WHERE next_attempt_at IS NOT NULL AND queued_at IS NULL AND final_at IS NULL`);
  const due = await findDueMessages(database.sql, 100);
  storm.deliveries.push(...due.map(({ id, attempt }) => ({ message_id: id, attempt })));
  await markMessagesQueued(database.sql, due);
  await settleMessages(database.sql, await recoverOrphans(database.sql, 20));
  await settleMessages(database.sql, storm.dice.some(storm.ids, 20));
  if (storm.dice.chance(0.1))
    await database.query(`UPDATE messages SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      storm.dice.some(storm.ids, 1)[0],
    ]);
  await settleMessages(database.sql, await expireMessages(database.sql, 10));
};

const begin = async (seed: number): Promise<Storm> => {
  await emptyDatabase(database);
  const storm: Storm = { dice: createDice(seed), ids: [], owners: [], deliveries: [], outcomes: [], smscIds: [] };
  const clients = await Promise.all(
    [200, 100].map((creditCents) => createClient(database, { creditCents, callbackUrl: 'https://client.example/' })),
  );
  const asked = Array.from({ length: 40 }, (_, i) =>
    newMessage(clients[i % 2] ?? '', { parts: 1 + (i % 3), recipient }),
  );
  const answers = await Promise.all(
    asked.map((message, i) => acceptMessage(database.sql, message, i % 5 === 0 ? newKey('key') : null)),
  );
  storm.ids.push(...answers.flatMap((each) => (each.outcome === 'accepted' ? [each.message.id] : [])));
  return storm;
};

const lane = async (storm: Storm, work: (storm: Storm) => Promise<void>, times: number): Promise<void> => {
  for (let i = 0; i < times; i += 1) await work(storm);
};

const calm = async (storm: Storm): Promise<void> => {
  while (storm.outcomes.length > 0) await settleOutcomes(booksOf(database), [asReport(storm.outcomes.splice(0, 100))]);
  await database.query(`UPDATE bridge_leases SET expires_at = now() - interval '1 hour'`);
  await settleMessages(database.sql, await recoverOrphans(database.sql, 1000));
};

test('workers that truly run at once lose no message and no cent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1 }), async (seed) => {
      const storm = await begin(seed);
      const lanes = [bridge, bridge, bridge, settler, settler, settler, clock].map((work) => lane(storm, work, 25));
      await Promise.all(lanes);
      expect(await broken()).toEqual([]);
      await calm(storm);
      expect(
        await checkRules(
          database.sql,
          databaseRules.filter(({ name }) => !name.endsWith('/next-step')),
          wholeScope({ graceSeconds: 0 }),
        ),
      ).toEqual([]);
      await database.query(`UPDATE messages SET expires_at = now() - interval '73 hours' WHERE final_at IS NULL`);
      await settleMessages(database.sql, await expireMessages(database.sql, 1000));
      expect(await database.query('SELECT id, state FROM messages WHERE final_at IS NULL')).toEqual([]);
      expect(await broken()).toEqual([]);
    }),
    {
      numRuns: Number(process.env.STORM_RUNS ?? 8),
      endOnFailure: true,
      interruptAfterTimeLimit: 25_000,
      markInterruptAsFailure: false,
    },
  );
}, 300_000);
