import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import pg from 'pg';
import { connectSql, type Sql } from '#shared/adapters/data-api.ts';
import { createCredentials } from '../../local/services/credentials.ts';
import { startDataApi } from '../../local/services/data-api.ts';
import { type Login, startPostgres } from '../../local/services/postgres.ts';

export interface TestDatabase {
  /** The application's own way to the database: the adapter, the SDK, the Data API. */
  readonly sql: Sql;
  /** Straight to PostgreSQL, for what a test wants to prepare or check. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** An SDK client pointed at the Data API, with credentials of its own. */
  readonly client: RDSDataClient;
  readonly dataApiUrl: string;
  readonly clusterArn: string;
  readonly secretArn: string;
  readonly databaseName: string;
  /** For whoever goes past the Data API, as the invariants' command does. */
  readonly login: Login;
  stop(): Promise<void>;
}

const clusterArn = 'arn:aws:rds:eu-central-1:000000000000:cluster:signalbox-test';
const secretArn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:signalbox-test-Ab3dEf';
const databaseName = 'signalbox';

const migrate = async (pool: pg.Pool, directory: string): Promise<void> => {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  for (const file of files) {
    await pool.query(await readFile(join(directory, file), 'utf8')).catch((cause: unknown) => {
      throw new Error(`The migration ${file} failed: ${String(cause)}`, { cause });
    });
  }
};

/**
 * A PostgreSQL of its own in a temporary directory, with every migration of the directory applied in name order (none
 * when it is not given), behind the dev cloud's Data API.
 */
export const startTestDatabase = async (
  options: {
    readonly migrationsDirectory?: string;
    /** Commits that outlive a power cut, which tests do without. */
    readonly durable?: boolean;
  } = {},
): Promise<TestDatabase> => {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-database-'));
  const postgres = await startPostgres({ directory, durable: options.durable ?? false });
  await postgres.createDatabase(databaseName);
  const { host, port, user, password } = postgres;
  const login = { host, port, user, password };
  const pool = new pg.Pool({ ...login, database: databaseName, max: 5 });
  pool.on('error', () => undefined);
  if (options.migrationsDirectory) await migrate(pool, options.migrationsDirectory);
  const credentials = createCredentials();
  const dataApi = await startDataApi({
    gate: credentials,
    clusterArn,
    loginOf: async (arn) => (arn === secretArn ? login : undefined),
  });
  const client = new RDSDataClient({
    endpoint: dataApi.url,
    region: 'eu-central-1',
    credentials: credentials.issue('test'),
    maxAttempts: 3,
  });
  return {
    sql: connectSql({ clusterArn, secretArn, name: databaseName }, client),
    query: async (text, values = []) => (await pool.query(text, [...values])).rows,
    client,
    dataApiUrl: dataApi.url,
    clusterArn,
    secretArn,
    databaseName,
    login,
    stop: async () => {
      client.destroy();
      await dataApi.stop();
      await pool.end();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
