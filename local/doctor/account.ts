import type { Stage, StageConfig } from '../../infra/config.ts';
import type { Names } from '../../infra/names.ts';
import { type AwsApi, textOf } from './aws-api.ts';

/** What is deployed of a stage. */
export interface Deployed {
  /** By name: `signalbox-prod-data`. */
  readonly stacks: ReadonlyMap<string, string>;
  /** Whether what remembers is deployed: the database, the addresses, the secrets. */
  readonly hasData: boolean;
  /** Outputs of the data stack. */
  readonly fixedAddresses: readonly string[];
}

/** One account, looked at for one stage. */
export interface Account {
  readonly aws: AwsApi;
  readonly id: string;
  readonly stage: Stage;
  readonly config: StageConfig;
  readonly names: Names;
}

const version = '2010-05-15';
const members = (xml: string): readonly string[] => xml.split('<member>').slice(1);

/** The stacks of the stage that were not deleted, and their states. */
const listStacks = async ({ aws, names }: Account): Promise<ReadonlyMap<string, string>> => {
  const stacks = new Map<string, string>();
  for (let next: string | undefined = ''; next !== undefined; ) {
    const xml: string = await aws.query('cloudformation', version, 'ListStacks', next ? { NextToken: next } : {});
    for (const member of members(xml)) {
      const [name, status] = [textOf(member, 'StackName'), textOf(member, 'StackStatus')];
      if (name?.startsWith(names.of('')) && status && status !== 'DELETE_COMPLETE') stacks.set(name, status);
    }
    next = textOf(xml, 'NextToken');
  }
  return stacks;
};

const addressesOf = async ({ aws, names }: Account): Promise<readonly string[]> => {
  const xml = await aws.query('cloudformation', version, 'DescribeStacks', { StackName: names.of('data') });
  return members(xml)
    .filter((member) => textOf(member, 'OutputKey')?.startsWith('FixedAddress'))
    .flatMap((member) => textOf(member, 'OutputValue') ?? []);
};

/** @throws AwsRefusal where CloudFormation may not be asked. */
export const readDeployed = async (account: Account): Promise<Deployed> => {
  const stacks = await listStacks(account);
  const hasData = stacks.has(account.names.of('data'));
  return { stacks, hasData, fixedAddresses: hasData ? await addressesOf(account) : [] };
};
