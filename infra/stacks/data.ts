import { CfnOutput } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Alarms } from '../constructs/alarms.ts';
import { Database } from '../constructs/database.ts';
import { DatabaseMigration } from '../constructs/database-migration.ts';
import { Network } from '../constructs/network.ts';
import { PurposeKey } from '../constructs/purpose-key.ts';
import { acknowledge, type Deployment, StageStack } from '../deployment.ts';

/** What remembers: the database and its schema, the tables, the keys and secrets, and the network with its fixed addresses. */
export class DataStack extends StageStack {
  readonly network: Network;
  readonly database: Database;
  readonly leases: Table;
  /** The token buckets of clients. */
  readonly limits: Table;
  /** Answers that were given under an idempotency key. */
  readonly answers: Table;
  /** Encrypts what is at rest in the database and the tables. */
  readonly dataKey: Key;
  /** The envelope key of the secrets that sign callbacks. */
  readonly callbackKey: Key;
  readonly keyCheckSecret: Secret;
  readonly providerSecret: Secret;

  constructor(scope: Construct, deployment: Deployment, alarms: Alarms) {
    super(scope, 'data', deployment, 'personal');
    this.network = new Network(this, 'Network', deployment);
    this.dataKey = new PurposeKey(this, 'DataKey', {
      deployment,
      purpose: 'data',
      description: 'Encrypts the database and the tables at rest.',
    }).key;
    this.callbackKey = new PurposeKey(this, 'CallbackKey', {
      deployment,
      purpose: 'callbacks',
      description: 'Envelope of the secrets that sign callbacks.',
      context: { purpose: 'callback-signing' },
    }).key;
    this.database = new Database(this, 'Database', {
      deployment,
      alarms,
      vpc: this.network.vpc,
      encryptionKey: this.dataKey,
    });
    this.leases = this.makeTable(deployment, 'Leases', 'lease_name');
    this.limits = this.makeTable(deployment, 'Limits', 'bucket_name');
    this.answers = this.makeTable(deployment, 'Answers', 'answer_key');
    this.keyCheckSecret = this.makeKeyCheckSecret(deployment);
    this.providerSecret = this.makeProviderSecret(deployment);
    new DatabaseMigration(this, 'Migration', { deployment, alarms, database: this.database });
    for (const [i, address] of this.network.addresses.entries())
      new CfnOutput(this, `FixedAddress${i + 1}`, {
        value: address.ref,
        description: 'For the allow lists of SMSCs and clients.',
      });
  }

  private makeTable(deployment: Deployment, id: string, key: string): Table {
    return new Table(this, id, {
      tableName: deployment.names.of(id.toLowerCase()),
      partitionKey: { name: key, type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.dataKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: deployment.config.protect,
      removalPolicy: deployment.dataRemoval,
    });
  }

  /** Lets a role use a table: the table's key is used on the table's behalf alone. */
  allowTable(role: Role, table: Table, actions: readonly string[]): void {
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [table.tableArn] }));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
        resources: [this.dataKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${this.region}.amazonaws.com` } },
      }),
    );
  }

  private makeKeyCheckSecret(deployment: Deployment): Secret {
    const secret = new Secret(this, 'KeyCheckSecret', {
      secretName: deployment.names.secret('key-check'),
      description: 'Key of the HMAC tag in every API key, by which forgeries are refused before bcrypt.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: deployment.dataRemoval,
    });
    acknowledge(secret, 'AwsSolutions-SMG4', 'Another value would refuse every API key handed out so far.');
    return secret;
  }

  private makeProviderSecret(deployment: Deployment): Secret {
    const secret = new Secret(this, 'PrimaryProviderSecret', {
      secretName: deployment.names.secret('smsc/primary'),
      description: 'The account at the SMSC, filled in by the operator: {host, port, tls, system_id, password}.',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ host: 'smsc.invalid', port: 2775, tls: true, system_id: 'signalbox' }),
        generateStringKey: 'password',
        passwordLength: 8,
        excludePunctuation: true,
      },
      removalPolicy: deployment.dataRemoval,
    });
    acknowledge(secret, 'AwsSolutions-SMG4', 'The SMSC sets its password; it is changed together with its operator.');
    return secret;
  }
}
