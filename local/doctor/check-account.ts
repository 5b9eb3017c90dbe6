import * as z from 'zod';
import type { Account, Deployed } from './account.ts';
import { AwsRefusal } from './aws-api.ts';
import { type Finding, failed, notChecked, ok } from './finding.ts';

/** What aws-cdk-lib writes into the templates as the least it needs. */
const leastBootstrap = 6;
const bootstrapParameter = '/cdk-bootstrap/hnb659fds/version';
const Parameter = z.object({ Parameter: z.object({ Value: z.string() }) });

/** A question that AWS may refuse: then the command that asks it is named, for somebody who may. */
export const asked = async (check: string, command: string, ask: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await ask();
  } catch (error) {
    const reason = error instanceof AwsRefusal ? error.code : 'no answer';
    return [notChecked(check, `${reason}. Run ${command}`)];
  }
};

export const bootstrapCommand = (region: string): string =>
  `aws ssm get-parameter --region ${region} --name ${bootstrapParameter}`;

export const checkBootstrap = ({ aws, id, stage }: Account): Promise<Finding[]> =>
  asked('bootstrap', bootstrapCommand(aws.region), async () => {
    const mend = `Run npx cdk bootstrap -c stage=${stage} aws://${id}/${aws.region}`;
    try {
      const answer = await aws.json('ssm', 'AmazonSSM.GetParameter', { Name: bootstrapParameter });
      const version = Number(Parameter.parse(answer).Parameter.Value);
      if (version >= leastBootstrap) return [ok('bootstrap', `version ${version}`)];
      return [failed('bootstrap', `Version ${version} is below ${leastBootstrap}. ${mend}`)];
    } catch (error) {
      if (!(error instanceof AwsRefusal) || error.code !== 'ParameterNotFound') throw error;
      return [failed('bootstrap', `The region was never bootstrapped. ${mend}`)];
    }
  });

/** Stacks that no update gets going again. */
const stuck = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|UPDATE_ROLLBACK_FAILED)$/;

export const checkStacks = ({ stacks }: Deployed): Finding => {
  const found = [...stacks].filter(([, status]) => stuck.test(status)).map(([name, status]) => `${name} is ${status}`);
  if (found.length > 0)
    return failed(
      'stacks',
      `${found.join(', ')}. See why in its events; delete it if it was never up, or continue its rollback, then deploy.`,
    );
  const moving = [...stacks].filter(([, status]) => status.endsWith('_IN_PROGRESS')).map(([name]) => name);
  if (moving.length > 0) return failed('stacks', `${moving.join(', ')} is being changed. Wait until it is done.`);
  return ok('stacks', stacks.size === 0 ? 'none yet: this is the first deploy' : `${stacks.size} deployed`);
};

export const checkAddresses = ({ config }: Account, { hasData, fixedAddresses }: Deployed): Finding => {
  if (!hasData)
    return ok(
      'fixed addresses',
      'The first deploy makes them; then give them to carriers and clients for their allow lists.',
    );
  if (fixedAddresses.length === config.network.natGateways)
    return ok('fixed addresses', `${fixedAddresses.join(', ')}: these are what carriers and clients have to allow`);
  return failed(
    'fixed addresses',
    `The data stack tells ${fixedAddresses.length} of ${config.network.natGateways}. Deploy it, and tell carriers of the new one before they need it.`,
  );
};

const isThere = async ({ aws }: Account, name: string): Promise<boolean> => {
  try {
    const answer = await aws.json('secretsmanager', 'secretsmanager.DescribeSecret', { SecretId: name });
    return !z.object({ DeletedDate: z.unknown().optional() }).parse(answer).DeletedDate;
  } catch (error) {
    if (error instanceof AwsRefusal && error.code === 'ResourceNotFoundException') return false;
    throw error;
  }
};

/** What the stacks make, and the passwords of providers, which the API writes. */
export const checkSecrets = (
  account: Account,
  deployed: Deployed | undefined,
  providers: readonly string[],
): Promise<Finding[]> => {
  const { aws, names, config } = account;
  const command = `aws secretsmanager list-secrets --region ${aws.region} --filters Key=name,Values=${names.secret('')}`;
  return asked('secrets', command, async () => {
    if (deployed && !deployed.hasData) return [ok('secrets', 'The first deploy makes them.')];
    const own = [
      'database',
      'key-check',
      'hsm',
      'admin-key',
      'canary-key',
      ...(config.smscSimulator ? ['smsc-simulator'] : []),
    ];
    const wanted = [...own, ...providers.map((name) => `providers/${name}`)].map(names.secret);
    const missing: string[] = [];
    for (const name of wanted) if (!(await isThere(account, name))) missing.push(name);
    if (missing.length === 0) return [ok('secrets', `${wanted.length} there`)];
    return [
      failed(
        'secrets',
        `${missing.join(', ')} is missing or to be deleted. Restore it (aws secretsmanager restore-secret), or see "Secrets" in docs/operations.md.`,
      ),
    ];
  });
};
