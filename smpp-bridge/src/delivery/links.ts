import { type StatusTable, statusTable } from '../pdu/command-status.ts';
import type { Session, SubmitResult, SubmitSmFields } from '../session/session-types.ts';
import { createLane, type Lane, type LaneLimits, type WindowChange } from './lane.ts';
import type { PartToken } from './to-outcome.ts';
import { createTurns, type Turn } from './turns.ts';

/** Every bind of one provider, as one thing to submit to. */
export interface Links {
  /** How many sessions are bound. */
  readonly bound: number;
  /** How many parts wait for a slot. */
  readonly waiting: number;
  /** How many parts wait for their response. */
  readonly inFlight: number;
  /** How many parts the windows of all sessions hold as they are now. */
  readonly window: number;
  /** Parts per second that all sessions together submit at most, as the SMSC was found to take them. */
  readonly rate: number;
  /** Takes a bound session in; one that closes leaves by itself. `resized` is told how its window grows and shrinks. */
  attach(session: Session, resized?: (change: WindowChange) => void): void;
  /**
   * Hands a part to the session with the most room, in the order of asking, waiting for a slot and for the pace; a message
   * waits until the one before it to the same destination is decided. A part that was throttled, or that met a bind at
   * fault, goes again, first in line, and that is no attempt: it was not sent. Undecided after two minutes of waiting, or
   * after `close`, it is `not-sent`.
   */
  submit(fields: SubmitSmFields, token: PartToken): Promise<SubmitResult>;
  /** Resolves when a session is bound, or at `close`. */
  whenBound(): Promise<void>;
  /** What waits is not sent, nor is anything that is handed over later. */
  close(): void;
}

export interface LinksOptions {
  readonly limits: LaneLimits;
  /** What a refusal means; the specification's table when left out. */
  readonly statusOf?: StatusTable;
  /** Called for every answer, or lack of one, throttlings among them, with how long it took since it was sent. */
  readonly answered?: (result: SubmitResult, seconds: number) => void;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

interface Job extends Turn {
  readonly fields: SubmitSmFields;
  readonly token: PartToken;
  readonly giveUpAt: number;
  readonly resolve: (result: SubmitResult) => void;
  /** Binds that were faulted by what they answered to this part. */
  faults: number;
}

/** For so long a part waits for a slot, or is throttled; its message then goes back to its queue. */
const longestWaitMs = 120_000;
/** A part that brings down one bind after another is kept from the next. */
const mostFaults = 3;

export const createLinks = (options: LinksOptions): Links => {
  const { limits, statusOf = statusTable(), answered = () => undefined, now = () => performance.now() } = options;
  const lanes = new Map<Session, Lane>();
  /** Sessions that will say when they have a slot again. */
  const watched = new WeakSet<Session>();
  const turns = createTurns<Job>();
  let boundWaiters: (() => void)[] = [];
  let resume: NodeJS.Timeout | undefined;
  let isClosed = false;
  let lastPlace = 0;

  /** Sessions that have closed leave here. */
  const live = (): Lane[] => {
    for (const session of lanes.keys()) if (session.state === 'CLOSED') lanes.delete(session);
    return [...lanes.values()];
  };

  const roomiest = (all: readonly Lane[]): Lane | undefined =>
    all.reduce<Lane | undefined>((best, lane) => (lane.room > (best?.room ?? 0) ? lane : best), undefined);

  const settle = (job: Job, result: SubmitResult): void => {
    turns.decided(job);
    job.resolve(result);
  };

  /** The SMSC said that it did not take it, and that this is not the message's fault. */
  const goAgain = (job: Job): void => {
    if (isClosed || job.faults >= mostFaults || now() >= job.giveUpAt) settle(job, { outcome: 'not-sent' });
    else turns.putBack(job);
  };

  const decide = (job: Job, { session }: Lane, result: SubmitResult, sentAt: number): void => {
    if (result.outcome !== 'not-sent') answered(result, (now() - sentAt) / 1_000);
    const refusal = result.outcome === 'refused' ? statusOf(result.commandStatus).means : null;
    if (result.outcome === 'refused' && refusal === 'session') {
      job.faults += 1;
      session.fault(result.commandStatus);
    }
    if (refusal === 'throttle' || refusal === 'session' || result.outcome === 'not-sent') goAgain(job);
    else settle(job, result);
    pump();
  };

  const watch = (session: Session): void => {
    if (watched.has(session)) return;
    watched.add(session);
    void session.whenSlotFree().then((isFree) => {
      // A session that drains never has one again, and would say so again and again.
      if (isFree) watched.delete(session);
      // After what freed the slot was decided: it may have to go again, before what comes behind it.
      setImmediate(pump);
    });
  };

  const waitForRoom = (all: readonly Lane[]): void => {
    for (const { session, opensAt } of all) if (opensAt === undefined) watch(session);
    const held = all.filter(({ opensAt }) => opensAt !== undefined);
    for (const lane of held) lane.hold();
    const opensAt = Math.min(...held.map((lane) => lane.opensAt ?? Number.POSITIVE_INFINITY));
    clearTimeout(resume);
    if (Number.isFinite(opensAt)) resume = setTimeout(pump, Math.max(1, opensAt - now()));
  };

  const pump = (): void => {
    if (isClosed) return;
    const all = live();
    while (turns.ready > 0) {
      const lane = roomiest(all);
      if (!lane) {
        waitForRoom(all);
        return;
      }
      const job = turns.next();
      const sentAt = now();
      if (job) void lane.submit(job.fields, job.token).then((result) => decide(job, lane, result, sentAt));
    }
  };

  const giveUp = (fits: (job: Job) => boolean): void => {
    for (const job of turns.remove(fits)) job.resolve({ outcome: 'not-sent' });
  };
  const overdue = setInterval(() => {
    giveUp(({ giveUpAt }) => now() >= giveUpAt);
    pump();
  }, longestWaitMs / 60).unref();

  const tellBound = (): void => {
    for (const wake of boundWaiters) wake();
    boundWaiters = [];
  };
  const sum = (value: (lane: Lane) => number): number => live().reduce((total, lane) => total + value(lane), 0);

  return {
    get bound() {
      return live().length;
    },
    get waiting() {
      return turns.waiting;
    },
    get inFlight() {
      return sum(({ session }) => session.inFlight);
    },
    get window() {
      return sum(({ window }) => window);
    },
    get rate() {
      return sum(({ rate }) => rate);
    },
    attach: (session, resized) => {
      lanes.set(session, createLane(session, limits, statusOf, now, resized));
      tellBound();
      pump();
    },
    submit: (fields, token) => {
      if (isClosed) return Promise.resolve({ outcome: 'not-sent' });
      return new Promise((resolve) => {
        lastPlace += 1;
        const turn = { place: lastPlace, destination: fields.destination_addr, message: token.message_id };
        turns.add({ ...turn, fields, token, giveUpAt: now() + longestWaitMs, faults: 0, resolve });
        pump();
      });
    },
    whenBound: () => {
      if (live().length > 0 || isClosed) return Promise.resolve();
      return new Promise((resolve) => boundWaiters.push(resolve));
    },
    close: () => {
      isClosed = true;
      clearTimeout(resume);
      clearInterval(overdue);
      giveUp(() => true);
      tellBound();
    },
  };
};
