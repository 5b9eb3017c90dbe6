import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { applyMigrations } from '#shared/adapters/apply-migrations.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { readEnv } from '#shared/env.ts';
import { logger } from '#shared/telemetry.ts';
import { readMigrations } from './read-migrations.ts';

const database = databaseOf(readEnv(databaseEnv));
const migrations = readMigrations(new URL('./migrations/', import.meta.url));

/** A deleted stack leaves its database as it is. */
const apply = async (event: CloudFormationCustomResourceEvent): Promise<void> => {
  if (event.RequestType === 'Delete') return;
  logger.info('Migrated', { applied: await applyMigrations(database, migrations) });
};

/** CloudFormation waits an hour for this answer, so it is given whatever happened. */
const respond = async (event: CloudFormationCustomResourceEvent, context: Context, reason: string | null) => {
  const body = {
    Status: reason === null ? 'SUCCESS' : 'FAILED',
    Reason: reason ?? 'The schema is up to date',
    PhysicalResourceId: 'database-schema',
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  };
  const answer = await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`CloudFormation refused the answer: ${answer.status} (${context.awsRequestId})`);
};

/** The custom resource that brings the schema up to date before the code that needs it is deployed. */
export const handler = async (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> => {
  const reason = await apply(event).then(
    () => null,
    (error: unknown) => {
      logger.error('The migration failed', { error: error as Error });
      return error instanceof Error ? error.message : String(error);
    },
  );
  await respond(event, context, reason);
};
