/** What waits to be submitted. */
export interface Turn {
  /** The lower goes first; between equals, who came first. */
  readonly place: number;
  /** Messages to one destination go one after the other. */
  readonly destination: string;
  /** The parts of one message may go at once: their order does not show. */
  readonly message: string;
}

/** Parts in the order of asking, where a message waits until what went before it to its destination is decided. */
export interface Turns<Job extends Turn> {
  /** Parts that are not out. */
  readonly waiting: number;
  /** How many of them may go now. */
  readonly ready: number;
  add(job: Job): void;
  /** Takes out the first that may go. */
  next(): Job | undefined;
  /** Gives back what `next` gave, to its old place. */
  putBack(job: Job): void;
  /** What `next` gave is decided: its destination may be free for the next message. */
  decided(job: Job): void;
  /** Takes out for good every part that is not out and fits. */
  remove(fits: (job: Job) => boolean): readonly Job[];
}

interface Destination<Job> {
  message: string;
  /** Parts of the message that are undecided, waiting or out. */
  open: number;
  /** Parts of messages behind it. */
  behind: Job[];
}

export const createTurns = <Job extends Turn>(): Turns<Job> => {
  let ready: Job[] = [];
  const destinations = new Map<string, Destination<Job>>();
  let behind = 0;

  const makeReady = (job: Job): void => {
    const next = ready.findLastIndex(({ place }) => place <= job.place);
    ready.splice(next + 1, 0, job);
  };
  const putBack = (job: Job): void => {
    const next = ready.findLastIndex(({ place }) => place < job.place);
    ready.splice(next + 1, 0, job);
  };

  const callNext = (name: string, destination: Destination<Job>): void => {
    const [first] = destination.behind;
    if (!first) {
      destinations.delete(name);
      return;
    }
    const called = destination.behind.filter(({ message }) => message === first.message);
    destination.behind = destination.behind.filter(({ message }) => message !== first.message);
    destination.message = first.message;
    destination.open = called.length;
    behind -= called.length;
    for (const job of called) makeReady(job);
  };

  const decided = ({ destination: name }: Job): void => {
    const destination = destinations.get(name);
    if (!destination) return;
    destination.open -= 1;
    if (destination.open === 0) callNext(name, destination);
  };

  return {
    get waiting() {
      return ready.length + behind;
    },
    get ready() {
      return ready.length;
    },
    add: (job) => {
      const destination = destinations.get(job.destination);
      if (destination && destination.message !== job.message) {
        destination.behind.push(job);
        behind += 1;
        return;
      }
      if (destination) destination.open += 1;
      else destinations.set(job.destination, { message: job.message, open: 1, behind: [] });
      makeReady(job);
    },
    next: () => ready.shift(),
    putBack,
    decided,
    remove: (fits) => {
      const removed: Job[] = [];
      for (const destination of destinations.values()) {
        const left = destination.behind.filter((job) => !fits(job));
        removed.push(...destination.behind.filter(fits));
        behind -= destination.behind.length - left.length;
        destination.behind = left;
      }
      const gone = ready.filter(fits);
      ready = ready.filter((job) => !fits(job));
      for (const job of gone) decided(job);
      return [...removed, ...gone].toSorted((a, b) => a.place - b.place);
    },
  };
};
