import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BindSlots, noBindSlots, planSlots, type SlotWish } from '#shared/domain/bind-slots.ts';
import { keepSlots } from './slot-keeper.ts';

const terms = { leaseMs: 15_000, marginMs: 2_000 };

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** Tasks, their clocks and a table between them, in a time of its own. */
const createWorld = (binds: number, chance: () => number) => {
  let now = 0;
  let due: Due[] = [];
  let table: { readonly version: number; readonly slots: BindSlots } = { version: 0, slots: noBindSlots };
  let isBad = true;
  const open = new Map<string, Set<number>>();
  let most = 0;

  const at = (ms: number, run: () => void): Due => {
    const item = { at: now + ms, run };
    due.push(item);
    return item;
  };
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => at(ms, resolve));
  const sessions = (): number => [...open.values()].reduce((sum, slots) => sum + slots.size, 0);

  const start = (task: string, skewMs: number) => {
    let isDead = false;
    let isCut = false;
    const mine = new Set<number>();
    open.set(task, mine);
    const settle = async (wish: Omit<SlotWish, 'task'>) => {
      for (;;) {
        const { version, slots } = table;
        const asked = now;
        const planned = planSlots(slots, { task, ...wish }, now + skewMs, terms);
        await sleep(chance() * (isBad ? 4_000 : 20));
        if (isDead) return new Promise<never>(() => undefined);
        if (isCut || (isBad && chance() < 0.1)) throw new Error('the request was lost');
        if (table.version !== version) continue;
        table = { version: version + 1, slots: planned.next };
        await sleep(chance() * (isBad ? 8_000 : 20));
        if (isBad && chance() < 0.1) throw new Error('the answer was lost');
        return { ...planned, deadline: asked + (terms.leaseMs * 5) / 6 };
      }
    };
    const keeper = keepSlots(
      binds,
      {
        settle,
        taken: (slot) => {
          if (isDead) return;
          mine.add(slot);
          most = Math.max(most, sessions());
        },
        wanted: (slot) =>
          void at(chance() * 3_000, () => {
            if (isDead || !mine.delete(slot)) return;
            keeper.closed(slot);
          }),
        lost: (slot) => void mine.delete(slot),
        fault: () => undefined,
      },
      {
        now: () => now,
        schedule: (callback, delayMs) => {
          const item = at(delayMs, () => !isDead && callback());
          return () => {
            due = due.filter((each) => each !== item);
          };
        },
      },
    );
    return {
      keeper,
      /** From now on the table is out of its reach. */
      cut: () => {
        isCut = true;
      },
      kill: () => {
        isDead = true;
        mine.clear();
      },
    };
  };

  const advance = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = due.toSorted((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      due = due.filter((each) => each !== next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
  };

  return {
    start,
    advance,
    recover: () => {
      isBad = false;
    },
    held: () => [...open.entries()].map(([task, slots]) => [task, slots.size] as const),
    get most() {
      return most;
    },
  };
};

/** Evenly from 0 to below 1, unlike fast-check's own numbers, which are mostly extremes. */
const createChance = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
const event = fc.record({
  what: fc.constantFrom('start', 'cut', 'kill', 'leave', 'wait'),
  waitMs: fc.nat(12_000),
  skewMs: fc.integer({ min: -1_000, max: 1_000 }),
});

test('however tasks start, stop, die and lose touch, and whatever is lost on the way, no more binds are open than are allowed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(event, { minLength: 2, maxLength: 12 }),
      fc.nat(),
      async (binds, events, seed) => {
        const world = createWorld(binds, createChance(seed));
        const living: ReturnType<typeof world.start>[] = [];
        const away: ReturnType<typeof world.start>[] = [];
        let started = 0;
        const start = (skewMs: number): void => {
          started += 1;
          living.push(world.start(`task-${started}`, skewMs));
        };
        const lose = (): void => {
          const [task] = living.splice(0, 1);
          if (!task) return;
          task.cut();
          away.push(task);
        };
        start(0);
        for (const { what, waitMs, skewMs } of events) {
          if (what === 'start' && living.length < 4) start(skewMs);
          else if (what === 'kill') living.shift()?.kill();
          else if (what === 'cut') lose();
          else if (what === 'leave') void living.shift()?.keeper.leave();
          await world.advance(waitMs);
          expect(world.most).toBeLessThanOrEqual(binds);
        }
        world.recover();
        if (living.length === 0) start(0);
        await world.advance(90_000);
        expect(world.most).toBeLessThanOrEqual(binds);
        const counts = living.map(({ keeper }) => keeper.held.length);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(binds);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        for (const { kill } of [...living, ...away]) kill();
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

test('a task that is told to stop hands its only bind over, and the one that waits has it within a second or two', async () => {
  const world = createWorld(1, () => 0.5);
  world.recover();
  const old = world.start('old', 0);
  await world.advance(1_000);
  const young = world.start('young', 0);
  await world.advance(5_000);
  expect([old.keeper.held, young.keeper.held]).toEqual([[1], []]);
  const left = old.keeper.leave();
  await world.advance(1_500 + 1_100);
  await left;
  expect([old.keeper.held, young.keeper.held]).toEqual([[], [1]]);
  young.kill();
});

test("the binds of a task that died are another's after its lease and the margin", async () => {
  const world = createWorld(2, () => 0.5);
  world.recover();
  const task = world.start('alone', 0);
  await world.advance(1_000);
  expect(task.keeper.held).toEqual([1, 2]);
  task.kill();
  const other = world.start('other', 0);
  await world.advance(16_000);
  expect(other.keeper.held).toEqual([]);
  await world.advance(4_000);
  expect(other.keeper.held).toEqual([1, 2]);
  other.kill();
});
