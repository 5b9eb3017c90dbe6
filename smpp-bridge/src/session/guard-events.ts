import type { SessionEvent, SessionEvents } from './session-types.ts';

type ListenerFault = Extract<SessionEvent, { readonly type: 'listener-fault' }>;

/** An owner's callbacks, so that none of them throws. */
export interface Guard<Event> {
  /** Tells the owner; what it throws at that has nobody left to be told to. */
  event(event: Event): void;
  /** Whether the call came through; what it threw is told as an event. */
  call(listener: ListenerFault['listener'], call: () => void): boolean;
}

export const createGuard = <Event>(tell: ((event: Event | ListenerFault) => void) | undefined): Guard<Event> => {
  const event = (told: Event | ListenerFault): void => {
    try {
      tell?.(told);
    } catch {
      // Nobody is left to be told.
    }
  };
  return {
    event,
    call: (listener, call) => {
      try {
        call();
        return true;
      } catch (error) {
        event({ type: 'listener-fault', listener, error });
        return false;
      }
    },
  };
};

/**
 * A session's events with a guard around them. An exception out of one would come up in the middle of reading: the PDUs
 * behind it would be lost, and the session left deaf. `deliver` is guarded where its answer is awaited.
 */
export const guardEvents = (events: SessionEvents): SessionEvents => {
  const guard = createGuard<SessionEvent>((told) => events.event?.(told));
  return {
    deliver: (pdu) => events.deliver(pdu),
    notTaken: (pdu) => void guard.call('notTaken', () => events.notTaken?.(pdu)),
    lateResponse: (late) => void guard.call('lateResponse', () => events.lateResponse(late)),
    closed: (reason) => void guard.call('closed', () => events.closed(reason)),
    event: guard.event,
    ...(events.passed && {
      passed: (direction, pdu) => void guard.call('passed', () => events.passed?.(direction, pdu)),
    }),
  };
};
