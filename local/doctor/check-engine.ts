import type { Account } from './account.ts';
import { asked } from './check-account.ts';
import { type Finding, failed, ok } from './finding.ts';

export const engineCommand = (region: string, version: string): string =>
  `aws rds describe-orderable-db-instance-options --region ${region} --engine aurora-postgresql --engine-version ${version} --db-instance-class db.serverless`;

/** Whether the region has that version of Aurora PostgreSQL as Serverless v2, in the stage's zones. */
export const checkEngine = ({ aws, config }: Account): Promise<Finding[]> => {
  const { full } = config.database.engine;
  return asked('database engine', engineCommand(aws.region, full), async () => {
    const xml = await aws.query('rds', '2014-10-31', 'DescribeOrderableDBInstanceOptions', {
      Engine: 'aurora-postgresql',
      EngineVersion: full,
      DBInstanceClass: 'db.serverless',
    });
    if (!xml.includes('<OrderableDBInstanceOption>'))
      return [
        failed(
          'database engine',
          `${aws.region} does not offer Aurora PostgreSQL ${full} as Serverless v2. Set database.engine to one of aws rds describe-db-engine-versions --region ${aws.region} --engine aurora-postgresql`,
        ),
      ];
    const without = config.availabilityZones.filter((zone) => !xml.includes(`<Name>${zone}</Name>`));
    if (without.length === 0)
      return [ok('database engine', `Aurora PostgreSQL ${full} in ${config.availabilityZones.join(' and ')}`)];
    return [
      failed(
        'database engine',
        `Aurora PostgreSQL ${full} is not in ${without.join(', ')}. Set other availabilityZones.`,
      ),
    ];
  });
};
