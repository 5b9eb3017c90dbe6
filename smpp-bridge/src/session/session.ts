import { openConnection } from './connection.ts';
import { createDeliveries } from './deliveries.ts';
import { guardEvents } from './guard-events.ts';
import { receiveFrame, receiveFrameError } from './receive.ts';
import {
  arm,
  beginDrain,
  checkDrained,
  failToOpen,
  finish,
  onActivity,
  onEnded,
  type SessionCore,
  tell,
} from './session-core.ts';
import type { Clock, OpenResult, Session, SessionEvents, SessionSettings } from './session-types.ts';
import { createSubmissions } from './submissions.ts';
import { systemClock } from './system-clock.ts';

export type * from './session-types.ts';

/** A bind at fault answers what is in flight at once, or not at all. */
const faultDrainMs = 2_000;

/** SMPP 3.4, 5.2.4. */
const interfaceVersion = 0x34;

const sendBind = (core: SessionCore): void => {
  const { bindType, systemId, password, systemType } = core.settings;
  const sequenceNumber = core.submissions.nextSequenceNumber();
  core.bindSequenceNumber = sequenceNumber;
  const body = { system_id: systemId, password, system_type: systemType, interface_version: interfaceVersion };
  try {
    core.connection.send({ command: `bind_${bindType}`, commandStatus: 0, sequenceNumber, body });
  } catch (error) {
    failToOpen(core, { outcome: 'failed', error: error as Error });
  }
};

const facade = (core: SessionCore, ended: Promise<void>): Session => ({
  get state() {
    return core.state;
  },
  get freeSlots() {
    return core.submissions.freeSlots;
  },
  get inFlight() {
    return core.submissions.inFlight;
  },
  submit: (fields, token) => {
    core.lastMessageAt = core.clock.now();
    return core.submissions.submit(fields, token);
  },
  whenSlotFree: core.submissions.whenSlotFree,
  resizeWindow: core.submissions.resizeWindow,
  unbind: (drainMs = core.settings.responseTimeoutMs) => {
    beginDrain(core, core.phase === 'draining' ? core.closing : 'unbound', drainMs);
    return ended;
  },
  fault: (commandStatus) => {
    core.faultStatus ??= commandStatus;
    if (core.phase === 'bound')
      beginDrain(core, 'bind-faulted', Math.min(faultDrainMs, core.settings.responseTimeoutMs));
  },
  destroy: () => finish(core, { reason: 'destroyed' }, 'abrupt'),
});

const createCore = (
  settings: SessionSettings,
  events: SessionEvents,
  clock: Clock,
  answers: Pick<SessionCore, 'bound' | 'notBound' | 'over'>,
): SessionCore => {
  // Sockets call back later, never from within these calls: `core` is whole by then.
  const connection = openConnection(
    settings,
    {
      connected: () => sendBind(core),
      frame: (frame) => receiveFrame(core, frame),
      sent: (pdu) => events.passed?.('sent', pdu),
      frameError: (error) => receiveFrameError(core, error),
      activity: () => onActivity(core),
      ended: (error) => onEnded(core, error),
    },
    clock,
  );
  const submissions = createSubmissions({
    connection,
    clock,
    windowSize: settings.windowSize,
    lateResponse: (late) => events.lateResponse(late),
  });
  const deliveries = createDeliveries({
    connection,
    clock,
    maxPending: settings.maxPendingDeliveries,
    timeoutMs: settings.deliveryTimeoutMs,
    deliver: (pdu) => events.deliver(pdu),
    notTaken: (pdu) => events.notTaken?.(pdu),
    event: (event) => tell(core, event),
    answered: () => checkDrained(core),
  });
  const core: SessionCore = {
    ...answers,
    settings,
    events,
    clock,
    connection,
    submissions,
    deliveries,
    openedAt: clock.now(),
    phase: 'binding',
    state: 'OPEN',
    bindSequenceNumber: undefined,
    enquireLinkSentAt: undefined,
    lastMessageAt: clock.now(),
    drainUntil: undefined,
    unbindSentAt: undefined,
    closing: 'unbound',
    faultStatus: undefined,
    alarm: undefined,
  };
  return core;
};

/**
 * Connects to an SMSC as an ESME and binds: SMPP 3.4, 2.2 and 4.1. One connection, bound once.
 *
 * `refused` is the SMSC's own command_status; `failed` is everything else, from the name that does not resolve to the
 * bind that was not answered within bindTimeoutMs. Both leave nothing open. Does not reject.
 *
 * @param signal closes at once whatever there is by then, a connection that is not yet bound among it.
 */
export const openSession = (
  settings: SessionSettings,
  events: SessionEvents,
  clock: Clock = systemClock,
  signal?: AbortSignal,
): Promise<OpenResult> =>
  new Promise((answer) => {
    const { promise: ended, resolve: over } = Promise.withResolvers<void>();
    let core: SessionCore;
    const bound = (core: SessionCore) => answer({ outcome: 'bound', session: facade(core, ended) });
    try {
      core = createCore(settings, guardEvents(events), clock, { bound, notBound: answer, over });
      arm(core);
      const destroy = () => finish(core, { reason: 'destroyed' }, 'abrupt');
      signal?.addEventListener('abort', destroy);
      void ended.then(() => signal?.removeEventListener('abort', destroy));
      if (signal?.aborted) destroy();
    } catch (error) {
      // A port or a certificate that cannot be one, or a host that is refused.
      answer({ outcome: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
