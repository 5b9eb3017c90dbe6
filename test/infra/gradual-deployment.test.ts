import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { deployedStages, type Stage, type Traffic } from '../../infra/config.ts';
import { GradualDeployment } from '../../infra/constructs/gradual-deployment.ts';
import { deploymentOf } from '../../infra/deployment.ts';
import { resourcesOf } from '../../infra/templates.ts';
import { actionsOf, allOf, templatesFor } from './synthesized.ts';

/** Every resource id that a value refers to, in this template. */
const referredTo = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: readonly [string, string] };
  return [...[ref ?? attribute?.[0] ?? []].flat(), ...Object.values(value).flatMap(referredTo)];
};

const theOnly = (stage: Stage, type: string, ids: readonly string[]) =>
  resourcesOf(templatesFor(stage), type).filter(([id]) => ids.includes(id));

/** The functions' names without their stage that a value leads to, directly or by an alias. */
const functionsBehind = (stage: Stage, value: unknown): readonly (readonly [name: string, aliases: string[]])[] => {
  const ids = referredTo(value);
  const aliases = theOnly(stage, 'AWS::Lambda::Alias', ids);
  const all = [...ids, ...aliases.flatMap(([, { Properties }]) => referredTo(Properties.FunctionName))];
  return theOnly(stage, 'AWS::Lambda::Function', all).map(([, { Properties }]) => [
    String(Properties.FunctionName).replace(`signalbox-${stage}-`, ''),
    aliases.map(([, alias]) => String(alias.Properties.Name)),
  ]);
};

const calls = (stage: Stage) => ({
  integrations: allOf(stage, 'AWS::ApiGateway::Method').flatMap(({ Properties }) => {
    const { Uri } = Properties.Integration as { Uri?: unknown };
    return Uri === undefined ? [] : functionsBehind(stage, Uri);
  }),
  mappings: allOf(stage, 'AWS::Lambda::EventSourceMapping').flatMap(({ Properties }) =>
    functionsBehind(stage, Properties.FunctionName),
  ),
  permissions: allOf(stage, 'AWS::Lambda::Permission').flatMap(({ Properties }) =>
    functionsBehind(stage, Properties.FunctionName),
  ),
});

describe.each(['staging', 'prod'] as const)('in %s', (stage) => {
  test('the gateway calls serve-api by its alias, and may call nothing else of it', () => {
    const { integrations, permissions } = calls(stage);
    expect(new Set(integrations.map(String))).toEqual(new Set([String(['serve-api', ['live']])]));
    expect(permissions.filter(([name]) => name === 'serve-api')).toEqual([['serve-api', ['live']]]);
  });

  test('outcomes come to settle-outcomes by its alias, and every other queue to the function itself', () => {
    const { mappings } = calls(stage);
    expect(mappings).toHaveLength(6);
    for (const [name, aliases] of mappings) expect(aliases).toEqual(name === 'settle-outcomes' ? ['live'] : []);
  });

  test('a new version has a tenth of the calls for ten minutes, and goes back on the alarms of its function', () => {
    const groups = allOf(stage, 'AWS::CodeDeploy::DeploymentGroup').map(({ Properties }) => Properties);
    for (const group of groups)
      expect(group).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent10Minutes',
        AlarmConfiguration: { Enabled: true },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
        },
      });
    const short = (name: unknown) => String(name).replace(/^signalbox-[a-z]+[-/]/, '');
    const alarms = groups.map(({ DeploymentGroupName, AlarmConfiguration }) => [
      short(DeploymentGroupName),
      theOnly(stage, 'AWS::CloudWatch::Alarm', referredTo(AlarmConfiguration)).map(([, alarm]) =>
        short(alarm.Properties.AlarmName),
      ),
    ]);
    expect(Object.fromEntries(alarms)).toEqual({
      'serve-api': ['serve-api/Errors', 'api/ServerErrors'],
      'settle-outcomes': ['settle-outcomes/Errors', 'settle-outcomes/MessagesGivenBack'],
    });
  });

  test('only CodeDeploy moves the aliases, by roles that reach one function each and no bucket', () => {
    expect(allOf(stage, 'AWS::Lambda::Alias').map(({ UpdatePolicy }) => Object.keys(UpdatePolicy ?? {}))).toEqual([
      ['CodeDeployLambdaAliasUpdate'],
      ['CodeDeployLambdaAliasUpdate'],
    ]);
    const policies = allOf(stage, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('lambda:UpdateAlias'),
    );
    for (const { Properties } of policies) {
      const { Statement } = Properties.PolicyDocument as { Statement: Parameters<typeof actionsOf>[0][] };
      expect(Statement.flatMap(actionsOf)).toEqual([
        'lambda:GetAlias',
        'lambda:UpdateAlias',
        'lambda:GetProvisionedConcurrencyConfig',
        'cloudwatch:DescribeAlarms',
      ]);
    }
    const reached = policies.flatMap(({ Properties }) => functionsBehind(stage, Properties.PolicyDocument));
    expect(reached.map(([name]) => name).sort()).toEqual(['serve-api', 'settle-outcomes']);
  });
});

test('dev and the dev cloud have no versions, aliases or deployments, and call the functions themselves', () => {
  for (const stage of ['dev', 'local'] as const) {
    for (const type of ['Lambda::Version', 'Lambda::Alias', 'CodeDeploy::Application', 'CodeDeploy::DeploymentGroup'])
      expect(allOf(stage, `AWS::${type}`)).toEqual([]);
    const { integrations, mappings } = calls(stage);
    for (const [, aliases] of [...integrations, ...mappings]) expect(aliases).toEqual([]);
  }
});

test.each(deployedStages)('nothing in a stack of %s waits for itself, what moves an alias included', (stage) => {
  for (const { stack, Resources } of templatesFor(stage)) {
    const waiting = new Map(
      Object.entries(Resources).map(([id, { DependsOn = [], Properties, UpdatePolicy }]) => [
        id,
        [...DependsOn, ...referredTo(Properties), ...referredTo(UpdatePolicy)].filter((other) => other in Resources),
      ]),
    );
    const ready = () => [...waiting].filter(([, others]) => others.every((other) => !waiting.has(other)));
    for (let next = ready(); next.length > 0; next = ready()) for (const [id] of next) waiting.delete(id);
    expect([stack, ...waiting.keys()]).toEqual([stack]);
  }
});

describe('a version', () => {
  const resourcesWith = (code: string, traffic: Traffic = 'canary', reserved = 1) => {
    const directory = mkdtempSync(join(tmpdir(), 'signalbox-version-'));
    writeFileSync(join(directory, 'index.mjs'), code);
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    const made = new LambdaFunction(stack, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      code: Code.fromAsset(directory),
      handler: 'index.handler',
      reservedConcurrentExecutions: reserved,
    });
    new GradualDeployment(stack, 'Deployment', {
      deployment: deploymentOf('prod', { traffic }),
      deployments: { canaryMinutes: 10 },
      name: 'serve-api',
      function: made,
    });
    const template = Template.fromStack(stack);
    rmSync(directory, { recursive: true });
    const [[, alias] = ['', {}]] = Object.entries(template.findResources('AWS::Lambda::Alias'));
    return { versions: Object.keys(template.findResources('AWS::Lambda::Version')), alias };
  };

  test('is a new one when the code has changed, and only then', () => {
    const { versions } = resourcesWith('export const handler = 1;\n');
    expect(resourcesWith('export const handler = 1;\n').versions).toEqual(versions);
    expect(resourcesWith('export const handler = 1;\n', 'canary', 2).versions).toEqual(versions);
    expect(resourcesWith('export const handler = 2;\n').versions).not.toEqual(versions);
  });

  test('has all the calls at once in an emergency, whatever the alarms say', () => {
    expect(resourcesWith('', 'canary').alias).toHaveProperty('UpdatePolicy');
    expect(resourcesWith('', 'at-once').alias).not.toHaveProperty('UpdatePolicy');
  });
});
