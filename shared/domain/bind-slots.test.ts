import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BindSlots, noBindSlots, planSlots, type SlotPlan, type SlotWish } from './bind-slots.ts';

const terms = { leaseMs: 15_000, marginMs: 2_000 };
const wishOf = (task: string, binds: number, keeps: readonly number[] = [], leaves = false): SlotWish => ({
  task,
  binds,
  keeps,
  leaves,
});
const plan = (slots: BindSlots, wish: SlotWish, now = 0): SlotPlan => planSlots(slots, wish, now, terms);

describe('the binds of a provider', () => {
  test("are all a single task's", () => {
    expect(plan(noBindSlots, wishOf('a', 3))).toMatchObject({ held: [1, 2, 3], surplus: [] });
  });

  test('are shared with a task that comes later, which takes what was given back', () => {
    const alone = plan(noBindSlots, wishOf('a', 2));
    const waiting = plan(alone.next, wishOf('b', 2));
    expect(waiting).toMatchObject({ held: [], surplus: [] });
    const asked = plan(waiting.next, wishOf('a', 2, [1, 2]));
    expect(asked).toMatchObject({ held: [1, 2], surplus: [2] });
    const given = plan(asked.next, wishOf('a', 2, [1]));
    expect(given).toMatchObject({ held: [1], surplus: [] });
    expect(plan(given.next, wishOf('b', 2))).toMatchObject({ held: [2], surplus: [] });
  });

  test('stay where they are when there are fewer than tasks', () => {
    const first = plan(noBindSlots, wishOf('b', 1));
    const second = plan(first.next, wishOf('a', 1));
    expect(second.held).toEqual([]);
    expect(plan(second.next, wishOf('b', 1, [1]))).toMatchObject({ held: [1], surplus: [] });
  });

  test('go to a waiting task the moment the one that leaves gives them back', () => {
    const first = plan(noBindSlots, wishOf('old', 1));
    const waiting = plan(first.next, wishOf('new', 1));
    const leaving = plan(waiting.next, wishOf('old', 1, [1], true));
    expect(leaving).toMatchObject({ held: [1], surplus: [1] });
    const left = plan(leaving.next, wishOf('old', 1, [], true));
    expect(plan(left.next, wishOf('new', 1)).held).toEqual([1]);
  });

  test('of a task that is heard of no more are free after the lease and the margin, not before', () => {
    const dead = plan(noBindSlots, wishOf('dead', 1));
    expect(plan(dead.next, wishOf('b', 1), 17_000).held).toEqual([]);
    expect(plan(dead.next, wishOf('b', 1), 17_001).held).toEqual([1]);
  });

  test('beyond what is allowed now are given back, and new ones are taken', () => {
    const three = plan(noBindSlots, wishOf('a', 3));
    const one = plan(three.next, wishOf('a', 1, [1, 2, 3]));
    expect(one).toMatchObject({ held: [1, 2, 3], surplus: [2, 3] });
    const given = plan(one.next, wishOf('a', 1, [1]));
    expect(given.next.slots.map(({ number }) => number)).toEqual([1]);
    expect(plan(given.next, wishOf('a', 2, [1])).held).toEqual([1, 2]);
  });

  test('that stand under a name which does not use them change hands in a higher generation', () => {
    const unanswered = plan(noBindSlots, wishOf('a', 1));
    expect(plan(unanswered.next, wishOf('a', 1)).next.slots).toMatchObject([{ holder: 'a', generation: 2 }]);
  });

  test('are never given to two, whoever asks in whatever order, and come to rest in equal parts', () => {
    const step = fc.record({ task: fc.constantFrom('a', 'b', 'c'), waitsMs: fc.nat(5_000), gives: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (binds, steps) => {
        let slots = noBindSlots;
        let now = 0;
        const used = new Map<string, { slots: readonly number[]; until: number }>();
        const ask = (task: string, gives: boolean): void => {
          const mine = used.get(task) ?? { slots: [], until: 0 };
          const keeps = now < mine.until ? mine.slots : [];
          const planned = plan(slots, wishOf(task, binds, keeps), now);
          slots = planned.next;
          const rest = gives ? planned.held.filter((slot) => !planned.surplus.includes(slot)) : planned.held;
          used.set(task, { slots: rest, until: now + terms.leaseMs });
          const live = [...used.values()].filter(({ until }) => now < until).flatMap((each) => each.slots);
          expect(new Set(live).size).toBe(live.length);
          expect(live.every((slot) => slot <= binds)).toBe(true);
        };
        for (const { task, waitsMs, gives } of steps) {
          now += waitsMs;
          ask(task, gives);
        }
        for (let round = 0; round < 30; round += 1, now += 1_000) for (const task of ['a', 'b', 'c']) ask(task, true);
        const counts = [...used.values()].map((each) => each.slots.length);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(binds);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
