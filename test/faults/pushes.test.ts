import { afterAll, expect, test } from 'vitest';
import { createFaultRunner } from './fault-runner.ts';
import { createPushPlan, pushKinds, seedsForAllKinds } from './push-plan.ts';
import { runPushSeed } from './run-push-seed.ts';

const seedsFrom = (length: number) => Array.from({ length }, (_, i) => i + 1);
/** Half of the kinds; `npm run test:faults -- --pushes` has them all. */
const seeds = seedsFrom(seedsForAllKinds / 2);

const runner = createFaultRunner(runPushSeed);
afterAll(() => runner.stop());

test('a seed always gives the same plan, and every kind of fault that a push can meet has a seed', () => {
  expect(createPushPlan(3)).toEqual(createPushPlan(3));
  const planned = new Set(
    seedsFrom(seedsForAllKinds).flatMap((seed) => createPushPlan(seed).faults.map(({ kind }) => kind)),
  );
  expect(planned).toEqual(new Set(Object.keys(pushKinds)));
});

test.each(seeds)(
  'seed %i: whatever dies, no push is lost, none is sent twice, and no counter is used again',
  { timeout: 300_000 },
  async (seed) => {
    const { failures } = await runner.run(seed);
    expect(failures.join('\n')).toBe('');
  },
);
