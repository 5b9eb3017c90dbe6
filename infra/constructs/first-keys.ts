import { CustomResource, Duration } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, type Deployment } from '../deployment.ts';
import { pascalCase } from '../names.ts';
import type { Alarms } from './alarms.ts';
import type { Database } from './database.ts';
import type { DatabaseMigration } from './database-migration.ts';
import { ServiceFunction } from './service-function.ts';

export interface FirstKeysProps {
  readonly deployment: Deployment;
  readonly alarms: Alarms;
  readonly database: Database;
  /** The tables are there before the keys in them. */
  readonly migration: DatabaseMigration;
  readonly keyCheckSecret: Secret;
}

/**
 * The keys that a stage begins with, each in a secret of its own: the first admin key and the canary's test key.
 * Secrets Manager makes the seed that a key follows from, so that no template, event or log ever holds one, and a
 * deployment that is repeated makes no other.
 */
export class FirstKeys extends Construct {
  readonly admin: Secret;
  readonly canary: Secret;

  constructor(scope: Construct, id: string, props: FirstKeysProps) {
    super(scope, id);
    const { deployment, alarms, database, keyCheckSecret } = props;
    const issue = new ServiceFunction(this, 'IssueFirstKey', {
      deployment,
      alarms,
      name: 'issue-first-key',
      timeout: Duration.minutes(1),
      errors: 'none',
      environment: { ...database.environment, KEY_CHECK_SECRET_ARN: keyCheckSecret.secretArn },
    });
    database.allow(issue.role);
    issue.allow(['secretsmanager:GetSecretValue'], keyCheckSecret.secretArn);
    this.admin = this.key(props, issue, 'admin', 'The first admin key (api_key), from which the others are made.');
    this.canary = this.key(props, issue, 'canary', 'The test key (api_key) of the canary.');
  }

  private key({ deployment, migration }: FirstKeysProps, issue: ServiceFunction, purpose: string, description: string) {
    const secret = new Secret(this, `${pascalCase(purpose)}KeySecret`, {
      secretName: deployment.names.secret(`${purpose}-key`),
      description,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'seed',
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: deployment.dataRemoval,
    });
    acknowledge(secret, 'AwsSolutions-SMG4', 'A key is replaced over the API, where two may overlap.');
    issue.allow(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], secret.secretArn);
    const resource = new CustomResource(this, `${pascalCase(purpose)}Key`, {
      resourceType: 'Custom::FirstKey',
      serviceToken: issue.function.functionArn,
      serviceTimeout: issue.timeout,
      properties: { Purpose: purpose, SecretArn: secret.secretArn },
    });
    resource.node.addDependency(migration, issue.function, issue.role);
    return secret;
  }
}
