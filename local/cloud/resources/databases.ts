import pg from 'pg';
import * as z from 'zod';
import { accountId, region } from '../intrinsics.ts';
import { generatedName, type Maker, readProperties, unused, type Workshop } from '../resource.ts';

const Cluster = z.strictObject({
  DBClusterIdentifier: z.string().optional(),
  DatabaseName: z.string().default('postgres'),
  Engine: z.literal('aurora-postgresql'),
  EnableHttpEndpoint: z.literal(true),
  MasterUsername: z.string(),
  MasterUserPassword: z.string(),
  DBClusterParameterGroupName: z.string().optional(),
  // Where it runs, how large, how it is backed up and encrypted: the one PostgreSQL of this machine stands for it.
  EngineVersion: unused,
  EngineMode: unused,
  Port: unused,
  ServerlessV2ScalingConfiguration: unused,
  DBSubnetGroupName: unused,
  VpcSecurityGroupIds: unused,
  AvailabilityZones: unused,
  StorageEncrypted: unused,
  StorageType: unused,
  KmsKeyId: unused,
  BackupRetentionPeriod: unused,
  PreferredBackupWindow: unused,
  PreferredMaintenanceWindow: unused,
  CopyTagsToSnapshot: unused,
  DeletionProtection: unused,
  EnableCloudwatchLogsExports: unused,
  EnableIAMDatabaseAuthentication: unused,
  DatabaseInsightsMode: unused,
  PerformanceInsightsEnabled: unused,
  PerformanceInsightsRetentionPeriod: unused,
  Tags: unused,
});

const ParameterGroup = z.strictObject({
  Description: unused,
  Family: unused,
  DBClusterParameterGroupName: z.string().optional(),
  Parameters: z.record(z.string(), z.coerce.string()),
  Tags: unused,
});

/** Settings that a session can have; TLS is not for a server on the loopback, and the logging is the server's. */
const sessionSettings = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];

const makeParameterGroup: Maker = (resource, { plan }) => {
  const group = readProperties(resource, ParameterGroup);
  const name = group.DBClusterParameterGroupName ?? generatedName(resource);
  plan.databaseSettings.set(name, group.Parameters);
  return { ref: name };
};

/** The master user of Aurora is no superuser, but it owns its database and may make roles and databases. */
const makeMaster = async (
  { postgres }: Workshop,
  name: string,
  user: string,
  password: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> => {
  await postgres.createDatabase(name);
  const { host, port, user: administrator, password: key } = postgres;
  const client = new pg.Client({ host, port, user: administrator, password: key, database: name });
  await client.connect();
  try {
    const role = pg.escapeIdentifier(user);
    const known = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    if (known.rowCount === 0) await client.query(`CREATE ROLE ${role}`);
    const login = `LOGIN CREATEDB CREATEROLE PASSWORD ${pg.escapeLiteral(password)}`;
    await client.query(`ALTER ROLE ${role} WITH ${login}`);
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} OWNER TO ${role}`);
    await client.query(`ALTER SCHEMA public OWNER TO ${role}`);
    for (const setting of sessionSettings) {
      const value = settings[setting];
      if (value !== undefined) await client.query(`ALTER ROLE ${role} SET ${setting} = ${pg.escapeLiteral(value)}`);
    }
  } finally {
    await client.end();
  }
};

const makeCluster: Maker = async (resource, workshop) => {
  const cluster = readProperties(resource, Cluster);
  // RDS keeps identifiers in lower case.
  const identifier = (cluster.DBClusterIdentifier ?? generatedName(resource, 63)).toLowerCase();
  const { DatabaseName, MasterUsername, MasterUserPassword, DBClusterParameterGroupName = '' } = cluster;
  const settings = workshop.plan.databaseSettings.get(DBClusterParameterGroupName) ?? {};
  await makeMaster(workshop, DatabaseName, MasterUsername, MasterUserPassword, settings);
  const arn = `arn:aws:rds:${region}:${accountId}:cluster:${identifier}`;
  workshop.plan.databases.push({
    clusterArn: arn,
    name: DatabaseName,
    user: MasterUsername,
    password: MasterUserPassword,
  });
  await workshop.registerCluster(arn);
  const { host, port } = workshop.postgres;
  const attributes = { 'Endpoint.Address': host, 'Endpoint.Port': String(port), DBClusterArn: arn };
  return { ref: identifier, attributes: { ...attributes, 'ReadEndpoint.Address': host } };
};

export const databaseMakers: Readonly<Record<string, Maker>> = {
  'AWS::RDS::DBClusterParameterGroup': makeParameterGroup,
  'AWS::RDS::DBCluster': makeCluster,
};
