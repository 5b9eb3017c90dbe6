import type { HeldSlots } from '#shared/adapters/bind-slots.ts';
import type { Clock } from '../session/session-types.ts';

export interface SlotKeeperWorld {
  /** Renews, takes and gives back. */
  settle(wish: {
    readonly binds: number;
    readonly keeps: readonly number[];
    readonly leaves: boolean;
  }): Promise<HeldSlots>;
  /** A slot is this task's: one bind may be opened on it. */
  taken(slot: number): void;
  /** A slot is wanted elsewhere: its bind is to be drained and closed, and then `closed` called. */
  wanted(slot: number): void;
  /** A slot may be another's any moment: its bind must be closed before this returns. */
  lost(slot: number): void;
  fault(error: unknown): void;
}

export interface SlotKeeper {
  /** Slots that this task has, the wanted ones among them. */
  readonly held: readonly number[];
  /** It has the slot, and nobody else wants it. */
  uses(slot: number): boolean;
  /** The provider allows so many binds from now on. */
  allow(binds: number): void;
  /** No session is open on the slot any more: it is given back. */
  closed(slot: number): void;
  /** Takes no more and wants all of them back; resolves when the last is given back, or its lease over. */
  leave(): Promise<void>;
}

export interface SlotKeeperTiming {
  /** Between two renewals. */
  readonly renewMs: number;
  /** Between two looks at the table while this task has no slot, and so waits for one. */
  readonly seekMs: number;
  /** Between two looks at the deadline. */
  readonly watchMs: number;
}

export const slotTiming: SlotKeeperTiming = { renewMs: 3_000, seekMs: 1_000, watchMs: 100 };

/**
 * Keeps a task's slots at one provider: renews them all in one call, and closes every bind on its own monotonic deadline
 * when it could not, for by then another task may be about to take them.
 */
export const keepSlots = (
  firstBinds: number,
  world: SlotKeeperWorld,
  clock: Clock,
  timing: SlotKeeperTiming = slotTiming,
): SlotKeeper => {
  let binds = firstBinds;
  /** Slots by whether they are wanted back. */
  const held = new Map<number, boolean>();
  let deadline = Number.POSITIVE_INFINITY;
  let isLeaving = false;
  let isSettling = false;
  let isAskedAgain = false;
  let cancelNext: () => void = () => undefined;
  let cancelWatch: () => void = () => undefined;
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  let isLeft = false;

  const want = (slot: number): void => {
    if (held.get(slot) !== false) return;
    held.set(slot, true);
    world.wanted(slot);
  };

  const apply = (settled: HeldSlots): void => {
    for (const slot of [...held.keys()]) if (!settled.held.includes(slot)) drop(slot);
    deadline = settled.deadline;
    for (const slot of settled.held) {
      if (held.has(slot)) continue;
      held.set(slot, false);
      world.taken(slot);
    }
    for (const slot of settled.surplus) want(slot);
  };

  const drop = (slot: number): void => {
    held.delete(slot);
    world.lost(slot);
  };

  const watch = (): void => {
    if (clock.now() >= deadline) for (const slot of [...held.keys()]) drop(slot);
    if (!isLeft) cancelWatch = clock.schedule(watch, timing.watchMs);
  };

  const settle = async (): Promise<void> => {
    const keeps = [...held.keys()];
    const leaves = isLeaving;
    const settled = await world.settle({ binds, keeps, leaves });
    // An answer may come after the deadline that it was to move: what it grants is then no one's to use.
    if (clock.now() < settled.deadline) apply({ ...settled, held: settled.held.filter((slot) => mayUse(slot, keeps)) });
    if (leaves && held.size === 0 && keeps.length === 0) end();
  };

  /** A slot that was closed or lost while the call was under way was renewed for nobody: the next call gives it back. */
  const mayUse = (slot: number, asked: readonly number[]): boolean =>
    asked.includes(slot) ? held.has(slot) : !isLeaving;

  const end = (): void => {
    isLeft = true;
    cancelNext();
    cancelWatch();
    leave();
  };

  const run = async (): Promise<void> => {
    if (isLeft) return;
    if (isSettling) {
      isAskedAgain = true;
      return;
    }
    isSettling = true;
    isAskedAgain = false;
    cancelNext();
    let pauseMs = timing.renewMs;
    try {
      await settle();
      if (held.size === 0) pauseMs = timing.seekMs;
    } catch (error) {
      world.fault(error);
      pauseMs = timing.seekMs;
      // A slot that cannot be given back runs out by itself: nobody waits for the table to answer.
      if (isLeaving && held.size === 0) end();
    }
    isSettling = false;
    if (isLeft) return;
    cancelNext = clock.schedule(() => void run(), isAskedAgain ? 0 : pauseMs);
  };

  watch();
  void run();

  return {
    get held() {
      return [...held.keys()];
    },
    uses: (slot) => held.get(slot) === false,
    allow: (allowed) => {
      if (allowed === binds) return;
      binds = allowed;
      void run();
    },
    closed: (slot) => {
      if (held.delete(slot)) void run();
    },
    leave: () => {
      if (!isLeaving) {
        isLeaving = true;
        for (const slot of [...held.keys()]) want(slot);
        void run();
      }
      return left;
    },
  };
};
