import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { answerCloudFormation } from '#shared/adapters/answer-cloudformation.ts';
import { applyMigrations } from '#shared/adapters/apply-migrations.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { readEnv } from '#shared/env.ts';
import { logger } from '#shared/telemetry.ts';
import { readMigrations } from './read-migrations.ts';

const database = databaseOf(readEnv(databaseEnv));
const migrations = readMigrations(new URL('./migrations/', import.meta.url));

/** The custom resource that brings the schema up to date before the code that needs it is deployed. */
export const handler = (event: CloudFormationCustomResourceEvent): Promise<void> =>
  answerCloudFormation(event, 'database-schema', async () => {
    // A deleted stack leaves its database as it is.
    if (event.RequestType === 'Delete') return;
    logger.info('Migrated', { applied: await applyMigrations(database, migrations) });
  });
