import type { EmmClass } from '../emm/section.ts';
import type { CarouselEmm, CarouselLoad, Emission } from './carousel-emm.ts';
import { createTurns, type LaneName, type LaneShares, usualShares } from './class-shares.ts';
import { createHeap, type HeapItem } from './indexed-heap.ts';
import { type DailyWindow, isWithinWindows } from './on-air-window.ts';
import { createRing, type Link } from './ring.ts';

export type ClassWindows = Readonly<Partial<Record<EmmClass, readonly DailyWindow[]>>>;

export interface CarouselSettings {
  readonly shares?: LaneShares;
  /** By class: the parts of the day in which it is on air. */
  readonly windows?: ClassWindows;
}

export interface Carousel {
  /** EMMs that it holds, those included which begin later. */
  readonly size: number;
  readonly load: CarouselLoad;
  /** Takes it up, in place of an older one of its device and kind. Does nothing for what it holds, is older, or over. */
  put(emm: CarouselEmm, now: number): void;
  /** Takes it off the air at once. */
  withdraw(id: string): void;
  /** What goes on air next, and counts as sent; undefined when nothing may. */
  next(now: number): Emission | undefined;
  /** Changes shares and windows; who is on air stays. */
  configure(settings: CarouselSettings): void;
}

/**
 * When a new EMM is repeated, in milliseconds after it was first sent: soon, then ever more seldom, beside its turns in
 * its class. What comes too late for a repetition goes without it.
 */
export const burstMs = [1_000, 3_000, 7_000, 15_000, 31_000, 60_000] as const;
const latestMs = 1_000;
/** So long before its expiry an EMM is sent for the last time: it is under way for a moment. */
export const expiryGuardMs = 1_000;

const classes = ['unique', 'shared', 'global'] as const;

interface Timer extends HeapItem {
  entry: Entry | null;
}

interface Entry {
  readonly emm: CarouselEmm;
  readonly expiry: Timer;
  /** Until when it waits: to begin, then to be repeated as a new one. */
  readonly due: Timer;
  /** Its place in its class; null before it begins. */
  turn: Link<Entry> | null;
  /** Its place among those that were never sent. */
  fresh: Link<Entry> | null;
  firstSentAt: number;
  repetitions: number;
}

const newTimer = (at: number): Timer => ({ at, place: -1, entry: null });

const newEntry = (emm: CarouselEmm): Entry => {
  const expiry = newTimer(emm.expires_at - expiryGuardMs);
  const due = newTimer(emm.starts_at);
  const entry = { emm, expiry, due, turn: null, fresh: null, firstSentAt: 0, repetitions: 0 };
  expiry.entry = entry;
  due.entry = entry;
  return entry;
};

const slotOf = ({ class: emmClass, device, kind }: CarouselEmm): string => `${emmClass} ${device} ${kind}`;

/**
 * The EMMs of one stream, and whose turn it is. Taking the next one costs the logarithm of their number at most, and
 * each step of an EMM's life is taken once.
 */
export const createCarousel = (settings: CarouselSettings = {}): Carousel => {
  const ids = new Map<string, Entry>();
  const slots = new Map<string, Entry>();
  const expiring = createHeap<Timer>();
  const starting = createHeap<Timer>();
  const repeating = createHeap<Timer>();
  const fresh = createRing<Entry>();
  const rings = { unique: createRing<Entry>(), shared: createRing<Entry>(), global: createRing<Entry>() };
  const octets = { unique: 0, shared: 0, global: 0 };
  let freshOctets = 0;
  let windows: ClassWindows = {};
  let turns = createTurns(usualShares);

  const configure = (given: CarouselSettings): void => {
    windows = given.windows ?? {};
    turns = createTurns(given.shares ?? usualShares);
  };
  configure(settings);

  const isOpen = (emmClass: EmmClass, now: number): boolean => isWithinWindows(windows[emmClass] ?? [], now);

  const leaveFresh = (entry: Entry): void => {
    if (!entry.fresh) return;
    fresh.remove(entry.fresh);
    entry.fresh = null;
    freshOctets -= entry.emm.section.length;
  };

  const remove = (entry: Entry): void => {
    const { emm } = entry;
    ids.delete(emm.id);
    if (slots.get(slotOf(emm)) === entry) slots.delete(slotOf(emm));
    expiring.remove(entry.expiry);
    starting.remove(entry.due);
    repeating.remove(entry.due);
    leaveFresh(entry);
    if (!entry.turn) return;
    rings[emm.class].remove(entry.turn);
    entry.turn = null;
    octets[emm.class] -= emm.section.length;
  };

  const begin = (entry: Entry): void => {
    const { class: emmClass, section, is_new } = entry.emm;
    entry.turn = rings[emmClass].add(entry);
    octets[emmClass] += section.length;
    if (!is_new) return;
    entry.fresh = fresh.add(entry);
    freshOctets += section.length;
  };

  /** Puts it where its next repetition is that can still be sent in time. */
  const planRepetition = (entry: Entry, now: number): void => {
    for (; entry.repetitions < burstMs.length; entry.repetitions += 1) {
      entry.due.at = entry.firstSentAt + (burstMs[entry.repetitions] ?? 0);
      if (entry.due.at + latestMs >= now) {
        repeating.add(entry.due);
        return;
      }
    }
  };

  const passTime = (now: number): void => {
    for (let timer = expiring.first; timer?.entry && timer.at <= now; timer = expiring.first) remove(timer.entry);
    for (let timer = starting.first; timer?.entry && timer.at <= now; timer = starting.first) {
      starting.remove(timer);
      begin(timer.entry);
    }
    // What came too late, or in a part of the day that its class is not on air, is not made up for.
    for (let timer = repeating.first; timer?.entry; timer = repeating.first) {
      const isOver = timer.at + latestMs < now || (timer.at <= now && !isOpen(timer.entry.emm.class, now));
      if (!isOver) break;
      repeating.remove(timer);
      timer.entry.repetitions += 1;
      planRepetition(timer.entry, now);
    }
  };

  /** One whose class is not on air now waits for its turn there. */
  const firstFresh = (now: number): Entry | undefined => {
    for (let entry = fresh.first; entry; entry = fresh.first) {
      if (isOpen(entry.emm.class, now)) return entry;
      leaveFresh(entry);
    }
    return undefined;
  };

  const dueRepetition = (now: number): Entry | undefined => {
    const timer = repeating.first;
    return timer?.entry && timer.at <= now ? timer.entry : undefined;
  };

  const send = (entry: Entry, now: number): void => {
    if (entry.emm.is_new && entry.firstSentAt === 0) {
      leaveFresh(entry);
      entry.firstSentAt = now;
      planRepetition(entry, now);
    } else if (entry.due.place >= 0 && entry.due.at <= now) {
      repeating.remove(entry.due);
      entry.repetitions += 1;
      planRepetition(entry, now);
    }
  };

  const next = (now: number): Emission | undefined => {
    passTime(now);
    const newest = firstFresh(now) ?? dueRepetition(now);
    const busy: LaneName[] = newest ? ['new'] : [];
    for (const each of classes) if (rings[each].size > 0 && isOpen(each, now)) busy.push(each);
    const lane = turns.next(busy);
    if (lane === undefined) return undefined;
    const entry = lane === 'new' ? newest : rings[lane].turn();
    if (!entry) return undefined;
    send(entry, now);
    turns.sent(lane, entry.emm.section.length, busy);
    return { emm: entry.emm, lane };
  };

  const put = (emm: CarouselEmm, now: number): void => {
    if (ids.has(emm.id) || emm.expires_at - expiryGuardMs <= now) return;
    const slot = slotOf(emm);
    const held = slots.get(slot);
    if (held && held.emm.revision >= emm.revision) return;
    const entry = newEntry(emm);
    if (held) remove(held);
    ids.set(emm.id, entry);
    slots.set(slot, entry);
    expiring.add(entry.expiry);
    if (emm.starts_at <= now) begin(entry);
    else starting.add(entry.due);
  };

  const loadOf = (emmClass: EmmClass) => ({ emms: rings[emmClass].size, octets: octets[emmClass] });

  return {
    get size() {
      return ids.size;
    },
    get load(): CarouselLoad {
      return {
        waiting: { emms: fresh.size, octets: freshOctets },
        classes: { unique: loadOf('unique'), shared: loadOf('shared'), global: loadOf('global') },
      };
    },
    put,
    withdraw: (id) => {
      const entry = ids.get(id);
      if (entry) remove(entry);
    },
    next,
    configure,
  };
};
