import { afterEach, expect, test, vi } from 'vitest';
import { type ScheduleDefinition, type Scheduler, type SchedulerPorts, startScheduler } from './scheduler.ts';

const schedule: ScheduleDefinition = {
  name: 'sweep',
  arn: 'arn:aws:scheduler:eu-central-1:000000000000:schedule/default/sweep',
  expression: 'rate(1 minute)',
  timezone: 'UTC',
  enabled: true,
  functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:sweep',
  input: '{"now":true}',
  roleArn: 'arn:aws:iam::000000000000:role/sweep',
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 300,
  deadLetterQueueArn: 'arn:aws:sqs:eu-central-1:000000000000:sweep-dlq',
};

let scheduler: Scheduler | undefined;

const start = (definition: ScheduleDefinition, ports: Partial<SchedulerPorts> = {}) => {
  vi.useFakeTimers({ now: new Date('2026-11-21T08:42:00Z') });
  const seen = { runs: [] as string[], dead: [] as Readonly<Record<string, string>>[] };
  scheduler = startScheduler([definition], {
    runtime: {
      invoke: async (_name, payload) => ({ requestId: 'r', failed: false, payload }),
      invokeLater: (_name, payload) => void seen.runs.push(payload),
    },
    permit: () => undefined,
    sendDeadLetter: async (_schedule, _queue, body, attributes) => void seen.dead.push({ body, ...attributes }),
    say: () => undefined,
    ...ports,
  });
  return { seen, scheduler };
};

afterEach(() => {
  scheduler?.stop();
  vi.useRealTimers();
});

test('a schedule runs its function with its input, again and again, until it is stopped', () => {
  const started = start(schedule);
  vi.advanceTimersByTime(59_999);
  expect(started.seen.runs).toEqual([]);
  vi.advanceTimersByTime(120_001);
  expect(started.seen.runs).toEqual(['{"now":true}', '{"now":true}', '{"now":true}']);
  started.scheduler.stop();
  vi.advanceTimersByTime(600_000);
  expect(started.seen.runs).toHaveLength(3);
});

test('a schedule further off than a timer can wait still comes', () => {
  const { seen } = start({ ...schedule, expression: 'at(2027-02-01T00:00:00)' });
  vi.advanceTimersByTime(new Date('2027-02-01T00:00:01Z').getTime() - Date.now());
  expect(seen.runs).toHaveLength(1);
});

test('a disabled schedule does not run by itself, yet by hand', async () => {
  const started = start({ ...schedule, enabled: false });
  vi.advanceTimersByTime(600_000);
  expect(started.seen.runs).toEqual([]);
  expect(await started.scheduler.runNow('sweep')).toBe('{"now":true}');
});

test('what cannot be delivered is tried again as often as allowed, then goes to the dead letters', async () => {
  let tries = 0;
  const { seen } = start(schedule, {
    permit: () => {
      tries += 1;
      throw new Error('not allowed');
    },
  });
  await vi.advanceTimersByTimeAsync(60_000 + 10_000);
  expect(tries).toBe(3);
  expect(seen.dead).toMatchObject([{ body: '{"now":true}', ERROR_MESSAGE: 'not allowed', RETRY_ATTEMPTS: '2' }]);
});

test('a run by hand whose function fails says why', async () => {
  const invoke = async () => ({ requestId: 'r', failed: true, payload: '{"errorMessage":"no lease"}' });
  const started = start(schedule, { runtime: { invoke, invokeLater: () => undefined } });
  await expect(started.scheduler.runNow('sweep')).rejects.toThrow(/no lease/);
  await expect(started.scheduler.runNow('other')).rejects.toThrow(/no schedule other; there are sweep/);
});

test('an expression that is not valid stops the start', () => {
  expect(() => start({ ...schedule, expression: 'hourly' })).toThrow(/hourly is not valid/);
});
