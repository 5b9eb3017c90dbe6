import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { casAlarms } from '../constructs/cas-alarms.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { type Deployment, StageStack } from '../deployment.ts';
import type { DataStack } from './data.ts';
import { consumerTimeouts, type MessagingStack, queueEnvironment } from './messaging.ts';

/** Conditional access: what generates EMMs, what encrypts them, and what changes their keys. */
export class CasStack extends StageStack {
  /** The only user of the EMM keys. It has no database and no queue: it is asked, and answers. */
  readonly encryptEmm: ServiceFunction;
  readonly generateEmm: ServiceFunction;
  readonly rotateKeys: ServiceFunction;

  constructor(scope: Construct, deployment: Deployment, data: DataStack, messaging: MessagingStack) {
    super(scope, 'cas', deployment, 'personal');
    const { alarms, casRequests, sending, deliveriesHigh, deliveriesTest } = messaging;
    this.encryptEmm = this.makeEncryptEmm(deployment, data, messaging);

    this.generateEmm = new ServiceFunction(this, 'GenerateEmm', {
      deployment,
      alarms,
      name: 'generate-emm',
      timeout: consumerTimeouts.casRequests,
      errors: 'few',
      environment: {
        ...data.database.environment,
        ...queueEnvironment(...sending),
        ...this.encryptionEnvironment,
      },
    });
    data.database.allow(this.generateEmm.role);
    // Answers go first, and those under test keys to the simulator.
    for (const { queue } of [deliveriesHigh, deliveriesTest])
      this.generateEmm.allow(['sqs:SendMessage'], queue.queueArn);
    this.allowEncryption(this.generateEmm);
    this.generateEmm.consume(casRequests, 5);

    this.rotateKeys = this.makeRotateKeys(deployment, data, messaging);
    casAlarms(this, alarms);
  }

  /** What whoever has EMMs encrypted is told. */
  get encryptionEnvironment(): Record<string, string> {
    return { ENCRYPT_EMM_FUNCTION_NAME: this.encryptEmm.function.functionName };
  }

  /** Lets a function have EMMs encrypted: it sees wrapped keys and sealed sections only. */
  allowEncryption(asker: ServiceFunction): void {
    asker.allow(['lambda:InvokeFunction'], this.encryptEmm.function.functionArn);
  }

  private makeEncryptEmm(deployment: Deployment, data: DataStack, { alarms }: MessagingStack): ServiceFunction {
    const encryptEmm = new ServiceFunction(this, 'EncryptEmm', {
      deployment,
      alarms,
      name: 'encrypt-emm',
      timeout: Duration.seconds(12),
      // Sealing is nothing but computing: a whole CPU.
      memory: 1769,
      errors: 'few',
      environment: { EMM_KEY_ARN: data.emmKey.keyArn, EMM_DATA_KEY_ARN: data.emmDataKey.keyArn },
    });
    encryptEmm.allow(
      ['kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      data.emmKey.keyArn,
      { StringEquals: { 'kms:EncryptionContext:purpose': 'emm' } },
    );
    encryptEmm.allow(['kms:Decrypt', 'kms:GenerateDataKey'], data.emmDataKey.keyArn, {
      StringEquals: { 'kms:EncryptionContext:purpose': 'emm-data' },
    });
    return encryptEmm;
  }

  private makeRotateKeys(deployment: Deployment, data: DataStack, { alarms }: MessagingStack): ServiceFunction {
    const rotateKeys = new ServiceFunction(this, 'RotateKeys', {
      deployment,
      alarms,
      name: 'rotate-keys',
      timeout: Duration.minutes(3),
      errors: 'none',
      environment: {
        ...data.database.environment,
        ...this.encryptionEnvironment,
        LEASES_TABLE_NAME: data.leases.tableName,
      },
    });
    data.database.allow(rotateKeys.role);
    data.allowTable(rotateKeys.role, data.leases, ['dynamodb:UpdateItem']);
    this.allowEncryption(rotateKeys);
    new ScheduledJob(this, 'RotateKeysSchedule', {
      deployment,
      alarms,
      job: rotateKeys,
      expression: 'rate(5 minutes)',
      runsWithin: { period: Duration.minutes(15), periods: 1 },
    });
    return rotateKeys;
  }
}
