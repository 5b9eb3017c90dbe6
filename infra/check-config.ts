import * as z from 'zod';
import type { Stage, StageConfig } from './config.ts';
import { ConfigurationFault } from './configuration-fault.ts';
import { fargateSizes, leastEngineVersions, supportedRegions } from './regions.ts';

const whole = (least: number, most: number) => {
  const error = `is no whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
const port = whole(1, 65_535);

const named = z.string().min(1, 'is empty: say whose it is').max(256, 'is longer than the 256 characters of a tag');

const https = z.string().refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', {
  error: 'is no https address',
});

/** Address and prefix of a block whose address has no bit beyond its prefix, or undefined. */
const blockOf = (cidr: string): { readonly first: number; readonly prefix: number } | undefined => {
  if (!z.cidrv4().safeParse(cidr).success) return undefined;
  const [address = '', prefix = ''] = cidr.split('/');
  const first = address.split('.').reduce((sum, octet) => 256 * sum + Number(octet), 0);
  return first % 2 ** (32 - Number(prefix)) === 0 ? { first, prefix: Number(prefix) } : undefined;
};

/** RFC 1918. */
const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].flatMap((cidr) => blockOf(cidr) ?? []);

const isPrivate = (cidr: string): boolean => {
  const block = blockOf(cidr);
  return privateBlocks.some(
    ({ first, prefix }) =>
      block !== undefined &&
      block.prefix >= prefix &&
      Math.floor(block.first / 2 ** (32 - prefix)) * 2 ** (32 - prefix) === first,
  );
};

const exemptHost = z.union([z.hostname(), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'is no host and no network',
});

/** Two private subnets of 1,024 addresses and four small ones take a /20; AWS gives a VPC a /16 at most. */
const networkCidr = z
  .string()
  .refine((cidr) => blockOf(cidr) !== undefined, {
    error: 'is no block of addresses such as 10.66.0.0/20',
    abort: true,
  })
  .refine(isPrivate, { error: 'is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16' })
  .refine((cidr) => [16, 17, 18, 19, 20].includes(blockOf(cidr)?.prefix ?? 0), {
    error: 'has to be from a /16 to a /20, which the subnets take',
  });

const halves = (least: number) =>
  z.number().refine((units) => units >= least && units <= 256 && Number.isInteger(2 * units), {
    error: `is no number of capacity units, in halves from ${least} to 256`,
  });

const Engine = z
  .object({ full: z.string(), major: z.string() })
  .refine(({ full, major }) => full.startsWith(`${major}.`), { error: 'has a version that is not of its major' })
  .refine(({ full, major }) => Number(full.split('.')[1]) >= (leastEngineVersions[major] ?? Number.POSITIVE_INFINITY), {
    error: `is below what the Data API takes: set ${Object.entries(leastEngineVersions)
      .map((version) => version.join('.'))
      .join(', ')} or higher`,
  });

const Database = z.object({
  engine: Engine,
  capacity: z
    .object({ min: halves(0.5), max: halves(1) })
    .refine(({ min, max }) => min <= max, { error: 'has a minimum above its maximum' }),
  standbys: whole(0, 15),
  backupDays: whole(1, 35),
  statementTimeoutSeconds: whole(1, 44),
});

const Api = z.object({
  reservedConcurrency: z.optional(whole(1, 100_000)),
  throttle: z.object({ rate: whole(1, 100_000), burst: whole(1, 100_000) }),
  jwt: z.optional(z.object({ issuer: named, audience: named, jwksUri: https })),
  domain: z.optional(
    z.object({
      name: z.hostname({ error: 'is no host name' }),
      certificateArn: z.string().regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\//, {
        error: 'is no certificate of ACM, such as arn:aws:acm:REGION:ACCOUNT:certificate/ID',
      }),
    }),
  ),
});

/** CodeDeploy has one of five minutes too, in which the alarms could not be raised. */
const Deployments = z.object({
  canaryMinutes: z.literal([10, 15, 30], {
    error: 'is no canary of CodeDeploy that its alarms can stop in time: set 10, 15 or 30',
  }),
});

/** Ten calls of process-push have to fit into its 90 seconds. */
const Hsm = z.object({
  backend: z.enum(['none', 'http-xml', 'pkcs11']),
  permits: whole(1, 1_000),
  callsPerSecond: whole(1, 10_000),
  deadlineMs: whole(100, 8_500),
  ports: z.array(port),
});

const task = {
  architecture: z.enum(['arm64', 'amd64']),
  tasks: whole(1, 100),
  cpu: z.number(),
  memoryMiB: z.number(),
};

const Bridge = z.object({
  ...task,
  mostTasks: z.optional(whole(1, 100)),
  metricsSeconds: whole(1, 60),
});

const fits = {
  check: ({ cpu, memoryMiB }: { readonly cpu: number; readonly memoryMiB: number }) =>
    fargateSizes[cpu]?.includes(memoryMiB) ?? false,
  error: ({ input }: { readonly input?: unknown }) => {
    const { cpu, memoryMiB } = input as { readonly cpu: number; readonly memoryMiB: number };
    const sizes = fargateSizes[cpu];
    return sizes
      ? `has ${memoryMiB} MiB, which Fargate does not give ${cpu} CPU units: set memoryMiB to one of ${sizes.join(', ')}`
      : `has ${cpu} CPU units: Fargate has ${Object.keys(fargateSizes).join(', ')}`;
  },
};

/** S3 takes no object to a colder class before it is 30 days old, and keeps it there for 30 at least. */
const Cdr = z
  .object({
    lookHours: z.array(whole(1, 10_000)).min(1),
    keepDays: whole(1, 3_650),
    coldAfterDays: z.optional(whole(30, 3_650)),
    replacedDays: whole(1, 3_650),
  })
  .refine(({ keepDays, coldAfterDays = 0 }) => coldAfterDays < keepDays, {
    path: ['coldAfterDays'],
    error: 'is not before keepDays, when all is removed',
  });

const Multiplexer = z.object({
  cidr: z
    .string()
    .refine((cidr) => blockOf(cidr) !== undefined, { error: 'is no block of addresses such as 192.0.2.7/32' }),
  protocol: z.enum(['tcp', 'udp']),
  ports: z.tuple([port, port]).refine(([first, last]) => first <= last, { error: 'has a first port above its last' }),
});

/** What Lambda keeps back for functions without a reservation. Lambda Developer Guide, "Configuring reserved concurrency". */
const unreserved = 100;

const Config = z
  .object({
    region: z.string().refine((region) => supportedRegions.includes(region), {
      error: `has no Aurora PostgreSQL with the Data API that is known here: set one of ${supportedRegions.join(', ')}, or add it to infra/regions.ts`,
    }),
    availabilityZones: z.tuple([z.string(), z.string()]).refine(([a, b]) => a !== b, { error: 'names one zone twice' }),
    owner: named,
    costCentre: named,
    runbookUrl: https.refine((url) => !url.includes('#'), { error: 'has a fragment: alarms add their own' }),
    network: z.object({ cidr: networkCidr, natGateways: whole(1, 2) }),
    database: Database,
    api: Api,
    deployments: z.optional(Deployments),
    bridge: Bridge.refine(fits.check, { error: fits.error }).refine(
      ({ tasks, mostTasks = tasks }) => mostTasks >= tasks,
      { path: ['mostTasks'], error: 'is below tasks: it is what the service may grow to' },
    ),
    statisticsMonths: whole(2, 120),
    providerHosts: z.array(exemptHost),
    smscSimulator: z.boolean({ error: 'is neither true nor false' }),
    cdr: Cdr,
    monthlyBudgetUsd: whole(1, 10_000_000),
    inboundWaitMinutes: whole(1, 24 * 60),
    hsm: Hsm,
    muxBridge: z.optional(
      z
        .object({ ...task, multiplexers: z.array(Multiplexer).min(1, 'is empty: name one, or leave muxBridge out') })
        .refine(fits.check, {
          error: fits.error,
        }),
    ),
    accountConcurrency: whole(10, 1_000_000),
  })
  .refine(
    ({ region, availabilityZones }) =>
      !supportedRegions.includes(region) || availabilityZones.every((zone) => zone.slice(0, -1) === region),
    {
      path: ['availabilityZones'],
      error: ({ input }) => `are not zones of the region: set two of ${(input as StageConfig).region}a, b, c`,
    },
  )
  .refine(
    ({ api, accountConcurrency }) =>
      (api.reservedConcurrency ?? 0) === 0 || accountConcurrency - (api.reservedConcurrency ?? 0) >= unreserved,
    {
      path: ['api', 'reservedConcurrency'],
      error: `leaves fewer than ${unreserved} of accountConcurrency to the other functions, which Lambda refuses: lower it, leave it out, or have the account's limit raised and set accountConcurrency to it`,
    },
  );

const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join('.');

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce((within, key) => (within as Record<PropertyKey, unknown> | undefined)?.[key], value);

/** What the data of this stage alone may not be. */
const stageFaults = (stage: Stage, { smscSimulator }: StageConfig): readonly string[] =>
  stage === 'prod' && smscSimulator
    ? ['smscSimulator true would say of messages that nobody gets that they were delivered: set it to false in prod']
    : [];

/** A value in a sentence; what is long or nested is seen in the file. */
const shown = (value: unknown): string => (typeof value === 'object' ? '' : ` ${JSON.stringify(value)}`);

/**
 * A stage's data as it is, once it is known that a deployment can be made of it.
 *
 * @throws ConfigurationFault naming, in one sentence, each figure that cannot be, and what to set instead.
 */
export const checkConfig = (stage: Stage, config: StageConfig): StageConfig => {
  const parsed = Config.safeParse(config);
  const malformed = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `${pathOf(path)}${shown(valueAt(config, path))} ${message}`,
  );
  const faults = [...malformed, ...stageFaults(stage, config)];
  if (faults.length === 0) return config;
  throw new ConfigurationFault(`In infra/config.ts, stage ${stage}: ${faults.join('; ')}.`);
};
