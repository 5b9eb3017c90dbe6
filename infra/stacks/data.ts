import { CfnOutput } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Alarms } from '../constructs/alarms.ts';
import { CdrBucket } from '../constructs/cdr-bucket.ts';
import { Database } from '../constructs/database.ts';
import { DatabaseMigration } from '../constructs/database-migration.ts';
import { FirstKeys } from '../constructs/first-keys.ts';
import { Network } from '../constructs/network.ts';
import { PurposeKey } from '../constructs/purpose-key.ts';
import { acknowledge, type Deployment, StageStack } from '../deployment.ts';

/** What remembers: the database and its schema, the tables, the keys and secrets, and the network with its fixed addresses. */
export class DataStack extends StageStack {
  readonly network: Network;
  readonly database: Database;
  readonly leases: Table;
  /** Which task of the bridge has which of the binds that a provider allows. */
  readonly bindSlots: Table;
  /** The token buckets of clients. */
  readonly limits: Table;
  /** What the HSM has in hand, and whether it is well. */
  readonly gates: Table;
  /** Answers that were given under an idempotency key. */
  readonly answers: Table;
  /** Call detail records, for whoever reconciles with a carrier. */
  readonly cdrs: CdrBucket;
  /** Encrypts what is at rest in the database and the tables. */
  readonly dataKey: Key;
  /** The envelope key of the secrets that sign callbacks. */
  readonly callbackKey: Key;
  /** The envelope key of the cards' keys that are in the database. */
  readonly cardKey: Key;
  readonly hsmSecret: Secret;
  /** Wraps the keys of EMMs: encrypt-emm's alone. */
  readonly emmKey: Key;
  /** Wraps the keys of what is kept of EMMs, cards and groups: encrypt-emm's alone. */
  readonly emmDataKey: Key;
  readonly keyCheckSecret: Secret;
  /** What the canary sends with. */
  readonly canaryKeySecret: Secret;
  /** What the names of the secrets of providers begin with; the providers themselves are data. */
  readonly providerSecretsPrefix: string;

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
    this.cardKey = new PurposeKey(this, 'CardKey', {
      deployment,
      purpose: 'cards',
      description: 'Envelope of the data keys under which card keys are sealed.',
      context: { purpose: 'card-key' },
    }).key;
    this.emmKey = new PurposeKey(this, 'EmmKey', {
      deployment,
      purpose: 'emm',
      description: 'Wraps the keys that EMMs are encrypted with on air.',
      context: { purpose: 'emm' },
    }).key;
    this.emmDataKey = new PurposeKey(this, 'EmmDataKey', {
      deployment,
      purpose: 'emm-data',
      description: 'Wraps the keys of what is kept: the commands of EMMs, and the keys of cards and groups.',
      context: { purpose: 'emm-data' },
    }).key;
    this.database = new Database(this, 'Database', {
      deployment,
      alarms,
      vpc: this.network.vpc,
      encryptionKey: this.dataKey,
    });
    this.leases = this.makeTable(deployment, 'Leases', 'lease_name');
    this.bindSlots = this.makeTable(deployment, 'BindSlots', 'provider_name');
    this.limits = this.makeTable(deployment, 'Limits', 'bucket_name');
    this.answers = this.makeTable(deployment, 'Answers', 'answer_key');
    this.gates = this.makeTable(deployment, 'Gates', 'gate_name');
    this.cdrs = new CdrBucket(this, 'Cdrs', deployment);
    this.hsmSecret = this.makeHsmSecret(deployment);
    this.keyCheckSecret = this.makeKeyCheckSecret(deployment);
    this.providerSecretsPrefix = deployment.names.secret('providers/');
    const migration = new DatabaseMigration(this, 'Migration', { deployment, alarms, database: this.database });
    const { database, keyCheckSecret } = this;
    const firstKeys = new FirstKeys(this, 'FirstKeys', { deployment, alarms, database, migration, keyCheckSecret });
    this.canaryKeySecret = firstKeys.canary;
    new CfnOutput(this, 'FirstAdminKeySecret', {
      value: deployment.names.secret('admin-key'),
      description: 'The secret whose member api_key is the first admin key.',
    });
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

  /** Lets a role write call detail records; none reads or removes them. */
  allowCdrs(role: Role): void {
    role.addToPolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: [this.cdrs.objectsArn] }));
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::${this.cdrs.objectsArn.replace(this.account, '<AWS::AccountId>')}]`,
      'An object for each provider and hour: their names are made of data.',
    );
  }

  /** Lets a role use the passwords of providers, which are made and removed while Signalbox runs. */
  allowProviderSecrets(role: Role, actions: readonly string[]): void {
    const names = `${this.providerSecretsPrefix}*`;
    const resource = `arn:${this.partition}:secretsmanager:${this.region}:${this.account}:secret:${names}`;
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::arn:aws:secretsmanager:${this.region}:<AWS::AccountId>:secret:${names}]`,
      'Providers are data: which there will be is not known when this is deployed, but what their secrets are called.',
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

  private makeHsmSecret(deployment: Deployment): Secret {
    const secret = new Secret(this, 'HsmSecret', {
      secretName: deployment.names.secret('hsm'),
      description:
        'How to reach the HSM, filled in by the operator: {url, ca, cert, key}, or {library, token_label, pin}.',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ url: 'https://hsm.invalid/', ca: '', cert: '' }),
        generateStringKey: 'key',
      },
      removalPolicy: deployment.dataRemoval,
    });
    acknowledge(secret, 'AwsSolutions-SMG4', 'The certificate is renewed together with the operator of the HSM.');
    return secret;
  }
}
