import { Cron } from 'croner';

/** Gives the first moment of the schedule after `after`, or undefined when there is none any more. */
export type NextTime = (after: Date) => Date | undefined;

const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const fault = (expression: string, reason: string): Error =>
  new Error(`The schedule expression ${expression} is not valid: ${reason}.`);

const rate = (expression: string, argument: string, from: Date): NextTime => {
  const [, digits = '', unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(argument) ?? [];
  const step = Number(digits) * (unitMilliseconds[unit] ?? 0);
  if (!step) throw fault(expression, 'a rate is a whole number and minute(s), hour(s) or day(s)');
  // Counted from the schedule's start rather than from the last run, so that a late run does not shift the next.
  return (after) => new Date(from.getTime() + (Math.floor((after.getTime() - from.getTime()) / step) + 1) * step);
};

/**
 * AWS writes minutes, hours, day of month, month, day of week, year, with SUN = 1 and `?` in one of the two day fields.
 * croner's alternative weekdays count as AWS does; it wants seconds in front.
 */
const cron = (expression: string, argument: string, timezone: string): NextTime => {
  const fields = argument.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || !dayOfMonth || !dayOfWeek) throw fault(expression, 'a cron expression has six fields');
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw fault(expression, 'exactly one of day of month and day of week is ?');
  const day = dayOfMonth === '?' ? '*' : dayOfMonth;
  // `6L` is AWS's last Friday of the month, which croner writes `6#L`; a bare `L` is the week's last day.
  const weekday = dayOfWeek
    .replace('?', '*')
    .replace(/^L$/, '7')
    .replace(/^(\w+)L$/, '$1#L');
  const pattern = ['0', minutes, hours, day, month, weekday, year].join(' ');
  try {
    const job = new Cron(pattern, {
      timezone,
      alternativeWeekdays: true,
      sloppyRanges: true,
      mode: '7-part',
      paused: true,
    });
    return (after) => job.nextRun(after) ?? undefined;
  } catch (error) {
    throw fault(expression, error instanceof Error ? error.message : String(error));
  }
};

/** `2026-11-21T08:42:00` in a time zone, as an instant. */
const instantIn = (local: string, timezone: string): Date | undefined =>
  new Cron(local, { timezone, paused: true }).nextRun(new Date(0)) ?? undefined;

const at = (expression: string, argument: string, timezone: string): NextTime => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(argument))
    throw fault(expression, 'at() takes yyyy-mm-ddThh:mm:ss');
  const moment = instantIn(argument, timezone);
  return (after) => (moment && moment > after ? moment : undefined);
};

/**
 * Reads an expression of EventBridge Scheduler: `rate(5 minutes)`, `cron(0 3 * * ? *)` or `at(2026-11-21T08:42:00)`
 * (EventBridge Scheduler User Guide, "Schedule types"). A rate counts from `from`.
 *
 * @throws Error saying what is wrong with the expression.
 */
export const parseScheduleExpression = (expression: string, timezone: string, from: Date): NextTime => {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rate(expression, argument, from);
  if (kind === 'cron') return cron(expression, argument, timezone);
  if (kind === 'at') return at(expression, argument, timezone);
  throw fault(expression, 'it is none of rate(), cron() and at()');
};
