import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Stage } from './config.ts';
import { type DeploymentOptions, deploymentOf, repositoryRoot } from './deployment.ts';
import { ApiStack } from './stacks/api.ts';
import { BridgeStack } from './stacks/bridge.ts';
import { CasStack } from './stacks/cas.ts';
import { DataStack } from './stacks/data.ts';
import { MessagingStack } from './stacks/messaging.ts';
import { MuxBridgeStack } from './stacks/mux-bridge.ts';
import { OperationsStack } from './stacks/operations.ts';
import { ProcessingStack } from './stacks/processing.ts';
import { SchedulesStack } from './stacks/schedules.ts';

/** Puts a stage's stacks into an app, and the rules of cdk-nag over them. */
export const addStacks = (app: App, stage: Stage, options?: DeploymentOptions): void => {
  const deployment = deploymentOf(stage, options);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const messaging = new MessagingStack(app, deployment);
  const data = new DataStack(app, deployment, messaging.alarms);
  const cas = new CasStack(app, deployment, data, messaging);
  const api = new ApiStack(app, deployment, data, messaging, cas);
  const processing = new ProcessingStack(app, deployment, data, messaging);
  const bridge = new BridgeStack(app, deployment, data, messaging);
  const { muxBridge } = deployment.config;
  if (muxBridge) new MuxBridgeStack(app, deployment, muxBridge, data, messaging).addStackDependency(data);
  const schedules = new SchedulesStack(app, deployment, data, messaging, api);
  // The schema is brought forward before any code that needs it.
  for (const stack of [cas, api, processing, bridge, schedules]) stack.addStackDependency(data);
  new OperationsStack(app, deployment, { data, messaging, cas, api, processing, bridge, schedules });
};

export interface SynthesizeOptions extends DeploymentOptions {
  /** Whether programs are compiled into their assets. Default true; without, templates are the same but for asset hashes. */
  readonly bundling?: boolean;
  /** Whether the CDK checks the templates, which takes longer than all else. Default: of a stage that is deployed. */
  readonly checksTemplates?: boolean;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The feature flags of cdk.json, which the CDK's command line hands to an app and nobody else does. */
export const featureFlags = (): Record<string, unknown> =>
  (readJson(join(repositoryRoot, 'cdk.json')) as { context: Record<string, unknown> }).context;

/**
 * Synthesizes one stage into a directory, in this process: no network, no credentials, no Docker.
 *
 * @throws Error naming every finding, when a program does not compile or a rule is broken.
 */
export const synthesize = (stage: Stage, outdir: string, options: SynthesizeOptions = {}): CloudAssembly => {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const app = new App({
    outdir,
    analyticsReporting: false,
    builtinCloudFormationValidation: options.checksTemplates ?? stage !== 'local',
    context: {
      ...featureFlags(),
      // Where a resource's asset lies in the assembly: what the dev cloud runs functions from.
      'aws:cdk:enable-asset-metadata': true,
      ...(options.bundling === false && { 'aws:cdk:bundling-stacks': [] }),
    },
  });
  addStacks(app, stage, options);
  return app.synth();
};
