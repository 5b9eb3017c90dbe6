import { expect, test } from 'vitest';
import type { AlarmState } from './alarm.ts';
import { holds } from './composite-rule.ts';
import { evaluateMath } from './metric-math.ts';

const values: Readonly<Record<string, number | undefined>> = { a: 6, b: 3, none: undefined };

test.each([
  ['1 + 2 * a / b', 5],
  ['(1 + 2) * a', 18],
  ['a - b - 1', 2],
  ['IF(a > b AND b == 3, 1, 0)', 1],
  ['IF(a < b OR b != 3, 1, 0)', 0],
  ['FILL(none, 7) + 1', 8],
  ['none + 1', undefined],
  ['IF(none > 0, 1, 0)', undefined],
  ['a / (b - 3)', undefined],
])('%s is %d', (expression, value) => {
  expect(evaluateMath(expression, (id) => values[id])).toBe(value);
});

test.each(['a +', 'RATE(a)', 'a b', '(a', 'a ; b'])('%s is refused', (expression) => {
  expect(() => evaluateMath(expression, (id) => values[id])).toThrow();
});

const states: Readonly<Record<string, AlarmState>> = { 'x/Up': 'OK', 'x/Down': 'ALARM' };
const stateOf = (name: string) => states[name] ?? 'INSUFFICIENT_DATA';

test.each([
  ['ALARM("x/Down")', true],
  ['ALARM("x/Up") OR ALARM("arn:aws:cloudwatch:eu-central-1:000000000000:alarm:x/Down")', true],
  ['(ALARM("x/Up") OR ALARM("x/Down")) AND NOT OK("x/Down")', true],
  ['ALARM("x/Up") AND ALARM("x/Down")', false],
  ['OK("x/Up") AND INSUFFICIENT_DATA("x/Unknown")', true],
])('the rule %s holds: %s', (rule, value) => {
  expect(holds(rule, stateOf)).toBe(value);
});

test('a rule that is none is refused', () => {
  expect(() => holds('ALARM("x/Up") ALARM("x/Down")', stateOf)).toThrow('not understood');
  expect(() => holds('(ALARM("x/Up")', stateOf)).toThrow('is missing');
});
