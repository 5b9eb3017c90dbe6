import pg from 'pg';
import { connectProviderSecrets } from '#shared/adapters/provider-secrets.ts';
import type { DevCloud } from '../cloud/dev-cloud.ts';
import { connectOperator } from './seed.ts';
import type { SmscAddress } from './smsc-url.ts';

const name = 'primary';

/** The provider as it is now, with what was set of it in an earlier run; and a route where there is none. */
const statement = `
WITH provider AS (
  INSERT INTO providers AS p (name, kind, settings, secret_set_at) VALUES ($1, 'smpp', $2, now())
  ON CONFLICT (name) DO UPDATE SET settings = p.settings || excluded.settings, secret_set_at = now(), revision = p.revision + 1
),
route AS (
  INSERT INTO routes (id) SELECT new_uuid_v7() WHERE NOT EXISTS (SELECT FROM routes) ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO route_candidates (route_id, provider, position) SELECT id, $1, 0 FROM route`;

/** Makes the SMSC the provider `primary`, which everything is routed to: what an operator does with two commands. */
export const seedProvider = async (cloud: DevCloud, smsc: SmscAddress, prefix: string): Promise<void> => {
  const { secretsManager } = connectOperator(cloud);
  await connectProviderSecrets(`${prefix}/providers/`, secretsManager).put(name, smsc.password);
  const { host, port, tls, systemId } = smsc;
  const database = new pg.Client({ connectionString: cloud.database.connectionString });
  await database.connect();
  try {
    await database.query(statement, [name, JSON.stringify({ host, port, tls, system_id: systemId })]);
  } finally {
    await database.end();
  }
};
