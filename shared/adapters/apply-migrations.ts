import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { splitStatements } from '#shared/domain/sql-statements.ts';
import { connectSql, type Database } from './data-api.ts';

export interface Migration {
  /** `0001_clients.sql`: applied in the order of names. */
  readonly name: string;
  readonly script: string;
}

const inTransaction = async (
  client: RDSDataClient,
  database: Database,
  statements: readonly { readonly sql: string; readonly name?: string }[],
): Promise<void> => {
  const target = { resourceArn: database.clusterArn, secretArn: database.secretArn };
  const { transactionId } = await client.send(new BeginTransactionCommand({ ...target, database: database.name }));
  try {
    for (const { sql, name } of statements)
      await client.send(
        new ExecuteStatementCommand({
          ...target,
          transactionId,
          sql,
          ...(name === undefined ? {} : { parameters: [{ name: 'name', value: { stringValue: name } }] }),
        }),
      );
    await client.send(new CommitTransactionCommand({ ...target, transactionId }));
  } catch (error) {
    await client.send(new RollbackTransactionCommand({ ...target, transactionId })).catch(() => undefined);
    throw error;
  }
};

/**
 * Applies the migrations that are not applied yet, each in a transaction of its own, forward only. Two at once are told
 * apart by the row each inserts first: the second waits for the first, fails on it, and is to be run again.
 *
 * @returns the names of those that were applied now. @throws Error naming the one that failed, and why.
 */
export const applyMigrations = async (
  database: Database,
  migrations: readonly Migration[],
  client = new RDSDataClient({ maxAttempts: 3 }),
): Promise<string[]> => {
  const sql = connectSql(database, client);
  await sql(`CREATE TABLE IF NOT EXISTS schema_migrations
    (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`);
  const known = new Set((await sql<{ name: string }>('SELECT name FROM schema_migrations')).map((row) => row.name));
  const pending = migrations.filter(({ name }) => !known.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, script } of pending)
    await inTransaction(client, database, [
      { sql: 'INSERT INTO schema_migrations (name) VALUES (:name)', name },
      ...splitStatements(script).map((statement) => ({ sql: statement })),
    ]).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The migration ${name} failed and left nothing of itself: ${reason}`, { cause });
    });
  return pending.map(({ name }) => name);
};
