import { describe, expect, test } from 'vitest';
import { createAgenda } from './agenda.ts';
import { type Figures, type Load, type Resource, type Step, simulate } from './simulate.ts';

const load: Load = { messagesPerSecond: 70, requestSize: 1, seconds: 200, seed: 1 };
const exponential =
  (meanMs: number): Step['holdMs'] =>
  (_messages, chance) =>
    -Math.log(1 - chance()) * meanMs;
const one = (figures: readonly Figures[], index = 0): Figures => {
  const found = figures[index];
  if (!found) throw new Error(`There is no step ${index}.`);
  return found;
};
const within = (part: number, actual: number, wanted: number): void => {
  expect(actual).toBeGreaterThan(wanted * (1 - part));
  expect(actual).toBeLessThan(wanted * (1 + part));
};

describe('the laws of queues', () => {
  const server: Resource = { name: 'server', servers: 1 };
  const steps: readonly Step[] = [{ name: 'step', at: server, holdMs: exponential(10) }];

  test('a server is used as much as what comes to it in a second takes', () => {
    const { utilization, servingsPerSecond, meanHoldMs } = one(simulate(steps, load));
    within(0.01, utilization, (servingsPerSecond * meanHoldMs) / 1000);
    within(0.05, utilization, 0.7);
  });

  test("Little's law: as many are inside as come in the time that one stays", () => {
    const { meanInside, departuresPerSecond, meanStayMs } = one(simulate(steps, load));
    within(0.01, meanInside, (departuresPerSecond * meanStayMs) / 1000);
  });

  test('one server with exponential times keeps a message for 1 / (service rate - arrival rate)', () => {
    within(0.1, one(simulate(steps, { ...load, seconds: 1_000 })).meanStayMs, 1000 / (100 - 70));
  });

  test('what comes faster than it is served leaves as fast as it is served, and the rest stays', () => {
    const seen = one(simulate(steps, { ...load, messagesPerSecond: 150 }));
    within(0.03, seen.departuresPerSecond, 100);
    within(0.001, seen.utilization, 1);
    expect(seen.meanInside).toBeGreaterThan(3_000);
  });

  test('two steps at one resource share its time', () => {
    const at: Resource = { name: 'shared', servers: 2 };
    const holdMs: Step['holdMs'] = () => 10;
    const figures = simulate(
      [
        { name: 'first', at, holdMs },
        { name: 'second', at, holdMs },
      ],
      load,
    );
    for (const { utilization } of figures) within(0.05, utilization, 0.7);
  });
});

describe('batches', () => {
  const many: Resource = { name: 'many', servers: Number.POSITIVE_INFINITY };
  const holdMs = (messages: number): number => 5 + messages;

  test('what gathers is served when it is full', () => {
    const gather = { most: 10, of: 'messages', lingerMs: 60_000, lanes: 1 } as const;
    const seen = one(simulate([{ name: 'claim', at: many, gather, holdMs }], load));
    expect(seen.meanHoldMs).toBe(15);
    within(0.05, seen.servingsPerSecond, 7);
  });

  test('what does not come together in time is served as it is', () => {
    const gather = { most: 1_000, of: 'messages', lingerMs: 100, lanes: 1 } as const;
    const seen = one(simulate([{ name: 'claim', at: many, gather, holdMs }], load));
    // The first, and those that come within a tenth of a second after it.
    within(0.03, seen.meanHoldMs, 5 + 1 + 7);
  });

  test('of many who gather each has less', () => {
    const gather = { most: 1_000, of: 'messages', lingerMs: 100, lanes: 7 } as const;
    const seen = one(simulate([{ name: 'claim', at: many, gather, holdMs }], load));
    within(0.03, seen.meanHoldMs, 5 + 1 + 1);
  });

  test('a receive takes what stands in line, up to its limit, and waits for nothing', () => {
    const receiver: Resource = { name: 'receiver', servers: 1 };
    const steps: readonly Step[] = [{ name: 'receive', at: receiver, together: 10, holdMs: () => 100 }];
    const calm = one(simulate(steps, load));
    within(0.05, calm.departuresPerSecond, 70);
    within(0.03, one(simulate(steps, { ...load, messagesPerSecond: 500, seconds: 20 })).departuresPerSecond, 100);
  });

  test('what splits goes on message by message, and none is lost', () => {
    const first: Step = { name: 'request', at: many, splits: true, holdMs: () => 1 };
    const second: Step = { name: 'part', at: many, holdMs: () => 1 };
    const figures = simulate([first, second], { ...load, requestSize: 10 });
    within(0.01, one(figures, 1).arrivalsPerSecond, one(figures).departuresPerSecond);
    within(0.01, one(figures, 1).servingsPerSecond, 10 * one(figures).servingsPerSecond);
  });

  test('a share of all comes by, and the rest goes on', () => {
    const step: Step = { name: 'hot', at: many, share: 0.25, holdMs: () => 1 };
    const after: Step = { name: 'after', at: many, holdMs: () => 1 };
    const figures = simulate([step, after], load);
    within(0.1, one(figures).arrivalsPerSecond, 17.5);
    within(0.05, one(figures, 1).arrivalsPerSecond, 70);
  });
});

test('a seed has its figures, whenever and wherever it is run', () => {
  const steps: readonly Step[] = [{ name: 'step', at: { name: 'server', servers: 1 }, holdMs: exponential(10) }];
  const short = { ...load, seconds: 20 };
  expect(simulate(steps, short)).toEqual(simulate(steps, short));
  expect(simulate(steps, short)).not.toEqual(simulate(steps, { ...short, seed: 2 }));
});

test('an agenda lets things happen by their time, and by their order at one time', () => {
  const agenda = createAgenda();
  const happened: string[] = [];
  for (const at of [30, 10, 20, 10]) agenda.put(at, () => happened.push(`${at} at ${agenda.now}`));
  agenda.put(10, () => agenda.put(15, () => happened.push('put down meanwhile')));
  agenda.runUntil(30);
  expect(happened).toEqual(['10 at 10', '10 at 10', 'put down meanwhile', '20 at 20']);
  expect(agenda.now).toBe(30);
});
