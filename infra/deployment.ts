import { fileURLToPath } from 'node:url';
import { RemovalPolicy, Stack, Tags, Validations } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { checkConfig } from './check-config.ts';
import { configs, type Stage, type StageConfig, type Traffic } from './config.ts';
import { type Names, namesOf } from './names.ts';

/** What every stack and construct of one stage is told. */
export interface Deployment {
  readonly stage: Stage;
  readonly config: StageConfig;
  readonly names: Names;
  readonly traffic: Traffic;
  /** What becomes of a resource that holds data when it leaves its stack. */
  readonly dataRemoval: RemovalPolicy;
}

export interface DeploymentOptions {
  /** Other data than the stage's own. */
  readonly config?: StageConfig | undefined;
  /** How new versions come by their calls. Default: gradually. */
  readonly traffic?: Traffic | undefined;
}

/** @throws ConfigurationFault where no deployment can be made of the stage's data. */
export const deploymentOf = (
  stage: Stage,
  { config = configs[stage], traffic = 'canary' }: DeploymentOptions = {},
): Deployment => ({
  stage,
  config: checkConfig(stage, config),
  names: namesOf(stage),
  traffic,
  dataRemoval: config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
});

/** The repository's root, where programs are found by their path. */
export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/** What a stack's resources may hold at worst; a tag, for those who audit. */
export type DataClass = 'personal' | 'internal';

/** A stack named after its stage, tagged, and protected where the stage says so; its zones are data, never a lookup. */
export class StageStack extends Stack {
  private readonly zones: readonly string[];

  constructor(scope: Construct, thing: string, deployment: Deployment, dataClass: DataClass) {
    const { stage, config, names } = deployment;
    super(scope, names.of(thing), {
      description: `Signalbox, ${stage}: ${thing}`,
      env: { region: config.region },
      terminationProtection: config.protect,
    });
    this.zones = config.availabilityZones;
    const tags = { service: 'signalbox', stage, owner: config.owner, 'cost-centre': config.costCentre };
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);
    Tags.of(this).add('data-class', dataClass);
  }

  override get availabilityZones(): string[] {
    return [...this.zones];
  }
}

/** Accepts a finding of cdk-nag on this construct and what is under it, for a reason that a reader can check. */
export const acknowledge = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });
