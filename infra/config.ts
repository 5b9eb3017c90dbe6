import { ConfigurationFault } from './configuration-fault.ts';

/** Every stage there is. `local` carries dev's data for the dev cloud and is deployed nowhere. */
export const stages = ['dev', 'staging', 'prod', 'local'] as const;
export type Stage = (typeof stages)[number];

/** The stages that are deployed, each into an account of its own. */
export const deployedStages = ['dev', 'staging', 'prod'] as const satisfies readonly Stage[];

/** All that differs between stages. Where a figure comes from stands beside its type; where it differs, in the data. */
export interface StageConfig {
  /** Concrete, so that a template is the same wherever it is synthesized. */
  readonly region: string;
  readonly availabilityZones: readonly [string, string];
  readonly owner: string;
  readonly costCentre: string;
  /** Where docs/runbook.md can be read; every alarm's description ends in a link into it. */
  readonly runbookUrl: string;
  readonly logRetentionDays: 7 | 30 | 180;
  readonly logLevel: 'DEBUG' | 'INFO';
  /** Where true, what holds data outlives its stack and neither it nor the stack can be deleted by one call. */
  readonly protect: boolean;
  readonly network: NetworkConfig;
  readonly database: DatabaseConfig;
  readonly api: ApiConfig;
  /** Where undefined, a new version of each function has all the calls at once. */
  readonly deployments?: DeploymentsConfig;
  readonly bridge: BridgeConfig;
  /**
   * Where a provider may be although it is not public: hosts, as they are written in its settings, or networks that a
   * VPN or Direct Connect leads to. Without the stage's own network.
   */
  readonly providerHosts: readonly string[];
  /**
   * Whether the SMSC simulator runs beside the bridge, so that the stage needs no carrier. Never in prod: it says of
   * every message that it was delivered.
   */
  readonly smscSimulator: boolean;
  /** For how long parts of an inbound message wait for the rest, before it is given to the client as far as it came. */
  readonly inboundWaitMinutes: number;
  readonly cdr: CdrConfig;
  /** For how many months providers' and clients' figures by the hour are kept: a year, to be compared with the one before. */
  readonly statisticsMonths: number;
  readonly hsm: HsmConfig;
  /** Only where there is a multiplexer that takes EMMs. */
  readonly muxBridge?: MuxBridgeConfig;
  /** US dollars; a ticket is opened when most of it is spent. */
  readonly monthlyBudgetUsd: number;
  /** The account's limit of concurrent executions; an alarm is raised at 80 % of it. */
  readonly accountConcurrency: number;
}

export interface NetworkConfig {
  readonly cidr: string;
  /** One address each that SMSCs and clients put on their allow lists. */
  readonly natGateways: 1 | 2;
}

export interface DatabaseConfig {
  /** Aurora PostgreSQL. The Data API asks for 18.3, 17.4 or 16.1 and higher. */
  readonly engine: { readonly full: string; readonly major: string };
  /** Aurora capacity units, 2 GiB each. Never 0: dispatch-due asks every minute, so no cluster would ever pause. */
  readonly capacity: { readonly min: number; readonly max: number };
  /** Instances to fail over to, each kept at the writer's size. */
  readonly standbys: number;
  readonly backupDays: number;
  /** The outermost fence around a statement, below the Data API's own 45 s. */
  readonly statementTimeoutSeconds: number;
}

export interface ApiConfig {
  /**
   * What serve-api may use at once, so that it overloads neither Aurora nor its neighbours; what comes above it is
   * answered with a 5xx, so the throttle below is set to refuse with 429 before it is reached. Undefined where the account's limit may still be the
   * 10 of a new account, from which nothing can be reserved.
   */
  readonly reservedConcurrency?: number;
  /** Requests per second and burst over all clients; each client has a bucket of its own in serve-api. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  /** Whether AWS WAF stands before the API. */
  readonly firewall: boolean;
  /** A name of our own for the API, with its certificate in the same region; the DNS record is made beside, to the output. */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** Whose tokens are taken beside API keys; without it none are. */
  readonly jwt?: {
    readonly issuer: string;
    readonly audience: string;
    /** Where the issuer's public keys are: https. */
    readonly jwksUri: string;
  };
}

/** How new versions of the functions on the money path come into use: docs/operations.md. */
export interface DeploymentsConfig {
  /**
   * For how long a new version has a tenth of the calls before it has all of them. Its alarms take three minutes, and what
   * they look at comes a minute or two late. The lengths are those that CodeDeploy has.
   */
  readonly canaryMinutes: 10 | 15 | 30;
}

/** Call detail records in S3: docs/providers.md. */
export interface CdrConfig {
  /**
   * When an hour is written, and when it is looked at again and written over if more is known of it: in hours since its end,
   * ascending. The last look but one is after the longest a message can take (7 days of validity and 72 hours), the last
   * after the longest that a report can lie in a queue and its dead letters.
   */
  readonly lookHours: readonly number[];
  readonly keepDays: number;
  /** From when they are kept where reading costs more than keeping. */
  readonly coldAfterDays?: number;
  /** For how long what was written over can be brought back. */
  readonly replacedDays: number;
}

/** Where card keys are that are not sealed in the database, and what that HSM may be asked: docs/ota.md. */
export interface HsmConfig {
  readonly backend: 'none' | 'http-xml' | 'pkcs11';
  /** The most calls at once, by all instances together. */
  readonly permits: number;
  readonly callsPerSecond: number;
  /** For one call; ten of them fit into the timeout of process-push. */
  readonly deadlineMs: number;
  /** The ports on which it listens, beside 443. */
  readonly ports: readonly number[];
}

export interface BridgeConfig {
  /** What the image is built for and the tasks run on; arm64 costs a fifth less. */
  readonly architecture: 'arm64' | 'amd64';
  readonly tasks: number;
  /**
   * Where set, more tasks are started while deliveries wait, up to so many. Never more than the accounts at the SMSCs
   * have binds: a task without a slot serves nobody.
   */
  readonly mostTasks?: number;
  /** Seconds between two reports of what the alarms look at; 60 is what CloudWatch keeps. */
  readonly metricsSeconds: number;
  /** Fargate CPU units and MiB; only some pairs exist. */
  readonly cpu: number;
  readonly memoryMiB: number;
}

export interface MuxBridgeConfig {
  readonly architecture: 'arm64' | 'amd64';
  /** Two where a carousel is to go on when a task dies. */
  readonly tasks: number;
  /** Fargate CPU units and MiB; a million EMMs on air take some 700 MiB. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** Where it may send to; which of them a carousel uses is in its row. */
  readonly multiplexers: readonly {
    readonly cidr: string;
    readonly protocol: 'tcp' | 'udp';
    readonly ports: readonly [first: number, last: number];
  }[];
}

const hsm: HsmConfig = { backend: 'http-xml', permits: 8, callsPerSecond: 50, deadlineMs: 5_000, ports: [] };

const cdr: CdrConfig = { lookHours: [3, 26, 264, 744], keepDays: 35, replacedDays: 7 };

const dev: StageConfig = {
  region: 'eu-central-1',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  owner: 'messaging-platform',
  costCentre: 'signalbox-dev',
  runbookUrl: 'https://github.com/signalbox/signalbox/blob/main/docs/runbook.md',
  logRetentionDays: 7,
  logLevel: 'DEBUG',
  protect: false,
  network: { cidr: '10.64.0.0/20', natGateways: 1 },
  database: {
    engine: { full: '18.4', major: '18' },
    capacity: { min: 0.5, max: 2 },
    standbys: 0,
    backupDays: 1,
    statementTimeoutSeconds: 40,
  },
  api: { throttle: { rate: 1000, burst: 200 }, firewall: false },
  bridge: { architecture: 'arm64', tasks: 1, metricsSeconds: 60, cpu: 256, memoryMiB: 512 },
  providerHosts: [],
  smscSimulator: false,
  inboundWaitMinutes: 30,
  statisticsMonths: 13,
  cdr,
  hsm,
  monthlyBudgetUsd: 200,
  accountConcurrency: 10,
};

const staging: StageConfig = {
  ...dev,
  costCentre: 'signalbox-staging',
  logRetentionDays: 30,
  logLevel: 'INFO',
  network: { ...dev.network, cidr: '10.65.0.0/20' },
  database: { ...dev.database, capacity: { min: 0.5, max: 8 }, backupDays: 7 },
  api: { reservedConcurrency: 50, throttle: { rate: 500, burst: 50 }, firewall: false },
  deployments: { canaryMinutes: 10 },
  bridge: { architecture: 'arm64', tasks: 2, metricsSeconds: 60, cpu: 512, memoryMiB: 1024 },
  smscSimulator: true,
  monthlyBudgetUsd: 300,
  accountConcurrency: 1000,
};

const prod: StageConfig = {
  ...staging,
  costCentre: 'signalbox-prod',
  logRetentionDays: 180,
  protect: true,
  network: { ...dev.network, cidr: '10.66.0.0/20', natGateways: 2 },
  database: { ...staging.database, capacity: { min: 0.5, max: 16 }, standbys: 1, backupDays: 35 },
  api: { reservedConcurrency: 200, throttle: { rate: 2000, burst: 200 }, firewall: true },
  bridge: { architecture: 'arm64', tasks: 2, mostTasks: 4, metricsSeconds: 60, cpu: 1024, memoryMiB: 2048 },
  smscSimulator: false,
  // Carriers may be disputed with for a year; the month after that is for the invoice that comes last.
  cdr: { ...cdr, keepDays: 400, coldAfterDays: 60, replacedDays: 35 },
  monthlyBudgetUsd: 1_500,
};

/** dev, with the multiplexer simulator, and reports so often that nobody waits a minute for an alarm. */
const local: StageConfig = {
  ...dev,
  bridge: { ...dev.bridge, metricsSeconds: 3 },
  muxBridge: {
    architecture: 'arm64',
    tasks: 1,
    cpu: 256,
    memoryMiB: 512,
    multiplexers: [{ cidr: '127.0.0.1/32', protocol: 'tcp', ports: [1024, 65_535] }],
  },
};

export const configs: Readonly<Record<Stage, StageConfig>> = { dev, staging, prod, local };

/**
 * The stage of `-c stage=...`.
 *
 * @throws ConfigurationFault saying what to set, when there is no such stage or none was named.
 */
export const parseStage = (name: unknown): Stage => {
  const stage = stages.find((known) => known === name);
  if (stage) return stage;
  const wrong = name === undefined ? 'No stage was named' : `There is no stage ${JSON.stringify(name)}`;
  throw new ConfigurationFault(`${wrong}: set -c stage=NAME, where NAME is one of ${stages.join(', ')}.`);
};

/** How new versions come into use: by the stage's data, or all at once, for emergencies. */
export const traffics = ['canary', 'at-once'] as const;
export type Traffic = (typeof traffics)[number];

/**
 * That of `-c traffic=...`, which need not be set.
 *
 * @throws ConfigurationFault saying what to set, when there is no such one.
 */
export const parseTraffic = (name: unknown = 'canary'): Traffic => {
  const traffic = traffics.find((known) => known === name);
  if (traffic) return traffic;
  throw new ConfigurationFault(
    `There is no traffic ${JSON.stringify(name)}: set -c traffic=${traffics.join(' or -c traffic=')}.`,
  );
};
