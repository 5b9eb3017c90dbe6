import { describe, expect, test } from 'vitest';
import { checkConfig } from './check-config.ts';
import { configs, type StageConfig, stages } from './config.ts';

const { prod, local } = configs;
const refusalOf = (change: Partial<StageConfig>): string => {
  try {
    checkConfig('prod', { ...prod, ...change });
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

test.each(stages)('a deployment can be made of the data of %s', (stage) => {
  expect(checkConfig(stage, configs[stage])).toBe(configs[stage]);
});

test('a fault is one sentence with the file, the stage, the figure and what to set', () => {
  expect(refusalOf({ region: 'eu-central-7' })).toMatch(
    /^In infra\/config\.ts, stage prod: region "eu-central-7" has no Aurora .*: set one of us-east-1, .*, or add it to infra\/regions\.ts\.$/,
  );
  expect(refusalOf({ region: 'eu-central-7' }).split('\n')).toHaveLength(1);
});

test('two faults are told together', () => {
  expect(refusalOf({ owner: '', inboundWaitMinutes: 0 })).toBe(
    'In infra/config.ts, stage prod: owner "" is empty: say whose it is; inboundWaitMinutes 0 is no whole number from 1 to 1440.',
  );
});

type Refused = readonly [what: string, change: Partial<StageConfig>, sentence: string];
const bridge = (change: object) => ({ bridge: { ...prod.bridge, ...change } });
const network = (cidr: string) => ({ network: { ...prod.network, cidr } });
const database = (change: object) => ({ database: { ...prod.database, ...change } });
const hsm = (change: object) => ({ hsm: { ...prod.hsm, ...change } });
const api = (change: object) => ({ api: { ...prod.api, ...change } });
const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1';
const mux = (change: object): Partial<StageConfig> => {
  const [multiplexer] = local.muxBridge?.multiplexers ?? [];
  return {
    muxBridge: {
      architecture: 'arm64',
      tasks: 1,
      cpu: 256,
      memoryMiB: 512,
      multiplexers: [{ ...multiplexer, ...change } as typeof multiplexer & object],
    },
  };
};

describe('refused', () => {
  test.each([
    ['zones of another region', { availabilityZones: ['eu-west-1a', 'eu-west-1b'] }, 'set two of eu-central-1a, b, c'],
    ['one zone twice', { availabilityZones: ['eu-central-1a', 'eu-central-1a'] }, 'names one zone twice'],
    ['a runbook that is not https', { runbookUrl: 'runbook.md' }, 'runbookUrl "runbook.md" is no https address'],
    ['a runbook with a fragment', { runbookUrl: 'https://a.example/#b' }, 'alarms add their own'],
    ['a network that is none', network('10.66.0.0'), 'is no block of addresses such as 10.66.0.0/20'],
    ['a network with bits beyond its prefix', network('10.66.1.0/20'), 'is no block of addresses'],
    [
      'a network too small for the subnets',
      network('10.66.0.0/21'),
      'network.cidr "10.66.0.0/21" has to be from a /16',
    ],
    ['a network of others', network('8.8.0.0/20'), 'is not within 10.0.0.0/8'],
    ['a network half private', network('172.32.0.0/16'), 'is not within 10.0.0.0/8'],
    ['three NAT gateways in two zones', { network: { ...prod.network, natGateways: 3 as 2 } }, 'natGateways 3'],
    ['a CPU size that Fargate does not have', bridge({ cpu: 300 }), 'bridge has 300 CPU units: Fargate has 256, 512'],
    ['memory that does not go with the CPU', bridge({ memoryMiB: 512 }), 'set memoryMiB to one of 2048, 3072'],
    ['no task', bridge({ tasks: 0 }), 'bridge.tasks 0 is no whole number from 1 to 100'],
    ['room for fewer tasks than there are', bridge({ mostTasks: 1 }), 'bridge.mostTasks 1 is below tasks'],
    ['a processor that Fargate has not', bridge({ architecture: 'riscv' }), 'bridge.architecture "riscv"'],
    ['a simulator in prod', { smscSimulator: true }, 'smscSimulator true would say of messages that nobody gets that'],
    ['a provider’s host that is none', { providerHosts: ['a b'] }, 'providerHosts.0 "a b" is no host and no network'],
    ['a budget of nothing', { monthlyBudgetUsd: 0 }, 'monthlyBudgetUsd 0 is no whole number'],
    ['a domain that is an address', api({ domain: { name: 'https://a.example', certificateArn } }), 'is no host name'],
    [
      'a domain without its certificate',
      api({ domain: { name: 'a.example', certificateArn: 'x' } }),
      'is no certificate',
    ],
    ['records gone before they are cold', { cdr: { ...prod.cdr, keepDays: 30 } }, 'is not before keepDays'],
    ['a database that pauses', database({ capacity: { min: 0, max: 2 } }), 'database.capacity.min 0 is no number of'],
    ['a third of a unit', database({ capacity: { min: 0.75, max: 2 } }), 'in halves from 0.5 to 256'],
    ['a minimum above the maximum', database({ capacity: { min: 4, max: 2 } }), 'has a minimum above its maximum'],
    ['a version without the Data API', database({ engine: { full: '17.2', major: '17' } }), 'set 16.1, 17.4, 18.3 or'],
    ['a major without the Data API', database({ engine: { full: '12.9', major: '12' } }), 'is below what the Data API'],
    ['a version of another major', database({ engine: { full: '17.4', major: '18' } }), 'not of its major'],
    ['more backups than RDS keeps', database({ backupDays: 36 }), 'database.backupDays 36'],
    ['a statement that outlasts the Data API', database({ statementTimeoutSeconds: 45 }), 'from 1 to 44'],
    ['more reserved than the account leaves', { accountConcurrency: 250 }, 'api.reservedConcurrency 200 leaves fewer'],
    ['keys over plain http', api({ jwt: { issuer: 'i', audience: 'a', jwksUri: 'http://i' } }), 'is no https address'],
    [
      'a canary that its alarms cannot stop',
      { deployments: { canaryMinutes: 5 as 10 } },
      'canaryMinutes 5 is no canary',
    ],
    ['a throttle of nothing', api({ throttle: { rate: 0, burst: 1 } }), 'api.throttle.rate 0'],
    ['an HSM that is not known', hsm({ backend: 'soft' }), 'hsm.backend "soft"'],
    ['a deadline that ten calls do not fit into', hsm({ deadlineMs: 9_000 }), 'hsm.deadlineMs 9000'],
    ['a port that is none', hsm({ ports: [70_000] }), 'hsm.ports.0 70000 is no whole number from 1 to 65535'],
    ['ports the wrong way round', mux({ ports: [9, 8] }), 'has a first port above its last'],
    ['a multiplexer by name', mux({ cidr: 'mux.example' }), 'is no block of addresses such as 192.0.2.7/32'],
  ] as const satisfies readonly Refused[])('%s', (_what, change, sentence) => {
    expect(refusalOf(change as Partial<StageConfig>)).toContain(sentence);
  });
});
