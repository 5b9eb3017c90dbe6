import { type StatusTable, statusTable } from '../pdu/command-status.ts';
import type { SubmitResult, SubmitSmFields } from '../session/session-types.ts';
import { createFairOrder } from './fair-order.ts';
import { createLane, type Lane, type LaneLimits, type LaneSession, type WindowChange } from './lane.ts';
import type { PartsGate } from './parts-gate.ts';
import type { PartToken } from './to-outcome.ts';
import { createTurns, type Turn } from './turns.ts';

/** Whose a part is, and how it stands beside what others wait for. */
export interface Flow {
  /** Those of one name wait in one line, each line beside the others. */
  readonly name: string;
  /** How often it is served while others wait as well. */
  readonly weight: number;
  /** Another provider might take it: it is not to wait here once this one takes nothing any more. */
  readonly hasChoice: boolean;
}

/** Every bind of one provider, as one thing to submit to. */
export interface Links<Fields = SubmitSmFields> {
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
  attach(session: LaneSession<Fields>, resized?: (change: WindowChange) => void): void;
  /** Other limits hold for every bind from now on. */
  change(limits: LaneLimits): void;
  /**
   * Hands a part to the session with the most room, each flow in the order of asking, waiting for a slot and for the pace;
   * a message waits until the one before it to the same destination is decided. A part that was throttled, or that met a bind at
   * fault, goes again, first in line, and that is no attempt: it was not sent. Undecided after two minutes of waiting, or
   * after `close`, it is `not-sent`.
   */
  submit(fields: Fields, token: PartToken, flow?: Flow): Promise<SubmitResult>;
  /** What waits and has a choice is not sent here. */
  yieldWaiting(): void;
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
  /** What else must let each part through, on the same clock. */
  readonly gate?: PartsGate;
}

interface Job<Fields> extends Turn {
  readonly fields: Fields;
  readonly hasChoice: boolean;
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

const anyFlow: Flow = { name: '', weight: 1, hasChoice: false };

export const createLinks = <Fields extends { readonly destination_addr: string } = SubmitSmFields>(
  options: LinksOptions,
): Links<Fields> => {
  const { statusOf = statusTable(), answered = () => undefined, now = () => performance.now() } = options;
  let { limits } = options;
  const lanes = new Map<LaneSession<Fields>, Lane<Fields>>();
  /** Sessions that will say when they have a slot again. */
  const watched = new WeakSet<LaneSession<Fields>>();
  const turns = createTurns<Job<Fields>>();
  const order = createFairOrder();
  let boundWaiters: (() => void)[] = [];
  let resume: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** Sessions that have closed leave here. */
  const live = (): Lane<Fields>[] => {
    for (const session of lanes.keys()) if (session.state === 'CLOSED') lanes.delete(session);
    return [...lanes.values()];
  };

  const roomiest = (all: readonly Lane<Fields>[]): Lane<Fields> | undefined =>
    all.reduce<Lane<Fields> | undefined>((best, lane) => (lane.room > (best?.room ?? 0) ? lane : best), undefined);

  const settle = (job: Job<Fields>, result: SubmitResult): void => {
    turns.decided(job);
    job.resolve(result);
  };

  /** The SMSC said that it did not take it, and that this is not the message's fault. */
  const goAgain = (job: Job<Fields>): void => {
    if (isClosed || job.faults >= mostFaults || now() >= job.giveUpAt) settle(job, { outcome: 'not-sent' });
    else turns.putBack(job);
  };

  const decide = (job: Job<Fields>, { session }: Lane<Fields>, result: SubmitResult, sentAt: number): void => {
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

  const watch = (session: LaneSession<Fields>): void => {
    if (watched.has(session)) return;
    watched.add(session);
    void session.whenSlotFree().then((isFree) => {
      // A session that drains never has one again, and would say so again and again.
      if (isFree) watched.delete(session);
      // After what freed the slot was decided: it may have to go again, before what comes behind it.
      setImmediate(pump);
    });
  };

  const pumpAt = (at: number): void => {
    clearTimeout(resume);
    if (Number.isFinite(at)) resume = setTimeout(pump, Math.max(1, at - now()));
  };

  const waitForRoom = (all: readonly Lane<Fields>[]): void => {
    for (const { session, opensAt } of all) if (opensAt === undefined) watch(session);
    const held = all.filter(({ opensAt }) => opensAt !== undefined);
    for (const lane of held) lane.hold();
    const opensAt = Math.min(...held.map((lane) => lane.opensAt ?? Number.POSITIVE_INFINITY));
    pumpAt(opensAt);
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
      const opensAt = options.gate?.opensAt ?? 0;
      if (opensAt > now()) {
        pumpAt(opensAt);
        return;
      }
      options.gate?.take();
      const job = turns.next();
      if (job) order.served(job.place);
      const sentAt = now();
      if (job) void lane.submit(job.fields, job.token).then((result) => decide(job, lane, result, sentAt));
    }
  };

  const giveUp = (fits: (job: Job<Fields>) => boolean): void => {
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
  const sum = (value: (lane: Lane<Fields>) => number): number => live().reduce((total, lane) => total + value(lane), 0);

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
    change: (changed) => {
      limits = changed;
      for (const lane of live()) lane.change(limits);
      pump();
    },
    submit: (fields, token, { name, weight, hasChoice } = anyFlow) => {
      if (isClosed) return Promise.resolve({ outcome: 'not-sent' });
      return new Promise((resolve) => {
        const place = order.placeOf(name, weight);
        const turn = { place, destination: fields.destination_addr, message: token.message_id };
        turns.add({ ...turn, fields, token, hasChoice, giveUpAt: now() + longestWaitMs, faults: 0, resolve });
        pump();
      });
    },
    yieldWaiting: () => {
      giveUp(({ hasChoice }) => hasChoice);
      pump();
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
