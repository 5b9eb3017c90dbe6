import { describe, expect, test } from 'vitest';
import type { Template } from '../templates.ts';
import { type CostLine, costOf, sumOf } from './cost-line.ts';
import { fixedCosts, runsOfMonth } from './fixed-costs.ts';
import { Measurement, parseCall } from './measurement.ts';
import { callsOfMessage, invocationsOf, messageCosts, phaseFor } from './message-costs.ts';
import { hoursOfMonth, prices, secondsOfMonth } from './prices.ts';
import { renderCost } from './render-cost.ts';

const properties = (Type: string, Properties: Readonly<Record<string, unknown>> = {}) => ({ Type, Properties });

const template: Template = {
  stack: 'signalbox-prod-all',
  Resources: {
    Task: properties('AWS::ECS::TaskDefinition', { Cpu: '1024', Memory: '2048' }),
    Bridge: properties('AWS::ECS::Service', {
      ServiceName: 'signalbox-prod-smpp-bridge',
      DesiredCount: 2,
      TaskDefinition: { Ref: 'Task' },
    }),
    Cluster: properties('AWS::RDS::DBCluster', { ServerlessV2ScalingConfiguration: { MinCapacity: 0.5 } }),
    Writer: properties('AWS::RDS::DBInstance'),
    Standby: properties('AWS::RDS::DBInstance'),
    Nat: properties('AWS::EC2::NatGateway'),
    Address: properties('AWS::EC2::EIP'),
    Gateway: properties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }),
    Interface: properties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] }),
    Acl: properties('AWS::WAFv2::WebACL', { Rules: [{}, {}] }),
    Key: properties('AWS::KMS::Key'),
    Plain: properties('AWS::CloudWatch::Alarm', { MetricName: 'Errors' }),
    Ratio: properties('AWS::CloudWatch::Alarm', {
      Metrics: [{ MetricStat: {} }, { MetricStat: {} }, { Expression: 'a / b' }],
    }),
    Odd: properties('AWS::CloudWatch::Alarm', {
      Metrics: [{ MetricStat: {} }, { Expression: 'ANOMALY_DETECTION_BAND(m, 3)' }],
    }),
    ServeApi: properties('AWS::Lambda::Function', { FunctionName: 'signalbox-prod-serve-api', MemorySize: 2048 }),
    Mapping: properties('AWS::Lambda::EventSourceMapping'),
    Schedule: properties('AWS::Scheduler::Schedule', {
      Name: 'signalbox-prod-dispatch-due',
      ScheduleExpression: 'rate(1 minute)',
    }),
  },
};

const measurement: Measurement = Measurement.parse({
  measured_at: '2026-11-21',
  node: '24.21.0',
  idle: { seconds: 60, calls: { 'smpp-bridge sqs:ReceiveMessage': 9, 'mux-bridge rds-data:Execute': 60 } },
  schedules: { 'dispatch-due': { 'dispatch-due rds-data:Execute': 5 } },
  custom_metrics: 10,
  phases: [
    {
      rate: null,
      messages: 10,
      seconds: 20,
      calls: {
        'serve-api rds-data:Execute': 10,
        'serve-api sqs:SendMessage': 10,
        'serve-api sqs:grouped': 10,
        'smpp-bridge sqs:ReceiveMessage': 23,
        'awslambda_settle-outcomes sqs:ReceiveMessage': 200,
        'awslambda_settle-outcomes sqs:DeleteMessageBatch': 20,
        'dispatch-due rds-data:Execute': 4,
        'mux-bridge rds-data:Execute': 20,
      },
      log_bytes: 10_000,
      database_bytes: 20_000,
    },
    { rate: 40, messages: 1000, seconds: 25, calls: {}, log_bytes: 0, database_bytes: 0 },
  ],
});

const [alone, fast] = measurement.phases;
const amounts = (lines: readonly CostLine[], price: CostLine['price']) =>
  lines.filter((line) => line.price === price).reduce((sum, { amount }) => sum + amount, 0);

test('a sum is that of its lines, each its amount at its price', () => {
  const lines: readonly CostLine[] = [
    { what: 'a', price: 'keyMonth', amount: 5 },
    { what: 'b', price: 'natHour', amount: 2 * hoursOfMonth },
  ];
  expect(lines.map(costOf)).toEqual([5, 2 * 730 * 0.045]);
  expect(sumOf(lines)).toBeCloseTo(5 + 65.7, 10);
});

test('every price says what it is for and where it was read', () => {
  for (const { usd, per, source } of Object.values(prices)) {
    expect(usd).toBeGreaterThan(0);
    expect(per).not.toBe('');
    expect(source).toMatch(/\w/);
  }
});

describe('what is fixed', () => {
  const lines = fixedCosts([template], measurement);

  test('tasks by their size, the database by its instances at their least', () => {
    expect(amounts(lines, 'taskCpuHour')).toBe(2 * hoursOfMonth);
    expect(amounts(lines, 'taskMemoryHour')).toBe(2 * 2 * hoursOfMonth);
    expect(amounts(lines, 'databaseUnitHour')).toBe(2 * 0.5 * hoursOfMonth);
  });

  test('interface endpoints by their zones, gateway endpoints for nothing', () => {
    expect(amounts(lines, 'endpointHour')).toBe(2 * hoursOfMonth);
  });

  test('an alarm by its metrics, and one on an anomaly by two more', () => {
    expect(amounts(lines, 'alarmMetric')).toBe(1 + 2 + 3);
  });

  test('a firewall by its rules', () => {
    expect([amounts(lines, 'firewallAcl'), amounts(lines, 'firewallRule')]).toEqual([1, 2]);
  });

  test('schedules by their runs and what one of them asks', () => {
    const runs = secondsOfMonth / 60;
    expect(amounts(lines, 'scheduledRun')).toBeCloseTo(runs / 1e6, 10);
    expect(amounts(lines, 'dataApiRequest')).toBeCloseTo((5 * runs) / 1e6, 10);
  });

  test('empty queues by what pollers and tasks ask of them, and no task that is not there', () => {
    const polls = (5 * secondsOfMonth) / 20;
    const receives = (2 * 9 * secondsOfMonth) / 60;
    expect(amounts(lines, 'queueRequest')).toBeCloseTo((polls + receives) / 1e6, 10);
  });

  test('what there is none of is not told', () => {
    expect(lines.filter(({ amount }) => amount === 0)).toEqual([]);
    expect(lines.some(({ price }) => price === 'dashboard')).toBe(false);
  });
});

test.each([
  ['rate(1 minute)', 43_800],
  ['rate(5 minutes)', 8_760],
  ['rate(1 hour)', 730],
  ['cron(10 2 * * ? *)', 730 / 24],
])('%s runs %d times a month', (expression, runs) => {
  expect(runsOfMonth(expression)).toBeCloseTo(runs, 6);
});

describe('a message', () => {
  const calls = alone ? callsOfMessage(measurement, alone) : [];
  const timesOf = (caller: string, operation: string) =>
    calls.find(([call]) => call.caller === caller && call.operation === operation)?.[1];

  test('is not charged what is asked without it', () => {
    expect(timesOf('smpp-bridge', 'ReceiveMessage')).toBeCloseTo((23 - 3) / 10, 10);
    expect(calls.some(([{ caller }]) => caller === 'dispatch-due' || caller === 'mux-bridge')).toBe(false);
  });

  test('is an invocation at the door and one for each batch behind the queues', () => {
    expect([...invocationsOf(calls)]).toEqual([
      ['authorize-request', 1],
      ['serve-api', 1],
      ['settle-outcomes', 2],
    ]);
  });

  test('costs what its calls and invocations come to, times the volume', () => {
    const lines = messageCosts([template], measurement, 100_000);
    expect(amounts(lines, 'apiRequest')).toBeCloseTo(0.1, 10);
    expect(amounts(lines, 'functionRequest')).toBeCloseTo(0.4, 10);
    expect(amounts(lines, 'dataApiRequest')).toBeCloseTo(0.1, 10);
    expect(amounts(lines, 'fairQueueRequest')).toBeCloseTo(0.1, 10);
    // One send, two receives of the bridge, and two batches that are received and deleted.
    expect(amounts(lines, 'queueRequest')).toBeCloseTo(0.1 * (1 + 2 + 4), 10);
    expect(amounts(lines, 'databaseStorage')).toBeCloseTo((2_000 * 100_000) / 1e9, 10);
    // serve-api, 2 GB: 5 ms and two calls of 15 ms; the others, 1 GB: 5 ms each.
    expect(amounts(lines, 'functionGigabyteSecond')).toBeCloseTo(100_000 * (0.035 * 2 + 0.005 + 2 * 0.005), 6);
  });

  test('is counted at the rate that is nearest to its volume', () => {
    expect(phaseFor(measurement, 100_000)).toBe(alone);
    expect(phaseFor(measurement, 100_000_000)).toBe(fast);
  });

  test('has all its requests traced when they are few, and a part when they are many', () => {
    expect(amounts(messageCosts([template], measurement, 1e6), 'trace')).toBe(1);
    expect(amounts(messageCosts([template], measurement, 1e8), 'trace')).toBeCloseTo(
      (secondsOfMonth + 0.05 * (1e8 - secondsOfMonth)) / 1e6,
      10,
    );
  });
});

test('a call is told by its caller, service and operation', () => {
  expect(parseCall('serve-api rds-data:Execute')).toEqual({
    caller: 'serve-api',
    service: 'rds-data',
    operation: 'Execute',
  });
});

test('the page is figures that do not change by themselves, and marks what is not confirmed', () => {
  const page = renderCost(() => [template], measurement);
  expect(page).toBe(renderCost(() => [template], measurement));
  expect(page).toContain('| 0.1 million a month | 1 million a month | 10 million a month | 100 million a month |');
  expect(page.match(/\*\*not confirmed\*\*/g)).toHaveLength(
    Object.values(prices).filter(({ confirmed }) => !confirmed).length,
  );
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});
