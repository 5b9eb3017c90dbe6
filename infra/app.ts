import { App } from 'aws-cdk-lib';
import { parseStage } from './config.ts';
import { addStacks } from './synthesize.ts';

/** What `npx cdk` runs: `npx cdk deploy --all -c stage=prod`. */
const app = new App({ analyticsReporting: false });
addStacks(app, parseStage(app.node.tryGetContext('stage') ?? 'dev'));
app.synth();
