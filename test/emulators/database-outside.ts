import pg from 'pg';
import type { Stage } from '../../infra/config.ts';
import { namesOf } from '../../infra/names.ts';
import { startDataApi } from '../../local/services/data-api.ts';
import type { Gate } from '../../local/services/gate.ts';
import { startPostgres } from '../../local/services/postgres.ts';
import type { TestDatabase } from '../support/database.ts';

export interface DatabaseOutside extends Pick<TestDatabase, 'query' | 'dataApiUrl'> {
  stop(): Promise<void>;
}

/** Whoever calls is let in: the emulator makes up the keys of its functions. */
const openGate: Gate = { identify: (accessKeyId) => accessKeyId, authorize: () => ({ allowed: true }) };

/** An empty PostgreSQL behind the dev cloud's Data API, under the ARN that a stage's cluster has in an emulator. */
export const startDatabaseOutside = async (options: {
  readonly directory: string;
  readonly stage: Stage;
  readonly region: string;
}): Promise<DatabaseOutside> => {
  const { directory, stage, region } = options;
  const postgres = await startPostgres({ directory, durable: false });
  const database = 'signalbox';
  await postgres.createDatabase(database);
  const { host, port, user, password } = postgres;
  const login = { host, port, user, password };
  const clusterArn = `arn:aws:rds:${region}:000000000000:cluster:${namesOf(stage).of('database')}`;
  const dataApi = await startDataApi({ gate: openGate, clusterArn, loginOf: async () => login });
  const pool = new pg.Pool({ ...login, database, max: 2 });
  pool.on('error', () => undefined);
  return {
    dataApiUrl: dataApi.url,
    query: async (text, values = []) => (await pool.query(text, [...values])).rows,
    stop: async () => {
      await pool.end();
      await dataApi.stop();
      await postgres.stop();
    },
  };
};
