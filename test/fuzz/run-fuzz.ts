import { parseArgs } from 'node:util';
import { type FuzzReport, fuzz, fuzzTargets } from './fuzz.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const { values } = parseArgs({
  options: {
    /** For all targets together. */
    seconds: { type: 'string', default: '60' },
    /** Left out: another one each time. It is said, so that a run can be had again. */
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    target: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
const targets = fuzzTargets.filter(({ name }) => values.target === undefined || name === values.target);
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds is a number, --seed a whole one');
if (targets.length === 0) throw new Error(`--target is one of ${fuzzTargets.map(({ name }) => name).join(', ')}`);

const runFor = (target: FuzzTarget, forMs: number): FuzzReport => {
  const end = performance.now() + forMs;
  return fuzz(target, seed, () => performance.now() > end);
};

for (const target of targets) {
  const { iterations, kinds, failure } = runFor(target, (1_000 * seconds) / targets.length);
  console.log(
    `${target.name}: seed ${seed}, ${iterations} inputs, ${kinds} kinds, ${failure ? 'FAILED' : 'no failure'}`,
  );
  if (!failure) continue;
  console.log(`  ${String(failure.error)}\n  kept as ${failure.file}`);
  process.exitCode = 1;
}
