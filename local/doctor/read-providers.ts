import { RDSDataClient } from '@aws-sdk/client-rds-data';
import * as z from 'zod';
import { clientSettings } from '#shared/adapters/client-settings.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { listProviders } from '#shared/adapters/read-providers.ts';
import type { ProviderView } from '#shared/contracts/provider-admin.ts';
import type { Account } from './account.ts';
import { type ProviderAddress, parseProvider } from './parse-arguments.ts';
import type { SigningKey } from './sign-request.ts';

/** Providers as the stage's database has them: where they are, and which of them have a password in Secrets Manager. */
export interface StoredProviders {
  readonly addresses: readonly ProviderAddress[];
  readonly withSecret: readonly string[];
}

const addressOf = (provider: ProviderView): ProviderAddress =>
  provider.kind === 'smpp'
    ? { name: provider.name, host: provider.host, port: provider.port, tls: provider.tls }
    : { ...parseProvider(provider.url), name: provider.name };

/** @throws AwsRefusal or the SDK's own error where the database may not be asked. */
export const readStoredProviders = async ({ aws, id, names }: Account, key: SigningKey): Promise<StoredProviders> => {
  const secret = await aws.json('secretsmanager', 'secretsmanager.DescribeSecret', {
    SecretId: names.secret('database'),
  });
  const { ARN } = z.object({ ARN: z.string() }).parse(secret);
  const database = {
    clusterArn: `arn:aws:rds:${aws.region}:${id}:cluster:${names.of('database')}`,
    secretArn: ARN,
    name: 'signalbox',
  };
  const client = new RDSDataClient({
    ...clientSettings,
    region: aws.region,
    endpoint: aws.endpoint('rds-data'),
    credentials: key,
  });
  try {
    const providers = await listProviders(connectSql(database, client), { kind: null, after: null, limit: 1_000 });
    const enabled = providers.filter((provider) => provider.enabled);
    return {
      addresses: enabled.map(addressOf),
      withSecret: enabled.filter((provider) => provider.password_set_at !== null).map(({ name }) => name),
    };
  } finally {
    client.destroy();
  }
};
