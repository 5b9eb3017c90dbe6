import { expect, test } from 'vitest';
import { parseScheduleExpression } from './schedule-expression.ts';

const start = new Date('2026-11-21T08:42:30Z'); // a Saturday
const next = (expression: string, timezone = 'UTC', after = start) =>
  parseScheduleExpression(expression, timezone, start)(after)?.toISOString();

test('a rate counts from the start of the schedule, so a late run does not shift the next', () => {
  expect(next('rate(5 minutes)')).toBe('2026-11-21T08:47:30.000Z');
  expect(next('rate(1 hour)', 'UTC', new Date('2026-11-21T10:00:00Z'))).toBe('2026-11-21T10:42:30.000Z');
  expect(next('rate(1 day)')).toBe('2026-11-22T08:42:30.000Z');
});

test.each([
  ['cron(10 2 * * ? *)', '2026-11-22T02:10:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-11-21T08:45:00.000Z'],
  ['cron(0 3 ? * MON-FRI *)', '2026-11-23T03:00:00.000Z'],
  ['cron(0 3 ? * 1 *)', '2026-11-22T03:00:00.000Z'],
  ['cron(0 3 ? * 7 *)', '2026-11-28T03:00:00.000Z'],
  ['cron(0 3 ? * 6L *)', '2026-11-27T03:00:00.000Z'],
  ['cron(0 3 ? * 3#2 *)', '2026-12-08T03:00:00.000Z'],
  ['cron(0 3 L * ? *)', '2026-11-30T03:00:00.000Z'],
  ['cron(0 3 1 1 ? 2028)', '2028-01-01T03:00:00.000Z'],
])('%s runs next at %s', (expression, expected) => {
  expect(next(expression)).toBe(expected);
});

test('a cron expression is read in its time zone', () => {
  expect(next('cron(0 3 * * ? *)', 'Europe/Berlin')).toBe('2026-11-22T02:00:00.000Z');
});

test('at() comes once, in its time zone', () => {
  expect(next('at(2026-12-01T10:00:00)', 'Europe/Berlin')).toBe('2026-12-01T09:00:00.000Z');
  expect(next('at(2026-11-01T10:00:00)')).toBeUndefined();
});

test.each([
  'cron(0 3 * * * *)',
  'cron(0 3 * * ?)',
  'cron(61 3 * * ? *)',
  'rate(0 minutes)',
  'rate(5 weeks)',
  'at(tomorrow)',
  'every day',
])('%s is refused', (expression) => {
  expect(() => parseScheduleExpression(expression, 'UTC', start)).toThrow(/not valid/);
});
