import { join } from 'node:path';
import { deployedStages, type Stage } from './config.ts';
import { repositoryRoot } from './deployment.ts';
import { synthesize } from './synthesize.ts';

/** What `npm run synth` does: every deployed stage into cdk.out/<stage>, a line each; it fails when one of them fails. */
const synthesizeStage = (stage: Stage): void => {
  const started = performance.now();
  const { stacks } = synthesize(stage, join(repositoryRoot, 'cdk.out', stage));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${stage}: ${stacks.length} stacks, no findings, ${seconds} s -> cdk.out/${stage}`);
};

for (const stage of deployedStages) {
  try {
    synthesizeStage(stage);
  } catch (error) {
    console.error(`${stage}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
