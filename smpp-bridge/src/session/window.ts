import { createWaitingRequests, type InFlight, numberAfter } from './waiting-requests.ts';

/** The requests of one session that wait for a response, and those that were given up but may still be answered. */
export interface Window<Entry, Late> {
  /** Takes the next sequence_number, for any request: it wraps to 1 and skips those still in use. */
  nextSequenceNumber(): number;
  /** Requests in flight. */
  readonly inFlight: number;
  /** How many more may be sent; 0 when a shrunken window is overfull. */
  readonly freeSlots: number;
  readonly size: number;
  resize(size: number): void;
  /** Puts a request in flight under the number that `nextSequenceNumber` gave last. */
  add(request: InFlight<Entry>): void;
  /** Takes out the request a response is for, and so frees its slot; undefined when none is waiting. */
  settle(sequenceNumber: number): InFlight<Entry> | undefined;
  /** The request that waits longest. Requests are added in the order of their time, so it is the first. */
  readonly oldest: InFlight<Entry> | undefined;
  /** Gives up a request: its slot is free, and its number stays known, so that a late response finds `late`. */
  bury(sequenceNumber: number, late: Late): void;
  /** Whether a number was given up and a response to it would be late; in time it is forgotten for newer ones. */
  isBuried(sequenceNumber: number): boolean;
  /** What a late response is for, once. */
  exhume(sequenceNumber: number): Late | undefined;
  /** Takes out all that is in flight, oldest first. */
  drain(): InFlight<Entry>[];
}

export interface WindowOptions {
  readonly size: number;
  /** How many given-up requests are remembered; the oldest is forgotten first. */
  readonly tombstones: number;
  readonly firstSequenceNumber?: number;
}

/** An empty window. */
export const createWindow = <Entry, Late>(options: WindowOptions): Window<Entry, Late> => {
  const waiting = createWaitingRequests<Entry>();
  const buried = new Map<number, Late>();
  let size = options.size;
  let next = options.firstSequenceNumber ?? 1;

  const advance = (): number => {
    const taken = next;
    next = numberAfter(taken);
    return taken;
  };

  return {
    nextSequenceNumber: () => {
      let candidate = advance();
      while (!waiting.hasRoomFor(candidate) || buried.has(candidate)) candidate = advance();
      return candidate;
    },
    get inFlight() {
      return waiting.count;
    },
    get freeSlots() {
      return Math.max(0, size - waiting.count);
    },
    get size() {
      return size;
    },
    resize: (newSize) => {
      size = newSize;
    },
    add: waiting.add,
    settle: waiting.take,
    get oldest() {
      return waiting.oldest;
    },
    bury: (sequenceNumber, late) => {
      waiting.take(sequenceNumber);
      buried.set(sequenceNumber, late);
      const [forgotten = 0] = buried.keys();
      if (buried.size > options.tombstones) buried.delete(forgotten);
    },
    isBuried: (sequenceNumber) => buried.has(sequenceNumber),
    exhume: (sequenceNumber) => {
      const late = buried.get(sequenceNumber);
      buried.delete(sequenceNumber);
      return late;
    },
    drain: waiting.takeAll,
  };
};
