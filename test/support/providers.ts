import { v7 as uuidV7 } from 'uuid';
import type { TestDatabase } from './database.ts';

type Database = Pick<TestDatabase, 'query'>;

interface SeededProvider {
  readonly name?: string;
  readonly kind?: 'smpp' | 'http';
  readonly enabled?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A provider, as an operator would make one; its settings are those of an SMSC that is nowhere unless they are given. */
export const seedProvider = async (
  database: Database,
  { name = 'primary', kind = 'smpp', enabled = true, settings = {} }: SeededProvider = {},
): Promise<void> => {
  const address =
    kind === 'smpp'
      ? { host: '127.0.0.1', port: 2775, tls: false, system_id: 'signalbox' }
      : { url: 'http://127.0.0.1:8080/messages' };
  await database.query(
    `INSERT INTO providers (name, kind, enabled, settings) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled, settings = excluded.settings`,
    [name, kind, enabled, JSON.stringify({ ...address, ...settings })],
  );
};

interface SeededRoute {
  readonly prefix?: string;
  readonly clientId?: string | null;
  readonly kind?: string | null;
  readonly priority?: string | null;
  readonly enabled?: boolean;
  readonly providers?: readonly string[];
}

/** A route to providers that are there; without more it is the one that everything may take. */
export const seedRoute = async (
  database: Database,
  {
    prefix = '',
    clientId = null,
    kind = null,
    priority = null,
    enabled = true,
    providers = ['primary'],
  }: SeededRoute = {},
): Promise<string> => {
  const id = uuidV7();
  await database.query(
    'INSERT INTO routes (id, prefix, client_id, kind, priority, enabled) VALUES ($1, $2, $3, $4, $5, $6)',
    [id, prefix, clientId, kind, priority, enabled],
  );
  for (const [position, provider] of providers.entries())
    await database.query('INSERT INTO route_candidates (route_id, provider, position) VALUES ($1, $2, $3)', [
      id,
      provider,
      position,
    ]);
  return id;
};

/** What accepting a message needs, where there is no route at all: the provider `primary`, and a route to it for everything. */
export const seedCatchAll = async (database: Database): Promise<void> => {
  await database.query(`
    WITH needed AS (SELECT WHERE NOT EXISTS (SELECT FROM routes)),
    provider AS (
      INSERT INTO providers (name, kind, settings)
      SELECT 'primary', 'smpp', '{"host": "127.0.0.1", "port": 2775, "tls": false, "system_id": "signalbox"}' FROM needed
      ON CONFLICT DO NOTHING
    ),
    route AS (INSERT INTO routes (id) SELECT new_uuid_v7() FROM needed ON CONFLICT DO NOTHING RETURNING id)
    INSERT INTO route_candidates (route_id, provider, position) SELECT id, 'primary', 0 FROM route`);
};
