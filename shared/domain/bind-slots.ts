/** One of the binds that a provider allows: whoever holds it may have one session open. Times are Unix milliseconds. */
export interface BindSlot {
  /** From 1. */
  readonly number: number;
  /** Null: given back, and free at once. */
  readonly holder: string | null;
  /** Higher with every change of hands. */
  readonly generation: number;
  readonly expiresAt: number;
}

/** A task that wants binds of the provider, until then. */
export interface SlotMember {
  readonly task: string;
  readonly expiresAt: number;
}

/** Everything that the tasks know of each other's binds to one provider. It is read and replaced as a whole. */
export interface BindSlots {
  readonly slots: readonly BindSlot[];
  readonly members: readonly SlotMember[];
}

export interface SlotWish {
  /** Unique to the process: a task that starts anew is another. */
  readonly task: string;
  /** How many binds the provider allows to all tasks together. */
  readonly binds: number;
  /** Slots that it uses, and has not closed. Whatever else stands under its name is given back. */
  readonly keeps: readonly number[];
  /** It ends, or uses the provider no more: it takes nothing, and its share is the others'. */
  readonly leaves: boolean;
}

export interface SlotTerms {
  readonly leaseMs: number;
  /** How far clocks may be apart: a taker waits this much longer than the expiry. */
  readonly marginMs: number;
}

export interface SlotPlan {
  /** What is to stand in the place of what was read. */
  readonly next: BindSlots;
  /** Slots that are the task's once `next` is written, rising. */
  readonly held: readonly number[];
  /** Of those, the ones to drain, close and give back: above its share, or beyond what the provider allows. */
  readonly surplus: readonly number[];
}

export const noBindSlots: BindSlots = { slots: [], members: [] };

const withEverySlot = ({ slots }: BindSlots, binds: number): BindSlot[] => {
  const missing = Array.from({ length: binds }, (_, i) => i + 1).filter((number) =>
    slots.every((slot) => slot.number !== number),
  );
  return [...slots, ...missing.map((number) => ({ number, holder: null, generation: 0, expiresAt: 0 }))].toSorted(
    (a, b) => a.number - b.number,
  );
};

/**
 * How many binds a task may have: an equal part, and what cannot be divided goes to those who have the most already, so
 * that nothing moves without need.
 */
const shareOf = (task: string, binds: number, members: readonly SlotMember[], slots: readonly BindSlot[]): number => {
  const heldBy = (name: string): number => slots.filter(({ holder }) => holder === name).length;
  const inOrder = members
    .map((member) => member.task)
    .toSorted((a, b) => heldBy(b) - heldBy(a) || (a < b ? -1 : Number(a > b)));
  const place = inOrder.indexOf(task);
  if (place < 0) return 0;
  return Math.floor(binds / inOrder.length) + (place < binds % inOrder.length ? 1 : 0);
};

/**
 * What one task does about its binds to a provider: it renews those it uses, gives back those it has closed, takes what
 * is free up to its share, and learns which it is to drain because another has less than its own.
 *
 * A slot of another task is free once it was given back, or so long after its expiry that its holder has closed the bind
 * even if their clocks differ: an SMSC counts sessions and knows no lease.
 */
export const planSlots = (current: BindSlots, wish: SlotWish, now: number, terms: SlotTerms): SlotPlan => {
  const { task, binds, keeps, leaves } = wish;
  const expiresAt = now + terms.leaseMs;
  const others = current.members.filter((member) => member.task !== task && member.expiresAt >= now);
  const members = leaves ? others : [...others, { task, expiresAt }];

  const isFree = ({ holder, expiresAt: until }: BindSlot): boolean => holder === null || until + terms.marginMs < now;
  const renewed = withEverySlot(current, binds).map((slot): BindSlot => {
    if (slot.holder === task)
      return keeps.includes(slot.number) ? { ...slot, expiresAt } : { ...slot, holder: null, expiresAt: 0 };
    return isFree(slot) ? { ...slot, holder: null } : slot;
  });

  const share = shareOf(task, binds, members, renewed);
  const mine = renewed.filter(({ holder }) => holder === task).map(({ number }) => number);
  const taken = renewed
    .filter(({ holder, number }) => holder === null && number <= binds)
    .slice(0, Math.max(0, share - mine.length))
    .map(({ number }) => number);
  const held = [...mine, ...taken].toSorted((a, b) => a - b);
  const within = held.filter((number) => number <= binds);
  return {
    next: {
      slots: renewed
        .map((slot) =>
          taken.includes(slot.number) ? { ...slot, holder: task, generation: slot.generation + 1, expiresAt } : slot,
        )
        .filter(({ holder, number }) => holder !== null || number <= binds),
      members,
    },
    held,
    surplus: held.filter((number) => !within.slice(0, share).includes(number)),
  };
};
