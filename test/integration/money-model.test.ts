import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkRules, databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { isFinal } from '#shared/domain/message-state.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  accept,
  attemptOnce,
  cancel,
  claim,
  dispatch,
  expireAll,
  grow,
  killOwner,
  receipt,
  receiptStates,
  recover,
  release,
  report,
  settleAgain,
  words,
} from '../support/money-commands.ts';
import { begin, type Model, readView, view, type World } from '../support/money-world.ts';
import { killWorker, startWorker, stepOne, stepWorker } from '../support/settle-commands.ts';
import { startSteppedWorker } from '../support/settle-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());

const index = fc.nat(11);
const indices = fc.array(index, { minLength: 1, maxLength: 4 });

const commands = fc.commands(
  [
    fc
      .tuple(fc.nat(1), fc.integer({ min: 1, max: 3 }), fc.option(fc.nat(2), { freq: 2 }), fc.boolean())
      .map((each) => accept(...each)),
    fc.boolean().map(dispatch),
    fc.tuple(index, indices, fc.boolean(), fc.boolean()).map((each) => claim(...each)),
    fc.tuple(index, indices, fc.boolean(), fc.boolean()).map((each) => claim(...each)),
    index.map(release),
    fc.tuple(index, fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })).map((each) => report(...each)),
    fc.tuple(index, fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })).map((each) => report(...each)),
    fc.tuple(index, fc.constantFrom(...receiptStates)).map((each) => receipt(...each)),
    fc.tuple(indices, fc.boolean()).map((each) => startWorker(...each)),
    index.map(stepWorker),
    index.map(stepWorker),
    index.map(stepWorker),
    index.map(killWorker),
    index.map(killOwner),
    fc.boolean().map(recover),
    fc.tuple(index, fc.constantFrom('expired' as const, 'forgotten' as const)).map((each) => grow(...each)),
    index.map(settleAgain),
    index.map(cancel),
    ...Array.from({ length: 6 }, () =>
      fc
        .tuple(index, index, fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }), fc.boolean())
        .map((each) => attemptOnce(...each)),
    ),
  ],
  { maxCommands: 120, size: 'max' },
);

const brokenRules = async (rest: 'under way' | 'at rest') => {
  const rules = databaseRules.filter(({ name }) => rest === 'under way' || !name.endsWith('/next-step'));
  return checkRules(database.sql, rules, wholeScope(rest === 'at rest' ? { graceSeconds: 0 } : {}));
};

/** Everything that was said is heard, and then so much time passes that nothing can stay open. */
const finish = async (m: Model, world: World): Promise<void> => {
  for (const worker of [...world.workers]) while (world.workers.includes(worker)) await stepOne(m, world, worker);
  if (world.outcomes.length > 0) {
    const worker = startSteppedWorker(world.database, world.outcomes.slice(0, 200));
    world.workers.push(worker);
    while (world.workers.includes(worker)) await stepOne(m, world, worker);
  }
  expect(await readView(database)).toEqual(view(m));
  expect(await brokenRules('under way')).toEqual([]);
  await database.query(`UPDATE messages SET expires_at = now() - interval '73 hours' WHERE final_at IS NULL`);
  for (const message of m.messages.values()) message.age = 'forgotten';
  await expireAll(m, world);
  expect(await readView(database)).toEqual(view(m));
  expect([...m.messages.values()].every(({ state }) => isFinal(state))).toBe(true);
};

test('whatever workers do in whatever order, messages and money are where the model has them', async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (some) => {
      const started = await begin(database);
      await fc.asyncModelRun(() => started, some);
      await finish(started.model, started.real);
      ran += started.model.messages.size;
    }),
    {
      numRuns: Number(process.env.MODEL_RUNS ?? 60),
      endOnFailure: false,
      interruptAfterTimeLimit: Number(process.env.MODEL_MS ?? 25_000),
      markInterruptAsFailure: false,
    },
  );
  expect(ran).toBeGreaterThan(0);
}, 600_000);
