import type { SessionEvent, SessionEvents } from './session-types.ts';

type Listener = Extract<SessionEvent, { readonly type: 'listener-fault' }>['listener'];

/**
 * The owner's callbacks, so that none of them throws. An exception out of one would come up in the middle of reading:
 * the PDUs behind it would be lost, and the session left deaf. It is told as an event instead; one thrown by `event`
 * has nobody left to be told to. `deliver` is guarded where its answer is awaited.
 */
export const guardEvents = (events: SessionEvents): SessionEvents => {
  const event = (told: SessionEvent): void => {
    try {
      events.event?.(told);
    } catch {
      // Nobody is left to be told.
    }
  };
  const guard = (listener: Listener, call: () => void): void => {
    try {
      call();
    } catch (error) {
      event({ type: 'listener-fault', listener, error });
    }
  };
  return {
    deliver: (pdu) => events.deliver(pdu),
    lateResponse: (late) => guard('lateResponse', () => events.lateResponse(late)),
    closed: (reason) => guard('closed', () => events.closed(reason)),
    event,
    ...(events.passed && {
      passed: (direction, pdu) => guard('passed', () => events.passed?.(direction, pdu)),
    }),
  };
};
