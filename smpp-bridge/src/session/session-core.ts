import type { Connection } from './connection.ts';
import type { Deliveries } from './deliveries.ts';
import type {
  Clock,
  OpenResult,
  SessionClosed,
  SessionEvent,
  SessionEvents,
  SessionSettings,
  SessionState,
} from './session-types.ts';
import type { Submissions } from './submissions.ts';
import { nextDeadline, type TimerState, type TimerVerdict, verdictsDue } from './timers.ts';

/** All that one session is, for the functions that move it. */
export interface SessionCore {
  readonly settings: SessionSettings;
  readonly events: SessionEvents;
  readonly clock: Clock;
  readonly connection: Connection;
  readonly submissions: Submissions;
  readonly deliveries: Deliveries;
  /** Answers who opened the session: here it is. */
  readonly bound: (core: SessionCore) => void;
  /** Answers who opened the session: there will be none. */
  readonly notBound: (result: OpenResult) => void;
  /** Answers who waits for the end. */
  readonly over: () => void;
  readonly openedAt: number;
  phase: TimerState['phase'];
  state: SessionState;
  bindSequenceNumber: number | undefined;
  enquireLinkSentAt: number | undefined;
  lastMessageAt: number;
  drainUntil: number | undefined;
  unbindSentAt: number | undefined;
  /** What the drain under way, if any, will have been for. */
  closing: SessionClosed['reason'];
  /** What the SMSC found wrong with the bind after it had accepted it. */
  faultStatus: number | undefined;
  alarm: { readonly at: number; readonly cancel: () => void } | undefined;
}

/** `gentle` lets the peer take what was sent; `abrupt` is for a peer that takes nothing. */
type Manner = 'gentle' | 'abrupt';

/** Control PDUs are few and small: a peer with so many octets to take asks without listening. */
const mostBacklog = 1024 * 1024;

export const tell = (core: SessionCore, event: SessionEvent): void => core.events.event?.(event);

const tearDown = (core: SessionCore, manner: Manner): void => {
  core.phase = 'closed';
  core.state = 'CLOSED';
  core.alarm?.cancel();
  core.deliveries.stop();
  if (manner === 'gentle') core.connection.close();
  else core.connection.destroy();
  core.submissions.abandon();
  core.over();
};

/** There will be no bind on this connection. */
export const failToOpen = (core: SessionCore, result: OpenResult, manner: Manner = 'abrupt'): void => {
  if (core.phase !== 'binding') return;
  tearDown(core, manner);
  core.notBound(result);
};

/** Ends a session in any phase; the second time nothing happens. */
export const finish = (core: SessionCore, closed: SessionClosed, manner: Manner): void => {
  if (core.phase === 'closed') return;
  if (core.phase === 'binding') {
    const error = new Error(`no bind: ${closed.reason}${closed.detail === undefined ? '' : `, ${closed.detail}`}`);
    failToOpen(core, { outcome: 'failed', error }, manner);
    return;
  }
  tearDown(core, manner);
  const { faultStatus } = core;
  core.events.closed(faultStatus === undefined ? closed : { ...closed, commandStatus: faultStatus });
};

const drained = (core: SessionCore): void => {
  if (core.closing === 'unbound-by-peer') {
    finish(core, { reason: core.closing }, 'gentle');
    return;
  }
  core.phase = 'unbinding';
  core.state = 'UNBOUND';
  core.unbindSentAt = core.clock.now();
  const sequenceNumber = core.submissions.nextSequenceNumber();
  core.connection.send({ command: 'unbind', commandStatus: 0, sequenceNumber, body: {} });
  arm(core);
};

/** Goes on with a drain once nothing is left to wait for. */
export const checkDrained = (core: SessionCore): void => {
  if (core.phase === 'draining' && core.submissions.inFlight === 0 && core.deliveries.pending === 0) drained(core);
};

/** Sends no more messages, and ends the session when those under way are decided or `drainMs` have passed. */
export const beginDrain = (core: SessionCore, closing: SessionClosed['reason'], drainMs: number): void => {
  if (core.phase !== 'bound' && core.phase !== 'draining') return;
  core.phase = 'draining';
  core.closing = closing;
  core.drainUntil = Math.min(core.drainUntil ?? Number.POSITIVE_INFINITY, core.clock.now() + drainMs);
  core.submissions.stop();
  checkDrained(core);
  arm(core);
};

const timerState = (core: SessionCore): TimerState => ({
  phase: core.phase,
  openedAt: core.openedAt,
  heardAt: core.connection.heardAt,
  readingSince: core.connection.readingSince,
  enquireLinkSentAt: core.enquireLinkSentAt,
  partialSince: core.connection.partialSince,
  blockedSince: core.connection.blockedSince,
  oldestRequestAt: core.submissions.oldestSentAt,
  lastMessageAt: core.lastMessageAt,
  drainUntil: core.drainUntil,
  unbindSentAt: core.unbindSentAt,
});

const sendEnquireLink = (core: SessionCore): void => {
  core.enquireLinkSentAt = core.clock.now();
  const sequenceNumber = core.submissions.nextSequenceNumber();
  core.connection.send({ command: 'enquire_link', commandStatus: 0, sequenceNumber, body: {} });
  tell(core, { type: 'enquire-link-sent' });
};

const giveUpResponses = (core: SessionCore): void => {
  const expired = core.submissions.expire(core.settings.responseTimeoutMs);
  for (const sequenceNumber of expired) tell(core, { type: 'response-timed-out', sequenceNumber });
  checkDrained(core);
};

const ending = (reason: SessionClosed['reason']) => (core: SessionCore) => finish(core, { reason }, 'abrupt');

const actions: Readonly<Record<TimerVerdict, (core: SessionCore) => void>> = {
  'bind-timeout': (core) =>
    failToOpen(core, { outcome: 'failed', error: new Error('the bind was not answered in time') }),
  'send-enquire-link': sendEnquireLink,
  'peer-dead': ending('peer-dead'),
  'response-timeout': giveUpResponses,
  'read-timeout': ending('read-timeout'),
  'write-timeout': ending('write-timeout'),
  inactive: (core) => beginDrain(core, 'inactive', core.settings.responseTimeoutMs),
  drained,
  'unbind-timeout': (core) => finish(core, { reason: core.closing, detail: 'unbind was not answered' }, 'abrupt'),
};

const onAlarm = (core: SessionCore): void => {
  core.alarm = undefined;
  // Each verdict may end the session or move it on, so each is asked for anew.
  for (;;) {
    const [verdict] = verdictsDue(timerState(core), core.settings, core.clock.now());
    if (verdict === undefined) break;
    actions[verdict](core);
  }
  arm(core);
};

/**
 * Sees to it that the session is woken at its next deadline. Deadlines mostly move away as PDUs come and go; an alarm
 * that rings early looks again, so moving one costs nothing.
 */
export const arm = (core: SessionCore): void => {
  const at = nextDeadline(timerState(core), core.settings);
  if (at === undefined || (core.alarm && core.alarm.at <= at)) return;
  core.alarm?.cancel();
  const delayMs = Math.max(0, Math.ceil(at - core.clock.now()));
  core.alarm = { at, cancel: core.clock.schedule(() => onAlarm(core), delayMs) };
};

/** Something was read, written or taken. */
export const onActivity = (core: SessionCore): void => {
  if (core.phase === 'closed') return;
  if (core.connection.backlog > mostBacklog) {
    finish(core, { reason: 'write-timeout', detail: 'the peer does not read' }, 'abrupt');
    return;
  }
  core.submissions.wake();
  arm(core);
};

/** The connection ended without being asked to. */
export const onEnded = (core: SessionCore, error: Error | undefined): void => {
  const expected = core.phase === 'unbinding' || core.closing === 'unbound-by-peer';
  const reason = error ? 'connection-lost' : 'closed-by-peer';
  if (core.phase === 'binding' && error) failToOpen(core, { outcome: 'failed', error });
  else finish(core, { reason: expected ? core.closing : reason, ...(error && { detail: error.message }) }, 'abrupt');
};
