import { parseArgs } from 'node:util';
import { createFaultRunner } from './fault-runner.ts';
import { summarize, toLine } from './report.ts';
import type { SeedReport } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    bail: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.seeds);
if (!Number.isInteger(first) || !Number.isInteger(count)) throw new Error('--seeds and --seed are whole numbers');

const runner = createFaultRunner();
const reports: SeedReport[] = [];
for (let seed = first; seed < first + count; seed += 1) {
  const report = await runner.run(seed);
  reports.push(report);
  console.log([toLine(report), ...report.failures].join('\n'));
  if (values.bail && report.failures.length > 0) break;
}
await runner.stop();
console.log(summarize(reports));
process.exitCode = reports.every(({ failures }) => failures.length === 0) ? 0 : 1;
