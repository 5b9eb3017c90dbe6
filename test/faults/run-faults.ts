import { parseArgs } from 'node:util';
import { createFaultRunner } from './fault-runner.ts';
import { createPlan, kinds } from './plan.ts';
import { createPushPlan, pushKinds } from './push-plan.ts';
import { summarize, toLine } from './report.ts';
import { runPushSeed } from './run-push-seed.ts';
import { runSeed, type SeedReport } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    /** A kind of fault: seeds without it are passed over, and do not count. */
    under: { type: 'string' },
    /** Pushes to the demo cards instead of messages. */
    pushes: { type: 'boolean', default: false },
    bail: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.seeds);
if (!Number.isInteger(first) || !Number.isInteger(count)) throw new Error('--seeds and --seed are whole numbers');
const { under, pushes } = values;
const known = pushes ? pushKinds : kinds;
const planOf = pushes ? createPushPlan : createPlan;
if (under !== undefined && !(under in known)) throw new Error(`--under is one of: ${Object.keys(known).join(', ')}`);

const isWanted = (seed: number): boolean =>
  under === undefined || planOf(seed).faults.some(({ kind }) => kind === under);

const runner = createFaultRunner(pushes ? runPushSeed : runSeed);
const reports: SeedReport[] = [];
for (let seed = first; reports.length < count; seed += 1) {
  if (!isWanted(seed)) continue;
  const report = await runner.run(seed);
  reports.push(report);
  console.log([toLine(report), ...report.failures].join('\n'));
  if (values.bail && report.failures.length > 0) break;
}
await runner.stop();
console.log(summarize(reports));
process.exitCode = reports.every(({ failures }) => failures.length === 0) ? 0 : 1;
