import { describe, expect, test } from 'vitest';
import { MetricAlarm } from './alarm.ts';
import { evaluateAlarm } from './evaluate-alarm.ts';
import { createMetricStore, type Point } from './metric-store.ts';

const now = 10_000_000;
const minutes = (n: number) => n * 60_000;
const service = [{ Name: 'service', Value: 's' }];

const alarm = (given: object): MetricAlarm =>
  MetricAlarm.parse({
    AlarmName: 'a',
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    EvaluationPeriods: 1,
    Threshold: 1,
    TreatMissingData: 'notBreaching',
    Namespace: 'N',
    MetricName: 'M',
    Dimensions: service,
    Period: 60,
    Statistic: 'Sum',
    ...given,
  });

/** `[minutes ago, value]`, of one metric. */
const storeOf = (points: readonly (readonly [number, number])[], given: Partial<Point> = {}) => {
  const store = createMetricStore();
  for (const [ago, value] of points)
    store.record({
      namespace: 'N',
      name: 'M',
      dimensions: { service: 's' },
      value,
      at: now - minutes(ago) - 1,
      ...given,
    });
  return store;
};
const stateOf = (given: object, points: readonly (readonly [number, number])[], since = 0) =>
  evaluateAlarm(alarm(given), storeOf(points), { now, since });

test('an alarm is raised when each of its periods is beyond the threshold', () => {
  expect(
    stateOf({ EvaluationPeriods: 3 }, [
      [0, 1],
      [1, 1],
      [2, 1],
    ]),
  ).toBe('ALARM');
  expect(
    stateOf({ EvaluationPeriods: 3 }, [
      [0, 1],
      [1, 0],
      [2, 1],
    ]),
  ).toBe('OK');
  expect(
    stateOf({ EvaluationPeriods: 3, DatapointsToAlarm: 2 }, [
      [0, 1],
      [1, 0],
      [2, 1],
    ]),
  ).toBe('ALARM');
});

test('values of another dimension, of another metric or of before do not count', () => {
  const store = storeOf([[0, 9]], { dimensions: { service: 's', provider: 'p' } });
  expect(evaluateAlarm(alarm({}), store, { now, since: 0 })).toBe('OK');
  expect(stateOf({}, [[1.5, 9]])).toBe('OK');
});

describe('what is missing', () => {
  const silent = { ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching', EvaluationPeriods: 2 };
  test('raises an alarm whose silence is the fault, from when there could be data', () => {
    expect(stateOf(silent, [])).toBe('ALARM');
    expect(stateOf(silent, [[0, 1]])).toBe('OK');
    expect(stateOf(silent, [], now - minutes(1))).toBe('INSUFFICIENT_DATA');
  });

  test('is well, or unknown, as the alarm says', () => {
    expect(stateOf({ TreatMissingData: 'notBreaching' }, [])).toBe('OK');
    expect(stateOf({ TreatMissingData: 'missing' }, [])).toBe('INSUFFICIENT_DATA');
  });
});

test.each([
  ['Sum', 6],
  ['Average', 2],
  ['Maximum', 3],
  ['Minimum', 1],
  ['SampleCount', 3],
])('%s of 1, 2 and 3 is %d', (Statistic, value) => {
  const points = [
    [0, 1],
    [0.1, 2],
    [0.2, 3],
  ] as const;
  expect(stateOf({ Statistic, Threshold: value }, points)).toBe('ALARM');
  expect(stateOf({ Statistic, Threshold: value + 0.1 }, points)).toBe('OK');
});

test('a percentile is the value that so many are not above', () => {
  const points = Array.from({ length: 100 }, (_, i) => [0, i + 1] as const);
  expect(stateOf({ Statistic: undefined, ExtendedStatistic: 'p99', Threshold: 99 }, points)).toBe('ALARM');
  expect(stateOf({ Statistic: undefined, ExtendedStatistic: 'p99', Threshold: 100 }, points)).toBe('OK');
});

const metric = (Id: string, MetricName: string) => ({
  Id,
  ReturnData: false,
  MetricStat: { Metric: { Namespace: 'N', MetricName, Dimensions: service }, Period: 60, Stat: 'Sum' },
});

test('metric math is computed in each period, and what is made of missing data is missing', () => {
  const rate = {
    Metrics: [{ Id: 'e', Expression: 'IF(a + b >= 20, 100 * a / (a + b), 0)' }, metric('a', 'A'), metric('b', 'B')],
    Threshold: 5,
  };
  const store = storeOf([[0, 2]], { name: 'A' });
  expect(evaluateAlarm(alarm(rate), store, { now, since: 0 })).toBe('OK');
  store.record({ namespace: 'N', name: 'B', dimensions: { service: 's' }, value: 18, at: now - 1 });
  expect(evaluateAlarm(alarm(rate), store, { now, since: 0 })).toBe('ALARM');
});

test('an alarm over a group is raised by any of its members', () => {
  const Expression = 'SELECT MAX(M) FROM SCHEMA("N", provider, service) GROUP BY provider ORDER BY MAX() DESC';
  const group = alarm({ Metrics: [{ Id: 'q', Expression, Period: 60 }] });
  const store = storeOf([[0, 0]], { dimensions: { provider: 'a', service: 's' } });
  expect(evaluateAlarm(group, store, { now, since: 0 })).toBe('OK');
  store.record({ namespace: 'N', name: 'M', dimensions: { provider: 'b', service: 's' }, value: 1, at: now - 1 });
  expect(evaluateAlarm(group, store, { now, since: 0 })).toBe('ALARM');
});

test('what the dev cloud cannot know it does not pretend to know', () => {
  expect(evaluateAlarm(alarm({ Namespace: 'AWS/RDS' }), storeOf([]), { now, since: 0 })).toBe('NOT_EVALUATED');
  const band = { Metrics: [{ Id: 'e', Expression: 'ANOMALY_DETECTION_BAND(m, 3)' }, metric('m', 'M')] };
  expect(evaluateAlarm(alarm(band), storeOf([]), { now, since: 0 })).toBe('NOT_EVALUATED');
});
