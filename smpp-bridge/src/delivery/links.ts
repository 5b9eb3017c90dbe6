import { classify } from '../pdu/command-status.ts';
import type { Session, SubmitResult, SubmitSmFields } from '../session/session-types.ts';
import { createBrake } from './brake.ts';

/** Every bind of one provider, as one thing to submit to. */
export interface Links {
  /** How many sessions are bound. */
  readonly bound: number;
  /** How many parts wait for a slot. */
  readonly waiting: number;
  /** How many parts wait for their response. */
  readonly inFlight: number;
  /** Takes a bound session in; one that closes leaves by itself. */
  attach(session: Session): void;
  /**
   * Hands a part to the session with the most free slots, in the order of asking, waiting for a slot and for the end of
   * a throttling. A part that was throttled, or that met a bind at fault, goes again, first in line, and that is no
   * attempt; after a minute of it, it is `refused`. Without a slot for two minutes, or after `close`, it is `not-sent`.
   */
  submit(fields: SubmitSmFields, token: unknown): Promise<SubmitResult>;
  /** Resolves when a session is bound, or at `close`. */
  whenBound(): Promise<void>;
  /** What waits is not sent, nor is anything that is handed over later. */
  close(): void;
}

interface Job {
  /** Rises with every part that was handed over. */
  readonly place: number;
  readonly fields: SubmitSmFields;
  readonly token: unknown;
  readonly giveUpAt: number;
  readonly waitUntil: number;
  readonly resolve: (result: SubmitResult) => void;
}

const patienceMs = 60_000;
/** For so long a part waits for a slot; its message then goes back to its queue. */
const longestWaitMs = 120_000;

export const createLinks = (now: () => number = () => performance.now()): Links => {
  const sessions = new Set<Session>();
  /** Sessions that will say when they have a slot again. */
  const watched = new WeakSet<Session>();
  const brake = createBrake();
  let queue: Job[] = [];
  let boundWaiters: (() => void)[] = [];
  let resume: NodeJS.Timeout | undefined;
  let isClosed = false;
  let lastPlace = 0;

  /** Sessions that have closed leave here. */
  const live = (): ReadonlySet<Session> => {
    for (const session of sessions) if (session.state === 'CLOSED') sessions.delete(session);
    return sessions;
  };

  const leastLoaded = (): Session | undefined => {
    let best: Session | undefined;
    for (const session of live()) if (session.freeSlots > (best?.freeSlots ?? 0)) best = session;
    return best;
  };

  /** Back to where it came from in the order of asking. */
  const requeue = (job: Job): void => {
    const next = queue.findIndex(({ place }) => place > job.place);
    queue.splice(next < 0 ? queue.length : next, 0, job);
  };

  const decide = (job: Job, session: Session, result: SubmitResult): void => {
    const refusal = result.outcome === 'refused' ? classify(result.commandStatus) : null;
    // The bind is at fault, not the message: its supervisor makes another.
    if (refusal === 'session') session.destroy();
    if (refusal === 'throttle') brake.throttled(now());
    if (result.outcome === 'accepted') brake.accepted();
    const isFree = refusal === 'throttle' || refusal === 'session' || result.outcome === 'not-sent';
    if (!isFree) job.resolve(result);
    else if (isClosed) job.resolve({ outcome: 'not-sent' });
    else if (refusal !== null && now() >= job.giveUpAt) job.resolve(result);
    else requeue(job);
    pump();
  };

  const watch = (): void => {
    for (const session of live()) {
      if (watched.has(session)) continue;
      watched.add(session);
      void session.whenSlotFree().then(() => {
        watched.delete(session);
        // After what freed the slot was decided: it may have to go again, before what comes behind it.
        setImmediate(pump);
      });
    }
  };

  const pump = (): void => {
    const pause = brake.remaining(now());
    if (pause > 0) {
      resume ??= setTimeout(() => {
        resume = undefined;
        pump();
      }, pause);
      return;
    }
    while (queue.length > 0) {
      const session = leastLoaded();
      if (!session) {
        watch();
        return;
      }
      const job = queue.shift();
      if (job) void session.submit(job.fields, job.token).then((result) => decide(job, session, result));
    }
  };

  const overdue = setInterval(() => {
    const left = queue.filter(({ waitUntil }) => now() >= waitUntil);
    if (left.length === 0) return;
    queue = queue.filter(({ waitUntil }) => now() < waitUntil);
    for (const job of left) job.resolve({ outcome: 'not-sent' });
  }, longestWaitMs / 60).unref();

  return {
    get bound() {
      return live().size;
    },
    get waiting() {
      return queue.length;
    },
    get inFlight() {
      return [...live()].reduce((sum, session) => sum + session.inFlight, 0);
    },
    attach: (session) => {
      sessions.add(session);
      for (const wake of boundWaiters) wake();
      boundWaiters = [];
      pump();
    },
    submit: (fields, token) => {
      if (isClosed) return Promise.resolve({ outcome: 'not-sent' });
      return new Promise((resolve) => {
        lastPlace += 1;
        queue.push({
          place: lastPlace,
          fields,
          token,
          giveUpAt: now() + patienceMs,
          waitUntil: now() + longestWaitMs,
          resolve,
        });
        pump();
      });
    },
    whenBound: () => {
      if (live().size > 0 || isClosed) return Promise.resolve();
      return new Promise((resolve) => boundWaiters.push(resolve));
    },
    close: () => {
      isClosed = true;
      clearTimeout(resume);
      clearInterval(overdue);
      const left = queue;
      queue = [];
      for (const job of left) job.resolve({ outcome: 'not-sent' });
      for (const wake of boundWaiters) wake();
      boundWaiters = [];
    },
  };
};
