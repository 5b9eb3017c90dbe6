import type { StatusTable } from '../pdu/command-status.ts';
import type { Session, SubmitResult, SubmitSmFields } from '../session/session-types.ts';
import { nextPartAt, type PaceEvent, type PaceLimits, paceAfter, partsAllowed, startPace } from './pace.ts';
import { startWindow, type WindowEvent, windowAfter } from './window-size.ts';

/** What is configured for each bind of a provider. */
export interface LaneLimits extends PaceLimits {
  /** submit_sm without a response at once. */
  readonly mostInFlight: number;
}

/** The window of a bind grew or shrank: from how many slots to how many, and what the bind did. */
export interface WindowChange {
  readonly from: number;
  readonly to: number;
  readonly after: WindowEvent['type'];
  /** The time the answer took, in milliseconds; of an unanswered submit_sm the response timeout. */
  readonly answer_ms: number;
}

/** One bound session, with the window and the pace that its SMSC has shown to like. */
export interface Lane<Fields = SubmitSmFields> {
  readonly session: LaneSession<Fields>;
  /** How many parts may go over it now. */
  readonly room: number;
  /** When its pace lets the next part go; undefined when what it lacks is a slot. */
  readonly opensAt: number | undefined;
  /** Parts per second. */
  readonly rate: number;
  readonly window: number;
  /** A part waits for its pace. */
  hold(): void;
  submit(fields: Fields, token: unknown): Promise<SubmitResult>;
  /** Other limits hold from now on; what was learnt of the SMSC stays. */
  change(limits: LaneLimits): void;
}

/** What a lane needs of a session: an SMPP session, or anything else that takes parts one by one and answers each. */
export interface LaneSession<Fields>
  extends Pick<Session, 'state' | 'freeSlots' | 'inFlight' | 'whenSlotFree' | 'resizeWindow' | 'fault'> {
  submit(fields: Fields, token?: unknown): Promise<SubmitResult>;
}

type Outcome = 'accepted' | 'throttled' | 'unanswered' | 'neither';

/** A lane over a session that was just bound; `now` is a monotonic clock in milliseconds. */
export const createLane = <Fields>(
  session: LaneSession<Fields>,
  firstLimits: LaneLimits,
  statusOf: StatusTable,
  now: () => number,
  resized: (change: WindowChange) => void = () => undefined,
): Lane<Fields> => {
  let limits = firstLimits;
  let pace = startPace(limits, now());
  let window = startWindow(limits.mostInFlight, now());
  let fullAt = Number.NEGATIVE_INFINITY;
  const slots = (): number => Math.floor(window.size);
  session.resizeWindow(slots());

  const pacing = (event: PaceEvent): void => {
    pace = paceAfter(pace, event, limits, now());
  };
  const resizing = (event: WindowEvent): void => {
    const from = slots();
    window = windowAfter(window, event, limits.mostInFlight, now());
    const to = slots();
    if (to === from) return;
    session.resizeWindow(to);
    resized({ from, to, after: event.type, answer_ms: Math.round(now() - event.sentAt) });
  };

  /** A refusal for the message's own sake tells nothing of the bind: it may come much quicker than an acceptance. */
  const outcomeOf = (result: SubmitResult): Outcome => {
    if (result.outcome === 'accepted') return 'accepted';
    if (result.outcome === 'unknown') return 'unanswered';
    const isThrottled = result.outcome === 'refused' && statusOf(result.commandStatus).means === 'throttle';
    return isThrottled ? 'throttled' : 'neither';
  };

  const learn = (result: SubmitResult, sentAt: number, inFlight: number): void => {
    const outcome = outcomeOf(result);
    if (outcome === 'accepted' || outcome === 'throttled') pacing({ type: outcome, sentAt });
    if (outcome === 'accepted') resizing({ type: outcome, sentAt, isFull: fullAt >= sentAt });
    else if (outcome === 'throttled') resizing({ type: outcome, sentAt, inFlight });
    else if (outcome === 'unanswered') resizing({ type: outcome, sentAt });
  };

  return {
    session,
    get room() {
      return Math.min(session.freeSlots, partsAllowed(pace, limits, now()));
    },
    get opensAt() {
      return session.freeSlots > 0 ? nextPartAt(pace, now()) : undefined;
    },
    get rate() {
      return pace.rate;
    },
    get window() {
      return slots();
    },
    hold: () => pacing({ type: 'held' }),
    change: (changed) => {
      limits = changed;
      pacing({ type: 'limited' });
      window = { ...window, size: Math.min(window.size, limits.mostInFlight) };
      session.resizeWindow(slots());
    },
    submit: async (fields, token) => {
      const sentAt = now();
      pacing({ type: 'sent' });
      const submitted = session.submit(fields, token);
      // Responses come many at a time: by then nothing tells how full the window was.
      const { inFlight } = session;
      if (inFlight >= slots()) fullAt = sentAt;
      const result = await submitted;
      learn(result, sentAt, inFlight);
      return result;
    },
  };
};
