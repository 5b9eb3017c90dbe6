import { type BackoffPolicy, type BindFailure, defaultBackoff, opensCircuit, retryDelayMs } from './backoff.ts';
import { createGuard, type Guard } from './guard-events.ts';
import { openSession } from './session.ts';
import type {
  Clock,
  OpenResult,
  Session,
  SessionClosed,
  SessionEvent,
  SessionEvents,
  SessionSettings,
} from './session-types.ts';
import { systemClock } from './system-clock.ts';

/** What a log and an alarm may want to know of a bind that is kept alive. */
export type SupervisorEvent =
  | SessionEvent
  /** A connection is begun; `attempt` counts since the last bind that lasted. */
  | { readonly type: 'connecting'; readonly attempt: number }
  /** The SMSC refused the bind; `commandStatus` says why. */
  | {
      readonly type: 'bind-refused';
      readonly commandStatus: number;
      readonly attempt: number;
      readonly retryInMs: number;
    }
  /** No connection, or none that became a bind. */
  | { readonly type: 'bind-failed'; readonly error: Error; readonly attempt: number; readonly retryInMs: number }
  /** Wrong system_id or password: raise an alarm, because the account locks when it is tried too often. */
  | { readonly type: 'circuit-opened'; readonly commandStatus: number; readonly retryInMs: number }
  /** A bind was accepted after all. */
  | { readonly type: 'circuit-closed' }
  | { readonly type: 'session-closed'; readonly closed: SessionClosed };

export interface SupervisorEvents extends Pick<SessionEvents, 'deliver' | 'notTaken' | 'lateResponse' | 'passed'> {
  /** A new session is bound and takes messages. Where this throws, nobody uses it: it is unbound, and bound anew later. */
  bound(session: Session): void;
  /** That session is over and all its submit_sm are decided; another follows unless the supervisor was stopped. */
  lost(closed: SessionClosed): void;
  event?(event: SupervisorEvent): void;
}

export interface SupervisorOptions {
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly backoff?: BackoffPolicy;
  /** A bind that lived for so many milliseconds makes what went before forgotten; a minute when left out. */
  readonly stableMs?: number;
}

/** One bind, kept alive. */
export interface Supervisor {
  /** The bound session, or undefined between two of them. */
  readonly session: Session | undefined;
  /** The SMSC does not take the system_id or password: only a person can mend that. */
  readonly isCircuitOpen: boolean;
  /** Drains, unbinds and stays down. Resolves when nothing is left open; a bind under way is waited for. */
  stop(drainMs?: number): Promise<void>;
  /** Closes at once, a bind under way as well, and stays down: no octet goes out after this has returned. */
  destroy(): void;
}

const defaultStableMs = 60_000;

interface Supervision {
  readonly settings: SessionSettings;
  readonly events: SupervisorEvents;
  readonly guard: Guard<SupervisorEvent>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff: BackoffPolicy;
  readonly stableMs: number;
  session: Session | undefined;
  /** Attempts since the last stable bind. */
  attempt: number;
  circuitOpen: boolean;
  stopping: boolean;
  drainMs: number | undefined;
  /** Ends the wait between two attempts. */
  wake: (() => void) | undefined;
  readonly destroyed: AbortController;
}

const tell = (supervision: Supervision, event: SupervisorEvent): void => supervision.guard.event(event);

const retryIn = (supervision: Supervision, failure: BindFailure): number => {
  const { attempt, random, backoff } = supervision;
  return retryDelayMs({ attempt, failure, random: random() }, backoff);
};

const pause = (supervision: Supervision, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    const cancel = supervision.clock.schedule(resolve, delayMs);
    supervision.wake = () => {
      cancel();
      resolve();
    };
  });

const openCircuit = (supervision: Supervision, commandStatus: number, retryInMs: number): void => {
  if (supervision.circuitOpen) return;
  supervision.circuitOpen = true;
  tell(supervision, { type: 'circuit-opened', commandStatus, retryInMs });
};

const report = (supervision: Supervision, result: Exclude<OpenResult, { outcome: 'bound' }>): number => {
  const { attempt } = supervision;
  if (result.outcome === 'failed') {
    const retryInMs = retryIn(supervision, { kind: 'unreachable' });
    tell(supervision, { type: 'bind-failed', error: result.error, attempt, retryInMs });
    return retryInMs;
  }
  const { commandStatus } = result;
  const failure: BindFailure = { kind: 'refused', commandStatus };
  const retryInMs = retryIn(supervision, failure);
  tell(supervision, { type: 'bind-refused', commandStatus, attempt, retryInMs });
  if (opensCircuit(failure)) openCircuit(supervision, commandStatus, retryInMs);
  return retryInMs;
};

/** How long to wait after a session: longer where its SMSC said what was wrong with it. */
const afterSession = (supervision: Supervision, { commandStatus }: SessionClosed): number => {
  supervision.attempt ||= 1;
  if (commandStatus === undefined) return retryIn(supervision, { kind: 'unreachable' });
  const failure: BindFailure = { kind: 'refused', commandStatus };
  const retryInMs = retryIn(supervision, failure);
  if (opensCircuit(failure)) openCircuit(supervision, commandStatus, retryInMs);
  return retryInMs;
};

/** Lives through one session, from its bind to its end, which it gives. */
const attend = async (
  supervision: Supervision,
  session: Session,
  ended: Promise<SessionClosed>,
): Promise<SessionClosed> => {
  const { clock, events, guard, stableMs } = supervision;
  const boundAt = clock.now();
  supervision.session = session;
  if (supervision.circuitOpen) tell(supervision, { type: 'circuit-closed' });
  supervision.circuitOpen = false;
  const taken = !supervision.stopping && guard.call('bound', () => events.bound(session));
  if (!taken) void session.unbind(supervision.drainMs);
  const closed = await ended;
  supervision.session = undefined;
  if (clock.now() - boundAt >= stableMs) supervision.attempt = 0;
  tell(supervision, { type: 'session-closed', closed });
  if (taken) guard.call('lost', () => events.lost(closed));
  return closed;
};

/** One attempt and, if it succeeds, the whole life of its session. Gives how long to wait before the next. */
const attemptBind = async (supervision: Supervision): Promise<number> => {
  const { settings, events, clock } = supervision;
  const { promise: ended, resolve: closed } = Promise.withResolvers<SessionClosed>();
  supervision.attempt++;
  tell(supervision, { type: 'connecting', attempt: supervision.attempt });
  const opened = await openSession(
    settings,
    {
      deliver: (pdu) => events.deliver(pdu),
      notTaken: (pdu) => events.notTaken?.(pdu),
      lateResponse: (late) => events.lateResponse(late),
      closed,
      event: (event) => tell(supervision, event),
      passed: events.passed,
    },
    clock,
    supervision.destroyed.signal,
  );
  if (opened.outcome !== 'bound') return report(supervision, opened);
  return afterSession(supervision, await attend(supervision, opened.session, ended));
};

const keepBound = async (supervision: Supervision): Promise<void> => {
  while (!supervision.stopping) {
    const retryInMs = await attemptBind(supervision);
    if (!supervision.stopping) await pause(supervision, retryInMs);
  }
};

/**
 * Binds, and binds again whenever the session is lost: with exponential backoff and full jitter, by what the SMSC said
 * of the bind. Begins at once.
 */
export const superviseBind = (
  settings: SessionSettings,
  events: SupervisorEvents,
  options: SupervisorOptions = {},
): Supervisor => {
  const { clock = systemClock, random = Math.random, backoff = defaultBackoff, stableMs = defaultStableMs } = options;
  const supervision: Supervision = {
    settings,
    events,
    guard: createGuard((event) => events.event?.(event)),
    clock,
    random,
    backoff,
    stableMs,
    session: undefined,
    attempt: 0,
    circuitOpen: false,
    stopping: false,
    drainMs: undefined,
    wake: undefined,
    destroyed: new AbortController(),
  };
  const done = keepBound(supervision);
  return {
    get session() {
      return supervision.session;
    },
    get isCircuitOpen() {
      return supervision.circuitOpen;
    },
    stop: (drainMs) => {
      supervision.stopping = true;
      supervision.drainMs = drainMs;
      supervision.wake?.();
      void supervision.session?.unbind(drainMs);
      return done;
    },
    destroy: () => {
      supervision.stopping = true;
      supervision.destroyed.abort();
      supervision.wake?.();
    },
  };
};
