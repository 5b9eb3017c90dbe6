import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Deployment, repositoryRoot } from '../deployment.ts';
import { filesUnder } from '../program-bundle.ts';
import type { Alarms } from './alarms.ts';
import type { Database } from './database.ts';
import { ServiceFunction } from './service-function.ts';

export interface DatabaseMigrationProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  readonly database: Database;
}

const folder = 'database/migrations';

const migrationPaths = (): string[] =>
  readdirSync(join(repositoryRoot, folder))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => `${folder}/${file}`);

/**
 * Brings the schema forward whenever a migration is new, before any code that needs it: the other stacks come after
 * this one. CloudFormation asks the function itself, which answers at the ResponseURL it is given.
 */
export class DatabaseMigration extends Construct {
  constructor(scope: Construct, id: string, { deployment, alarms, database }: DatabaseMigrationProps) {
    super(scope, id);
    const timeout = Duration.minutes(15);
    const migrations = filesUnder('migrations', migrationPaths());
    const migrate = new ServiceFunction(this, 'MigrateDatabase', {
      deployment,
      alarms,
      name: 'migrate-database',
      timeout,
      errors: 'none',
      environment: database.environment,
      beside: migrations,
    });
    database.allow(
      migrate.role,
      'rds-data:BeginTransaction',
      'rds-data:CommitTransaction',
      'rds-data:RollbackTransaction',
    );
    const hash = createHash('sha256');
    for (const [path, sql] of migrations) hash.update(path).update('\0').update(sql).update('\0');
    const resource = new CustomResource(this, 'Migration', {
      resourceType: 'Custom::DatabaseMigration',
      serviceToken: migrate.function.functionArn,
      serviceTimeout: timeout,
      properties: { Migrations: hash.digest('hex') },
    });
    resource.node.addDependency(database.cluster, migrate.function, migrate.role);
  }
}
