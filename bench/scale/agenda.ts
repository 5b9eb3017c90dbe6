interface Entry {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** What is to happen at which time of a simulated clock; of what falls on one time, what was put down first. */
export interface Agenda {
  /** The time of what happens now, in milliseconds. */
  readonly now: number;
  put(at: number, act: () => void): void;
  /** Lets everything happen that falls before the end. */
  runUntil(end: number): void;
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap of entries, and a clock that jumps from one to the next. */
export const createAgenda = (): Agenda => {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;

  const rise = (entry: Entry): void => {
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (!parent || isBefore(parent, entry)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  };
  const sink = (entry: Entry): void => {
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      let child = heap[below];
      const other = heap[below + 1];
      if (child && other && isBefore(other, child)) {
        child = other;
        below += 1;
      }
      if (!child || isBefore(entry, child)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = entry;
  };

  return {
    get now() {
      return now;
    },
    put: (at, act) => rise({ at, order: order++, act }),
    runUntil: (end) => {
      for (let first = heap[0]; first && first.at < end; first = heap[0]) {
        const last = heap.pop();
        if (last && heap.length > 0) sink(last);
        now = first.at;
        first.act();
      }
      now = end;
    },
  };
};
