import * as z from 'zod';
import type { StageConfig } from '../../infra/config.ts';
import type { Account, Deployed } from './account.ts';
import { AwsRefusal } from './aws-api.ts';
import { asked } from './check-account.ts';
import { type Finding, failed, ok } from './finding.ts';

/** What Lambda keeps back for functions without a reservation. */
const unreserved = 100;

const Settings = z.object({ AccountLimit: z.object({ ConcurrentExecutions: z.number() }) });

export const concurrencyCommand = (region: string): string => `aws lambda get-account-settings --region ${region}`;

/** The account's limit, beside what the configuration takes it for and reserves of it. */
export const checkConcurrency = ({ aws, config }: Account): Promise<Finding[]> =>
  asked('concurrency', concurrencyCommand(aws.region), async () => {
    const { AccountLimit } = Settings.parse(await aws.rest('lambda', '/2016-08-19/account-settings'));
    const limit = AccountLimit.ConcurrentExecutions;
    const { accountConcurrency, api } = config;
    const needed = Math.max(accountConcurrency, api.reservedConcurrency ? api.reservedConcurrency + unreserved : 0);
    if (limit >= needed) return [ok('concurrency', `${limit} executions at once, ${accountConcurrency} reckoned with`)];
    return [
      failed(
        'concurrency',
        `The account allows ${limit} executions at once, infra/config.ts reckons with ${needed}. Ask for more: aws service-quotas request-service-quota-increase --region ${aws.region} --service-code lambda --quota-code L-B99A9384 --desired-value ${needed}`,
      ),
    ];
  });

/** A quota that a first deploy meets. */
export interface Quota {
  readonly check: string;
  readonly service: string;
  readonly code: string;
  /** What the stage takes of it. */
  readonly needed: (config: StageConfig) => number;
  /** How much of it is in use, where that can be counted. */
  readonly used?: { readonly action: string; readonly element: string };
}

const virtualCpus = ({ bridge, muxBridge, smscSimulator }: StageConfig): number =>
  (bridge.tasks * bridge.cpu) / 1024 +
  (muxBridge ? (2 * muxBridge.tasks * muxBridge.cpu) / 1024 : 0) +
  (smscSimulator ? 0.25 : 0);

export const quotas: readonly Quota[] = [
  {
    check: 'elastic IPs',
    service: 'ec2',
    code: 'L-0263D0A3',
    needed: ({ network }) => network.natGateways,
    used: { action: 'DescribeAddresses', element: 'allocationId' },
  },
  {
    check: 'VPCs',
    service: 'vpc',
    code: 'L-F678F1CE',
    needed: () => 1,
    used: { action: 'DescribeVpcs', element: 'vpcId' },
  },
  { check: 'Fargate vCPUs', service: 'fargate', code: 'L-3032A538', needed: virtualCpus },
];

const Value = z.object({ Quota: z.object({ Value: z.number() }) });

const limitOf = async ({ aws }: Account, { service, code }: Quota): Promise<number> => {
  const ask = async (operation: string) =>
    Value.parse(
      await aws.json('servicequotas', `ServiceQuotasV20190624.${operation}`, { ServiceCode: service, QuotaCode: code }),
    ).Quota.Value;
  try {
    return await ask('GetServiceQuota');
  } catch (error) {
    // An account that was never given another value has AWS's default, which is asked for apart.
    if (!(error instanceof AwsRefusal) || error.code !== 'NoSuchResourceException') throw error;
    return ask('GetAWSDefaultServiceQuota');
  }
};

const usedOf = async ({ aws }: Account, used: NonNullable<Quota['used']>): Promise<number> => {
  const xml = await aws.query('ec2', '2016-11-15', used.action);
  return xml.split(`<${used.element}>`).length - 1;
};

export const quotaCommand = (region: string, { service, code }: Quota): string =>
  `aws service-quotas get-service-quota --region ${region} --service-code ${service} --quota-code ${code}`;

const checkQuota = (account: Account, deployed: Deployed | undefined, quota: Quota): Promise<Finding[]> =>
  asked(quota.check, quotaCommand(account.aws.region, quota), async () => {
    const { check, service, code, used } = quota;
    const limit = await limitOf(account, quota);
    // What is deployed already counts among what is used.
    const more = used && deployed?.hasData ? 0 : quota.needed(account.config);
    const inUse = used ? await usedOf(account, used) : 0;
    const counted = used ? `${inUse} in use` : 'what others use is not counted';
    if (inUse + more <= limit) return [ok(check, `${limit} allowed, ${more} more needed, ${counted}`)];
    return [
      failed(
        check,
        `${limit} allowed, ${more} more needed, ${counted}. Ask for more: aws service-quotas request-service-quota-increase --region ${account.aws.region} --service-code ${service} --quota-code ${code} --desired-value ${Math.ceil(inUse + more)}`,
      ),
    ];
  });

export const checkQuotas = async (account: Account, deployed: Deployed | undefined): Promise<Finding[]> => {
  const found: Finding[] = [...(await checkConcurrency(account))];
  for (const quota of quotas) found.push(...(await checkQuota(account, deployed, quota)));
  return found;
};
