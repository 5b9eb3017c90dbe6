/** What the timers of a session may ask for, SMPP 3.4, 7.2, and what a socket adds. */
export type TimerVerdict =
  /** session_init_timer: the bind was not answered. */
  | 'bind-timeout'
  /** enquire_link_timer: the peer was silent for so long that it is asked whether it lives. */
  | 'send-enquire-link'
  /** It was asked and stayed silent. */
  | 'peer-dead'
  /** response_timer: the oldest submit_sm is given up. */
  | 'response-timeout'
  /** A PDU began to come and does not end: a slow drip. */
  | 'read-timeout'
  /** The peer does not take what it is sent. */
  | 'write-timeout'
  /** inactivity_timer: no message for so long that the bind is of no use. */
  | 'inactive'
  /** What was in flight at the unbind had its time to finish. */
  | 'drained'
  /** The unbind was not answered. */
  | 'unbind-timeout';

export interface TimerSettings {
  readonly bindTimeoutMs: number;
  readonly enquireLinkIntervalMs: number;
  readonly enquireLinkTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly inactivityTimeoutMs?: number;
}

/** What the timers look at. Every time is in milliseconds of one monotonic clock; undefined where nothing runs. */
export interface TimerState {
  readonly phase: 'binding' | 'bound' | 'draining' | 'unbinding' | 'closed';
  /** When the connection was begun. */
  readonly openedAt: number;
  /** When a whole PDU last came. */
  readonly heardAt: number;
  /** Since when the session reads; undefined while it holds the peer back, when silence means nothing. */
  readonly readingSince: number | undefined;
  readonly enquireLinkSentAt: number | undefined;
  readonly partialSince: number | undefined;
  readonly blockedSince: number | undefined;
  readonly oldestRequestAt: number | undefined;
  readonly lastMessageAt: number;
  readonly drainUntil: number | undefined;
  readonly unbindSentAt: number | undefined;
}

type Deadline = readonly [verdict: TimerVerdict, at: number | undefined];

const after = (since: number | undefined, delayMs: number | undefined): number | undefined =>
  since === undefined || delayMs === undefined ? undefined : since + delayMs;

/** The deadlines that ask for something to have been heard: they stand still while the session itself does not read. */
const hearingDeadlines = (state: TimerState, settings: TimerSettings): readonly Deadline[] => {
  const { readingSince, enquireLinkSentAt, oldestRequestAt, partialSince } = state;
  if (readingSince === undefined) return [];
  const silentSince = Math.max(state.heardAt, readingSince);
  const notBefore = (since: number | undefined) => (since === undefined ? undefined : Math.max(since, readingSince));
  const asked = enquireLinkSentAt !== undefined;
  return [
    ['read-timeout', after(notBefore(partialSince), settings.readTimeoutMs)],
    ['response-timeout', after(notBefore(oldestRequestAt), settings.responseTimeoutMs)],
    asked
      ? ['peer-dead', Math.max(enquireLinkSentAt, silentSince) + settings.enquireLinkTimeoutMs]
      : ['send-enquire-link', silentSince + settings.enquireLinkIntervalMs],
  ];
};

const deadlines = (state: TimerState, settings: TimerSettings): readonly Deadline[] => {
  const stalled: Deadline = ['write-timeout', after(state.blockedSince, settings.responseTimeoutMs)];
  switch (state.phase) {
    case 'binding':
      return [['bind-timeout', state.openedAt + settings.bindTimeoutMs]];
    case 'bound':
      return [
        ...hearingDeadlines(state, settings),
        stalled,
        ['inactive', after(state.lastMessageAt, settings.inactivityTimeoutMs)],
      ];
    case 'draining':
      return [...hearingDeadlines(state, settings), stalled, ['drained', state.drainUntil]];
    case 'unbinding':
      return [['unbind-timeout', after(state.unbindSentAt, settings.enquireLinkTimeoutMs)]];
    case 'closed':
      return [];
  }
};

/** What is due at `now`, in the order it is to be done. */
export const verdictsDue = (state: TimerState, settings: TimerSettings, now: number): readonly TimerVerdict[] =>
  deadlines(state, settings)
    .filter(([, at]) => at !== undefined && at <= now)
    .map(([verdict]) => verdict);

/** When the next verdict falls due, if nothing happens until then; undefined when no timer runs. */
export const nextDeadline = (state: TimerState, settings: TimerSettings): number | undefined =>
  deadlines(state, settings).reduce<number | undefined>(
    (next, [, at]) => (at === undefined || (next !== undefined && next <= at) ? next : at),
    undefined,
  );
