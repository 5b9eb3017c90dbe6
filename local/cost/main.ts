import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Stage } from '../../infra/config.ts';
import { measurementFile, readMeasurement } from '../../infra/cost/measurement.ts';
import { renderCost } from '../../infra/cost/render-cost.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { type Template, templatesOf } from '../../infra/templates.ts';
import { measure } from './measure.ts';

const usage = `npm run cost                 what each stage costs, by list prices, templates and the calls last counted
npm run cost -- --measure    counts the calls anew in the dev cloud (some minutes, on an idle machine), and keeps them
`;

const synthesizeOnce = (): ((stage: Stage) => readonly Template[]) => {
  const known = new Map<Stage, readonly Template[]>();
  return (stage) => {
    const made = known.get(stage) ?? synthesizeIn(mkdtempSync(join(tmpdir(), 'signalbox-cost-')), stage);
    known.set(stage, made);
    return made;
  };
};

const synthesizeIn = (outdir: string, stage: Stage): readonly Template[] => {
  try {
    return templatesOf(synthesize(stage, outdir, { bundling: false, checksTemplates: false }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

const main = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...words],
    options: { measure: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(usage);
  if (!values.measure) {
    process.stdout.write(renderCost(synthesizeOnce(), readMeasurement()));
    return;
  }
  await measure(
    (line) => console.log(line),
    (measurement) => writeFileSync(measurementFile, `${JSON.stringify(measurement, null, 2)}\n`),
  );
  console.log(`kept in ${fileURLToPath(measurementFile)}; now npm run -s cost > docs/cost.md`);
};

await main(process.argv.slice(2));
