import { App, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { parseExemptHosts } from '#shared/domain/provider-host.ts';
import { configs, deployedStages, stages } from '../../infra/config.ts';
import { addStacks, featureFlags } from '../../infra/synthesize.ts';
import { actionsOf, allOf, statementsOf, templatesFor } from './synthesized.ts';

const stacks = ['api', 'bridge', 'cas', 'data', 'messaging', 'operations', 'processing', 'schedules'];

describe('stages', () => {
  test.each(stages)('%s synthesizes without a finding, a network or credentials', (stage) => {
    expect(
      templatesFor(stage, stage !== 'local')
        .map(({ stack }) => stack.replace(`signalbox-${stage}-`, ''))
        .sort(),
    ).toEqual([...stacks, ...(stage === 'local' ? ['mux-bridge'] : [])].sort());
  });

  test('a finding of cdk-nag fails the synthesis', () => {
    const app = new App({ analyticsReporting: false, context: { ...featureFlags(), 'aws:cdk:bundling-stacks': [] } });
    addStacks(app, 'dev');
    new Queue(new Stack(app, 'careless'), 'Queue');
    expect(() => app.synth()).toThrow('AwsSolutions-SQS4');
  });

  test('local has the data of dev and a multiplexer, so that what runs on a laptop is what is deployed', () => {
    const shared = (stage: 'dev' | 'local') =>
      templatesFor(stage).filter(({ stack }) => !stack.endsWith('-mux-bridge'));
    const types = (stage: 'dev' | 'local') =>
      shared(stage).flatMap((template) => Object.values(template.Resources).map(({ Type }) => Type));
    expect(types('local')).toEqual(types('dev'));
  });

  test.each(deployedStages)('every resource of %s that can be tagged says whose it is', (stage) => {
    for (const { Properties } of [...allOf(stage, 'AWS::Lambda::Function'), ...allOf(stage, 'AWS::SQS::Queue')]) {
      const keys = (Properties.Tags as readonly { readonly Key: string }[]).map(({ Key }) => Key);
      expect(keys).toEqual(['cost-centre', 'data-class', 'owner', 'service', 'stage']);
    }
  });

  test('no resource is made by a custom resource but the schema and the keys that a stage begins with', () => {
    const custom = templatesFor('prod')
      .flatMap((template) => Object.values(template.Resources).map(({ Type }) => Type))
      .filter((type) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource');
    expect(custom).toEqual(['Custom::DatabaseMigration', 'Custom::FirstKey', 'Custom::FirstKey']);
  });
});

describe('rights', () => {
  test('no statement allows an action with a star', () => {
    const starred = statementsOf('prod').filter(
      (statement) => statement.Effect === 'Allow' && actionsOf(statement).some((action) => action.includes('*')),
    );
    expect(starred).toEqual([]);
  });

  test('any resource is named only where AWS knows none to name', () => {
    const unnamable = /^(xray|ec2|logs):|^ecr:GetAuthorizationToken$|^kms:/;
    const wide = statementsOf('prod').filter(({ Effect, Resource }) => Effect === 'Allow' && Resource === '*');
    for (const action of wide.flatMap(actionsOf)) expect(action).toMatch(unnamable);
    // A key's own policy always says *, and means the key.
    const roleless = wide.filter((statement) => actionsOf(statement).some((action) => action.startsWith('kms:')));
    for (const { Principal } of roleless) expect(Principal).toBeDefined();
  });

  test('no role has a managed policy', () => {
    for (const { Properties } of allOf('prod', 'AWS::IAM::Role')) expect(Properties.ManagedPolicyArns).toBeUndefined();
  });

  test('every function has its own role', () => {
    const roles = allOf('prod', 'AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties.Role));
    expect(new Set(roles).size).toBe(20);
  });

  test('serve-api makes callback secrets and only notify-client opens them, each only as such', () => {
    const using = allOf('prod', 'AWS::IAM::Policy').flatMap(({ Properties }) =>
      (
        Properties.PolicyDocument as { Statement: { Action: unknown; Resource: unknown; Condition: unknown }[] }
      ).Statement.filter(({ Resource }) => JSON.stringify(Resource).includes('CallbackKey')).map(
        ({ Action, Condition }) => [String(Properties.PolicyName).replace(/Role.*/, ''), Action, Condition],
      ),
    );
    const Condition = { StringEquals: { 'kms:EncryptionContext:purpose': 'callback-signing' } };
    expect(using.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual([
      [expect.stringContaining('NotifyClient'), 'kms:Decrypt', Condition],
      [expect.stringContaining('ServeApi'), 'kms:Encrypt', Condition],
    ]);
  });

  test('only encrypt-emm uses the keys of EMMs, each for its own purpose, and it reaches nothing else', () => {
    const using = allOf('prod', 'AWS::IAM::Policy').filter(({ Properties }) =>
      /DataEmmKey|DataEmmDataKey|EmmKey|EmmDataKey/.test(JSON.stringify(Properties.PolicyDocument)),
    );
    expect(using.map(({ Properties }) => String(Properties.PolicyName).replace(/Role.*/, ''))).toEqual(['EncryptEmm']);
    const { Statement } = (using[0]?.Properties.PolicyDocument ?? { Statement: [] }) as {
      Statement: { Action: unknown; Condition: unknown }[];
    };
    const kms = Statement.filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(kms.map(({ Condition }) => Condition)).toEqual(
      ['emm', 'emm-data'].map((purpose) => ({ StringEquals: { 'kms:EncryptionContext:purpose': purpose } })),
    );
    expect(JSON.stringify(Statement)).not.toMatch(/rds-data|sqs:|dynamodb|secretsmanager|lambda:/);
  });

  test('the callback key serves nobody without its context, whatever a role may do', () => {
    const using = statementsOf('prod').filter(
      (statement) => statement.Principal && actionsOf(statement).includes('kms:Decrypt'),
    );
    expect(using.map(({ Condition }) => Condition)).toContainEqual({
      StringEquals: { 'kms:EncryptionContext:purpose': 'callback-signing' },
    });
  });

  test('queues, topics and buckets are spoken to over TLS only', () => {
    const refusing = statementsOf('prod').filter(
      ({ Effect, Condition }) => Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
    );
    const types = ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::S3::Bucket'];
    const spokenTo = types.reduce((sum, type) => sum + allOf('prod', type).length, 0);
    expect(refusing).toHaveLength(spokenTo);
  });
});

describe('functions', () => {
  test('every function runs Node 24 on arm64, logs where its logs expire, and knows its stage', () => {
    for (const { Properties } of allOf('prod', 'AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Environment: { Variables: { STAGE: 'prod', POWERTOOLS_METRICS_NAMESPACE: 'Signalbox' } },
      });
      expect(Properties.LoggingConfig).toBeDefined();
    }
    for (const { Properties } of allOf('prod', 'AWS::Logs::LogGroup')) expect(Properties.RetentionInDays).toBe(180);
  });

  test('the schema is brought forward by its function before any other stack comes', () => {
    const [migration] = allOf('prod', 'Custom::DatabaseMigration');
    expect(JSON.stringify(migration?.Properties.ServiceToken)).toContain('MigrateDatabase');
    expect(migration?.Properties.Migrations).toMatch(/^[0-9a-f]{64}$/);
  });

  test('the parameter that lets private callback URLs through is empty by default', () => {
    const exempt = templatesFor('prod').flatMap(({ Parameters }) => Parameters?.CallbackExemptOrigins ?? []);
    expect(exempt.map(({ Default }) => Default)).toEqual(['', '']);
  });

  test('the parameter that lets providers be at internal hosts is empty by default, and the API and the bridge have it', () => {
    const exempt = templatesFor('prod').flatMap(({ Parameters }) => Parameters?.ProviderExemptHosts ?? []);
    expect(exempt.map(({ Default }) => Default)).toEqual(['', '']);
    const [task] = allOf('prod', 'AWS::ECS::TaskDefinition');
    expect(JSON.stringify(task?.Properties)).toContain('"PROVIDER_EXEMPT_HOSTS"');
  });

  test.each(stages)('the internal hosts of providers in %s are hosts and networks', (stage) => {
    const { providerHosts } = configs[stage];
    expect(parseExemptHosts(providerHosts.join(','))).toEqual(providerHosts.map((host) => host.toLowerCase()));
  });
});
