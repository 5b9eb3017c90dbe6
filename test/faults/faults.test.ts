import { afterAll, expect, test } from 'vitest';
import { createFaultRunner } from './fault-runner.ts';
import { createPlan, kinds } from './plan.ts';

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

const runner = createFaultRunner();
afterAll(() => runner.stop());

test('a seed always gives the same plan, and every kind of fault has a seed', () => {
  expect(createPlan(7)).toEqual(createPlan(7));
  const all = Object.keys(kinds).map((_, seed) => createPlan(seed));
  const planned = new Set(all.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  expect(planned).toEqual(new Set(Object.keys(kinds)));
});

test.each(seeds)(
  'seed %i: whatever dies, every message and cent is accounted for',
  { timeout: 300_000 },
  async (seed) => {
    const { failures } = await runner.run(seed);
    expect(failures.join('\n')).toBe('');
  },
);
