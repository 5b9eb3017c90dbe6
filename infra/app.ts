import { App } from 'aws-cdk-lib';
import { parseStage, parseTraffic } from './config.ts';
import { ConfigurationFault } from './configuration-fault.ts';
import { addStacks } from './synthesize.ts';

/** What `npx cdk` runs: `npx cdk deploy --all -c stage=prod`. What is set wrongly is said in one sentence, without a stack. */
try {
  const app = new App({ analyticsReporting: false });
  addStacks(app, parseStage(app.node.tryGetContext('stage')), {
    traffic: parseTraffic(app.node.tryGetContext('traffic')),
  });
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigurationFault)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
