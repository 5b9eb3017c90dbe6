/** A request that waits for its response. `batch` is the write it went out with. */
export interface InFlight<Entry> {
  readonly sequenceNumber: number;
  readonly sentAt: number;
  readonly batch: number;
  readonly entry: Entry;
}

/** Requests by their sequence_number. They are added in the order of their numbers, past the last of which is 1. */
export interface WaitingRequests<Entry> {
  readonly count: number;
  /** Whether a request may be added under this number. */
  hasRoomFor(sequenceNumber: number): boolean;
  /** Puts a request under a number there is room for. */
  add(request: InFlight<Entry>): void;
  /** Takes a request out; undefined when none has this number. */
  take(sequenceNumber: number): InFlight<Entry> | undefined;
  /** The one that was added first. */
  readonly oldest: InFlight<Entry> | undefined;
  /** Takes out all, oldest first. */
  takeAll(): InFlight<Entry>[];
}

/** sequence_number is 1 to 0x7FFFFFFF: SMPP 3.4, 5.1.4. */
const lastSequenceNumber = 0x7fffffff;
/** Twice the places that are needed, and a power of two. */
const fewestPlaces = 64;

export const numberAfter = (sequenceNumber: number): number =>
  sequenceNumber === lastSequenceNumber ? 1 : sequenceNumber + 1;

/**
 * None yet. Each has its place in a ring, by its number: a number whose place is taken is skipped.
 *
 * Not a Map: one that is filled and emptied for ever is made anew every few dozen requests, the old table pointing to
 * the new. Once the collector takes one of these tables for old, all that follow it, with all they held, are kept until
 * a full collection, which is most of a session's memory and a quarter of its time.
 */
export const createWaitingRequests = <Entry>(): WaitingRequests<Entry> => {
  let places = new Array<InFlight<Entry> | undefined>(fewestPlaces).fill(undefined);
  let count = 0;
  /** None of those that wait comes before it. */
  let first = 1;

  const placeOf = (sequenceNumber: number): number => sequenceNumber & (places.length - 1);

  const widen = (): void => {
    const waiting = places;
    places = new Array<InFlight<Entry> | undefined>(2 * waiting.length).fill(undefined);
    for (const request of waiting) if (request) places[placeOf(request.sequenceNumber)] = request;
  };

  const take = (sequenceNumber: number): InFlight<Entry> | undefined => {
    const place = placeOf(sequenceNumber);
    const request = places[place];
    if (request?.sequenceNumber !== sequenceNumber) return undefined;
    places[place] = undefined;
    count--;
    return request;
  };

  const oldest = (): InFlight<Entry> | undefined => {
    if (count === 0) return undefined;
    while (places[placeOf(first)]?.sequenceNumber !== first) first = numberAfter(first);
    return places[placeOf(first)];
  };

  return {
    get count() {
      return count;
    },
    hasRoomFor: (sequenceNumber) => places[placeOf(sequenceNumber)] === undefined,
    add: (request) => {
      if (count === 0) first = request.sequenceNumber;
      places[placeOf(request.sequenceNumber)] = request;
      count++;
      if (2 * count >= places.length) widen();
    },
    take,
    get oldest() {
      return oldest();
    },
    takeAll: () => {
      const all: InFlight<Entry>[] = [];
      for (let request = oldest(); request; request = oldest()) {
        all.push(request);
        take(request.sequenceNumber);
      }
      return all;
    },
  };
};
