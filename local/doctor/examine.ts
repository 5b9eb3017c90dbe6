import { LambdaClient } from '@aws-sdk/client-lambda';
import { checkConfig } from '../../infra/check-config.ts';
import type { StageConfig } from '../../infra/config.ts';
import { namesOf } from '../../infra/names.ts';
import { type Account, type Deployed, readDeployed } from './account.ts';
import { type AwsApi, AwsRefusal, connectAws, textOf } from './aws-api.ts';
import { asked, bootstrapCommand, checkAddresses, checkBootstrap, checkSecrets, checkStacks } from './check-account.ts';
import { checkEngine, engineCommand } from './check-engine.ts';
import { checkNode, checkRegion, checkRunbook } from './check-machine.ts';
import { checkProvider } from './check-providers.ts';
import { checkQuotas, concurrencyCommand, quotaCommand, quotas } from './check-quotas.ts';
import { type Finding, failed, notChecked, ok } from './finding.ts';
import type { DoctorArguments } from './parse-arguments.ts';
import { readStoredProviders, type StoredProviders } from './read-providers.ts';
import type { SigningKey } from './sign-request.ts';

export interface Examination extends DoctorArguments {
  readonly config: StageConfig;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly nodeVersion: string;
  /** Who asks AWS; rejects where nobody is known. */
  readonly findKey: (region: string) => Promise<SigningKey>;
}

/** The shell's credentials, as every AWS client finds them: environment, profile, single sign-on, role of the machine. */
export const findKeyOfShell = async (region: string): Promise<SigningKey> => {
  const client = new LambdaClient({ region });
  try {
    return await client.config.credentials();
  } finally {
    client.destroy();
  }
};

const stacksCommand = (region: string): string => `aws cloudformation list-stacks --region ${region}`;

/** All that only an account can answer, with the commands that ask it. */
const withoutAccount = (config: StageConfig): Finding[] => {
  const { region } = config;
  const run = (check: string, command: string) => notChecked(check, `Run ${command}`);
  return [
    run('bootstrap', bootstrapCommand(region)),
    run('stacks', stacksCommand(region)),
    run('fixed addresses', `aws ec2 describe-addresses --region ${region}`),
    run('concurrency', concurrencyCommand(region)),
    ...quotas.map((quota) => run(quota.check, quotaCommand(region, quota))),
    run('database engine', engineCommand(region, config.database.engine.full)),
    run('secrets', `aws secretsmanager list-secrets --region ${region}`),
  ];
};

type Identified = { readonly aws: AwsApi; readonly key: SigningKey; readonly id: string; readonly finding: Finding };

const identify = async ({ environment, findKey }: Examination, region: string): Promise<Identified | Finding> => {
  const check = 'credentials';
  let key: SigningKey;
  try {
    key = await findKey(region);
  } catch {
    return notChecked(check, 'There are none here. Run aws sso login or aws configure, and set AWS_PROFILE.');
  }
  const aws = connectAws({ region, key, environment });
  try {
    const xml = await aws.query('sts', '2011-06-15', 'GetCallerIdentity');
    const id = textOf(xml, 'Account') ?? '';
    return { aws, key, id, finding: ok(check, `account ${id}, as ${textOf(xml, 'Arn')}`) };
  } catch (error) {
    if (error instanceof AwsRefusal)
      return failed(check, `AWS refuses them (${error.code}). Renew them: aws sso login, or aws configure.`);
    return notChecked(check, 'There are some, and AWS did not answer from here. Look at the way to the internet.');
  }
};

const noProviders: StoredProviders = { addresses: [], withSecret: [] };

/** The providers of the database, and a finding where they could not be read. */
const storedProviders = async (
  account: Account,
  key: SigningKey,
  deployed: Deployed | undefined,
): Promise<readonly [StoredProviders, Finding[]]> => {
  if (deployed && !deployed.hasData) return [noProviders, []];
  try {
    return [await readStoredProviders(account, key), []];
  } catch {
    const finding = notChecked(
      'providers',
      'This role may not ask the database. Run npm run signalbox -- providers list with an admin key, and give each as --provider.',
    );
    return [noProviders, [finding]];
  }
};

/** What is deployed, or undefined where CloudFormation does not say. */
const lookAtStacks = async (account: Account): Promise<readonly [Deployed | undefined, Finding[]]> => {
  let deployed: Deployed | undefined;
  const findings = await asked('stacks', stacksCommand(account.aws.region), async () => {
    deployed = await readDeployed(account);
    return [checkStacks(deployed), checkAddresses(account, deployed)];
  });
  return [deployed, findings];
};

const examineAccount = async (examination: Examination, account: Account, key: SigningKey): Promise<Finding[]> => {
  const found = await checkBootstrap(account);
  const [deployed, stacks] = await lookAtStacks(account);
  const [providers, unread] = await storedProviders(account, key, deployed);
  found.push(...stacks, ...(await checkQuotas(account, deployed)), ...(await checkEngine(account)));
  found.push(...(await checkSecrets(account, deployed, providers.withSecret)), ...unread);
  for (const provider of [...providers.addresses, ...examination.providers])
    found.push(await checkProvider(provider, deployed?.fixedAddresses ?? []));
  return found;
};

/**
 * Everything that a deploy of the stage needs, a finding each. Without an account it goes as far as it can.
 *
 * @throws ConfigurationFault where no deployment can be made of the stage's data.
 */
export const examine = async (examination: Examination): Promise<Finding[]> => {
  const { stage, environment, nodeVersion, providers } = examination;
  const config = checkConfig(stage, examination.config);
  const found = [
    checkNode(nodeVersion),
    ok('configuration', `infra/config.ts has a ${stage} that can be deployed`),
    checkRegion(config, environment),
    await checkRunbook(config),
  ];
  const identified = await identify(examination, config.region);
  if ('state' in identified) {
    found.push(identified, ...withoutAccount(config));
    for (const provider of providers) found.push(await checkProvider(provider, []));
    return found;
  }
  const { aws, id, key, finding } = identified;
  const account: Account = { aws, id, stage, config, names: namesOf(stage) };
  return [...found, finding, ...(await examineAccount(examination, account, key))];
};
