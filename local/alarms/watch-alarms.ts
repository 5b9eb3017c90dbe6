import type { QueueFigures } from '../services/queues.ts';
import type { AlarmState, CompositeAlarm, MetricAlarm } from './alarm.ts';
import { holds } from './composite-rule.ts';
import { evaluateAlarm } from './evaluate-alarm.ts';
import type { LogTail } from './log-tail.ts';
import { createMetricStore, type Point } from './metric-store.ts';
import { readEmf } from './read-emf.ts';

/** What the dev cloud lets be looked at. */
export interface Watched {
  readonly alarms: readonly MetricAlarm[];
  readonly compositeAlarms: readonly CompositeAlarm[];
  readonly queueNames: readonly string[];
  lookAtQueue(name: string): Promise<QueueFigures | undefined>;
  /** How many tasks of each service run. */
  tasks(): readonly { readonly cluster: string; readonly service: string; readonly running: number }[];
  readonly logs: LogTail;
  say(line: string): void;
}

export type Measurement = Omit<Point, 'at'>;

export interface AlarmWatch {
  /** What a service of AWS would tell CloudWatch by itself. */
  measured(point: Measurement): void;
  /** Reads and looks, and gives the state that each alarm has now, by its name. */
  states(): Promise<ReadonlyMap<string, AlarmState>>;
  /** Lets time pass for the alarms alone, for tests: what was measured so far is so much older. */
  advance(milliseconds: number): void;
  stop(): Promise<void>;
}

const everyMs = 15_000;

const sampleQueues = async ({ queueNames, lookAtQueue }: Watched, measured: AlarmWatch['measured']): Promise<void> => {
  for (const name of queueNames) {
    const figures = await lookAtQueue(name);
    if (!figures) continue;
    const of = (metric: string, value: number) =>
      measured({ namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name }, value });
    of('ApproximateNumberOfMessagesVisible', figures.visible);
    of('ApproximateNumberOfMessagesNotVisible', figures.notVisible);
    of('ApproximateAgeOfOldestMessage', figures.oldestSeconds);
  }
};

const sampleTasks = ({ tasks }: Watched, measured: AlarmWatch['measured']): void => {
  for (const { cluster, service, running } of tasks()) {
    const dimensions = { ClusterName: cluster, ServiceName: service };
    measured({ namespace: 'ECS/ContainerInsights', name: 'RunningTaskCount', dimensions, value: running });
  }
};

/** A line for each alarm that is raised or ends, as the topics would be told. */
const sayChanges = (
  { alarms, compositeAlarms, say }: Watched,
  before: ReadonlyMap<string, AlarmState>,
  after: ReadonlyMap<string, AlarmState>,
): void => {
  for (const { AlarmName, AlarmDescription } of [...alarms, ...compositeAlarms]) {
    const state = after.get(AlarmName);
    if (state === before.get(AlarmName)) continue;
    if (state === 'ALARM') say(`ALARM ${AlarmName}: ${AlarmDescription}`);
    else if (before.get(AlarmName) === 'ALARM') say(`${state} ${AlarmName}`);
  }
};

/** Evaluates the alarms of the template every 15 seconds, and says which are raised. */
export const watchAlarms = (watched: Watched): AlarmWatch => {
  const store = createMetricStore();
  const since = Date.now();
  let offset = 0;
  let last: ReadonlyMap<string, AlarmState> = new Map();
  const measured = (point: Measurement): void => store.record({ ...point, at: Date.now() + offset });
  const collect = async (): Promise<void> => {
    await watched.logs.read((line) => {
      for (const point of readEmf(line)) store.record({ ...point, at: point.at + offset });
    });
    await sampleQueues(watched, measured);
    sampleTasks(watched, measured);
  };
  const evaluate = (): ReadonlyMap<string, AlarmState> => {
    // A point of this very millisecond belongs to the period that ends now.
    const moment = { now: Date.now() + offset + 1, since };
    const states = new Map(watched.alarms.map((alarm) => [alarm.AlarmName, evaluateAlarm(alarm, store, moment)]));
    for (const { AlarmName, AlarmRule } of watched.compositeAlarms)
      states.set(AlarmName, holds(AlarmRule, (name) => states.get(name) ?? 'INSUFFICIENT_DATA') ? 'ALARM' : 'OK');
    return states;
  };
  let turn: Promise<unknown> = Promise.resolve();
  const states = (): Promise<ReadonlyMap<string, AlarmState>> => {
    // One after the other: two that read the logs at once would each read half.
    const next = turn.then(async () => {
      await collect();
      const now = evaluate();
      sayChanges(watched, last, now);
      last = now;
      return now;
    });
    turn = next.catch(() => undefined);
    return next;
  };
  const timer = setInterval(() => {
    states().catch((error: unknown) => watched.say(`The alarms could not be evaluated: ${String(error)}`));
  }, everyMs);
  return {
    measured,
    states,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    stop: async () => {
      clearInterval(timer);
      await turn;
    },
  };
};
