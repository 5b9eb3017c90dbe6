/** What an operator allows on one bind. */
export interface PaceLimits {
  /** Parts per second; undefined where it is to be found out. */
  readonly mostPerSecond?: number;
  /** Parts that may go at once after a rest, from 1. */
  readonly burst: number;
}

/** How fast one bind submits. Every time is in milliseconds of one monotonic clock. */
export interface Pace {
  /** Parts per second. */
  readonly rate: number;
  /** Parts that may go at `at`; what is below one is still to come. */
  readonly tokens: number;
  readonly at: number;
  /** Near this rate the SMSC throttled last; undefined until it does, and for as long the rate doubles. */
  readonly ceiling: number | undefined;
  readonly cutAt: number;
  readonly pausedAt: number;
  readonly pauseMs: number;
  /** When a part last had to wait for the pace: a rate that nobody needed proves nothing, and does not grow. */
  readonly heldAt: number;
  /** Parts accepted in the second since `secondAt`, and in the one before. */
  readonly secondAt: number;
  readonly acceptedNow: number;
  readonly acceptedBefore: number;
}

export type PaceEvent =
  /** A part goes out. */
  | { readonly type: 'sent' }
  /** A part waits for the pace, and for nothing else. */
  | { readonly type: 'held' }
  | { readonly type: 'accepted'; readonly sentAt: number }
  | { readonly type: 'throttled'; readonly sentAt: number }
  /** The operator allows something else than before. */
  | { readonly type: 'limited' };

const firstRate = 50;
const leastRate = 1;
/** Added for every part accepted while the rate doubles: once in half a second. */
const openingStep = Math.log(2) / 0.5;
/** Beyond so many times what was accepted lately the rate does not grow: then it is not what holds parts up. */
const provenTimes = 3;
/** Added in a second: a share of the ceiling, and of the way that is left up to it. */
const probingShare = 0.01;
const recoveryShare = 0.3;
/** At a throttling the rate becomes what was accepted lately, and within these shares of what it was. */
const gentlestCut = 0.95;
const sharpestCut = 0.7;
/** What was accepted lately, and a little more. */
const ceilingMargin = 1.05;
/** A cut shows its effect before the next is made. */
const cutEveryMs = 200;
/** So long without a throttling, and the ceiling was too low, or is no more: what is added doubles in each of these times. */
const doubtAfterMs = 4_000;
const doublingMs = 2_000;
const shortestPauseMs = 20;
const longestPauseMs = 5_000;
/** After a first throttling, so much of a second may be made good at once: a timer is never on time. */
const lateSeconds = 0.05;
const secondMs = 1_000;

const boundedRate = (rate: number, { mostPerSecond = Number.POSITIVE_INFINITY }: PaceLimits): number =>
  Math.min(Math.max(rate, leastRate), mostPerSecond);

/** A bind that has just begun: at the rate its operator allows, or slowly where none is known. */
export const startPace = (limits: PaceLimits, now: number): Pace => ({
  rate: boundedRate(limits.mostPerSecond ?? firstRate, limits),
  tokens: limits.burst,
  at: now,
  ceiling: limits.mostPerSecond,
  cutAt: Number.NEGATIVE_INFINITY,
  pausedAt: Number.NEGATIVE_INFINITY,
  pauseMs: 0,
  heldAt: Number.NEGATIVE_INFINITY,
  secondAt: now,
  acceptedNow: 0,
  acceptedBefore: 0,
});

const wasThrottled = ({ cutAt }: Pace): boolean => cutAt > Number.NEGATIVE_INFINITY;

/** The burst belongs to a known rate: where none is, or it proved too high, no more than a late timer's parts go at once. */
const mostTokens = (pace: Pace, { burst, mostPerSecond }: PaceLimits): number => {
  const late = 1 + pace.rate * lateSeconds;
  if (mostPerSecond === undefined) return late;
  return wasThrottled(pace) ? Math.min(burst, late) : burst;
};

const refilled = (pace: Pace, limits: PaceLimits, now: number): Pace => {
  const earned = (Math.max(0, now - pace.at) / 1000) * pace.rate;
  return { ...pace, tokens: Math.min(mostTokens(pace, limits), pace.tokens + earned), at: Math.max(now, pace.at) };
};

/** So many parts may go at `now`. */
export const partsAllowed = (pace: Pace, limits: PaceLimits, now: number): number =>
  now < pace.pausedAt + pace.pauseMs ? 0 : Math.floor(refilled(pace, limits, now).tokens);

/** When the next part may go, if nothing happens until then. */
export const nextPartAt = (pace: Pace, now: number): number => {
  const earnedAt = pace.tokens >= 1 ? pace.at : pace.at + ((1 - pace.tokens) / pace.rate) * 1000;
  return Math.max(now, earnedAt, pace.pausedAt + pace.pauseMs);
};

const counted = (pace: Pace, now: number): Pace => {
  const seconds = Math.floor((now - pace.secondAt) / secondMs);
  if (seconds < 1) return pace;
  const acceptedBefore = seconds === 1 ? pace.acceptedNow : 0;
  return { ...pace, secondAt: pace.secondAt + seconds * secondMs, acceptedNow: 0, acceptedBefore };
};

/** Parts accepted in the second that ends now. */
const acceptedLately = ({ secondAt, acceptedNow, acceptedBefore }: Pace, now: number): number =>
  acceptedNow + acceptedBefore * (1 - (now - secondAt) / secondMs);

const growth = ({ rate, ceiling, cutAt }: Pace, now: number): number => {
  if (ceiling === undefined) return openingStep;
  const doublings = Math.max(0, now - cutAt - doubtAfterMs) / doublingMs;
  const added = probingShare * ceiling * 2 ** doublings + recoveryShare * Math.max(0, ceiling - rate);
  return Math.min(openingStep, added / rate);
};

const onAccepted = (pace: Pace, sentAt: number, limits: PaceLimits, now: number): Pace => {
  const tallied = counted(pace, now);
  const next = {
    ...tallied,
    acceptedNow: tallied.acceptedNow + 1,
    pauseMs: sentAt > pace.pausedAt ? 0 : pace.pauseMs,
  };
  if (now - pace.heldAt > secondMs) return next;
  const proven = firstRate + provenTimes * acceptedLately(next, now);
  const grown = Math.max(next.rate, Math.min(next.rate + growth(next, now), proven));
  return { ...next, rate: boundedRate(grown, limits) };
};

const onThrottled = (pace: Pace, sentAt: number, limits: PaceLimits, now: number): Pace => {
  // Parts of one flight are throttled together, and that says one thing once.
  if (sentAt <= pace.pausedAt) return pace;
  const pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, pace.pauseMs * 2));
  const paused = { ...counted(pace, now), pausedAt: now, pauseMs, tokens: Math.min(1, pace.tokens) };
  if (sentAt < pace.cutAt + cutEveryMs) return paused;
  const lately = acceptedLately(paused, now);
  const rate = boundedRate(Math.min(pace.rate * gentlestCut, Math.max(pace.rate * sharpestCut, lately)), limits);
  return {
    ...paused,
    rate,
    ceiling: Math.min(pace.rate, Math.max((rate + pace.rate) / 2, lately * ceilingMargin)),
    cutAt: now,
  };
};

/** A rate that the SMSC never throttled is the operator's; one that it did grows from where it is, up to that. */
const onLimited = (pace: Pace, limits: PaceLimits): Pace => {
  const { mostPerSecond } = limits;
  if (!wasThrottled(pace))
    return { ...pace, rate: boundedRate(mostPerSecond ?? pace.rate, limits), ceiling: mostPerSecond };
  const ceiling = Math.min(pace.ceiling ?? Number.POSITIVE_INFINITY, mostPerSecond ?? Number.POSITIVE_INFINITY);
  return { ...pace, rate: boundedRate(pace.rate, limits), ceiling: Number.isFinite(ceiling) ? ceiling : undefined };
};

/**
 * The pace after an event: a token bucket whose rate grows by addition while the SMSC takes all that it is given and is
 * cut by a factor when it throttles, with a pause that doubles until something is accepted again.
 */
export const paceAfter = (pace: Pace, event: PaceEvent, limits: PaceLimits, now: number): Pace => {
  const current = refilled(pace, limits, now);
  switch (event.type) {
    case 'sent':
      return { ...current, tokens: current.tokens - 1 };
    case 'held':
      return { ...current, heldAt: now };
    case 'accepted':
      return onAccepted(current, event.sentAt, limits, now);
    case 'throttled':
      return onThrottled(current, event.sentAt, limits, now);
    case 'limited':
      return onLimited(current, limits);
  }
};
