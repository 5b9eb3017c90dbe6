import type { LambdaRuntime } from './lambda-runtime.ts';
import { type NextTime, parseScheduleExpression } from './schedule-expression.ts';

export interface ScheduleDefinition {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly functionArn: string;
  /** JSON that the function is invoked with. */
  readonly input: string;
  readonly roleArn: string;
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  readonly deadLetterQueueArn?: string | undefined;
  readonly startDate?: Date | undefined;
  readonly endDate?: Date | undefined;
}

/** What the scheduler needs of the cloud around it. */
export interface SchedulerPorts {
  readonly runtime: Pick<LambdaRuntime, 'invoke' | 'invokeLater'>;
  /** @throws Error when the schedule's role may not invoke the function. */
  permit(schedule: ScheduleDefinition): void;
  /** Puts a run that could not be delivered into the queue, under the schedule's role. */
  sendDeadLetter(
    schedule: ScheduleDefinition,
    queueArn: string,
    body: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<void>;
  say(line: string): void;
}

export interface Scheduler {
  readonly names: readonly string[];
  /**
   * Runs a schedule's function with the schedule's input now, and waits for it.
   *
   * @returns The JSON that the function returned. @throws Error when it failed, or there is no such schedule.
   */
  runNow(name: string): Promise<string>;
  stop(): void;
}

/** setTimeout's longest wait; what is further off is waited for in steps. */
const longestTimer = 2 ** 31 - 1;

const retryDelay = (attempt: number): number => Math.min(1000 * 2 ** attempt, 60_000);

interface Running {
  readonly ports: SchedulerPorts;
  readonly timers: Set<NodeJS.Timeout>;
}

const later = ({ timers }: Running, milliseconds: number, work: () => void): void => {
  const timer = setTimeout(
    () => {
      timers.delete(timer);
      work();
    },
    Math.min(milliseconds, longestTimer),
  );
  timers.add(timer);
};

const giveUp = async ({ ports }: Running, schedule: ScheduleDefinition, error: unknown, attempts: number) => {
  const reason = error instanceof Error ? error.message : String(error);
  ports.say(`schedule ${schedule.name}: given up after ${attempts} attempts: ${reason}`);
  if (!schedule.deadLetterQueueArn) return;
  // The attributes that EventBridge Scheduler gives its dead letters.
  await ports.sendDeadLetter(schedule, schedule.deadLetterQueueArn, schedule.input, {
    SCHEDULE_ARN: schedule.arn,
    TARGET_ARN: schedule.functionArn,
    ERROR_CODE: error instanceof Error ? error.name : 'Error',
    ERROR_MESSAGE: reason,
    RETRY_ATTEMPTS: String(attempts - 1),
    IS_PAYLOAD_TRUNCATED: 'false',
  });
};

/** Invokes asynchronously, as EventBridge Scheduler does; what the function makes of it is Lambda's to try again. */
const deliver = (running: Running, schedule: ScheduleDefinition, since: number, attempt: number): void => {
  try {
    running.ports.permit(schedule);
    running.ports.runtime.invokeLater(schedule.functionArn, schedule.input);
  } catch (error) {
    const age = (Date.now() - since) / 1000;
    if (attempt < schedule.maximumRetryAttempts && age < schedule.maximumEventAgeSeconds) {
      later(running, retryDelay(attempt), () => deliver(running, schedule, since, attempt + 1));
      return;
    }
    giveUp(running, schedule, error, attempt + 1).catch((fault: unknown) =>
      running.ports.say(`schedule ${schedule.name}: its dead letter could not be sent: ${String(fault)}`),
    );
  }
};

const plan = (running: Running, schedule: ScheduleDefinition, next: NextTime, after: Date): void => {
  const moment = next(after);
  if (!moment || (schedule.endDate && moment > schedule.endDate)) return;
  const wait = (): void => {
    const left = moment.getTime() - Date.now();
    if (left > 0) {
      later(running, left, wait);
      return;
    }
    deliver(running, schedule, Date.now(), 0);
    plan(running, schedule, next, new Date(Math.max(Date.now(), moment.getTime())));
  };
  wait();
};

/**
 * Runs schedules of EventBridge Scheduler.
 *
 * @throws Error naming the schedule whose expression is not valid.
 */
export const startScheduler = (schedules: readonly ScheduleDefinition[], ports: SchedulerPorts): Scheduler => {
  const running: Running = { ports, timers: new Set() };
  const now = new Date();
  for (const schedule of schedules) {
    const from = schedule.startDate && schedule.startDate > now ? schedule.startDate : now;
    const next = parseScheduleExpression(schedule.expression, schedule.timezone, from);
    if (schedule.enabled) plan(running, schedule, next, from);
  }
  return {
    names: schedules.map(({ name }) => name),
    runNow: async (name) => {
      const schedule = schedules.find((each) => each.name === name);
      if (!schedule)
        throw new Error(`There is no schedule ${name}; there are ${schedules.map((each) => each.name).join(', ')}.`);
      ports.permit(schedule);
      const outcome = await ports.runtime.invoke(schedule.functionArn, schedule.input);
      if (outcome.failed) throw new Error(`The function of the schedule ${name} failed: ${outcome.payload}`);
      return outcome.payload;
    },
    stop: () => {
      for (const timer of running.timers) clearTimeout(timer);
      running.timers.clear();
    },
  };
};
