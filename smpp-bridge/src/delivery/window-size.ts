/** How many submit_sm one bind keeps in flight. Every time is in milliseconds of one monotonic clock. */
export interface WindowSize {
  /** From 1; what is behind the point is on its way to the next. */
  readonly size: number;
  /** Until a first trouble the window doubles with every flight, as TCP's does. */
  readonly isOpening: boolean;
  readonly shrunkAt: number;
  /** The quickest answers since `minuteAt`, and in the minute before. */
  readonly minuteAt: number;
  readonly bestNow: number;
  readonly bestBefore: number;
}

export type WindowEvent =
  /** `isFull`: the window was in use to its last slot when it was sent, or after. */
  | { readonly type: 'accepted'; readonly sentAt: number; readonly isFull: boolean }
  | { readonly type: 'throttled'; readonly sentAt: number; readonly inFlight: number }
  /** The response timeout passed. */
  | { readonly type: 'unanswered'; readonly sentAt: number };

const firstSize = 4;
/** An answer is slow when it takes so many times the quickest of late, and is noticed at all. */
const slowTimes = 4;
const noticedMs = 250;
const slowCut = 0.7;
const lossCut = 0.5;
/** A throttling takes what is not used, and a little of what is: some SMSCs throttle a window, not a rate. */
const usedCut = 0.9;
const minuteMs = 60_000;

/** A bind that has just begun: a small window, or the smaller one that is configured. */
export const startWindow = (most: number, now: number): WindowSize => ({
  size: Math.min(firstSize, most),
  isOpening: true,
  shrunkAt: Number.NEGATIVE_INFINITY,
  minuteAt: now,
  bestNow: Number.POSITIVE_INFINITY,
  bestBefore: Number.POSITIVE_INFINITY,
});

const timed = (window: WindowSize, latencyMs: number, now: number): WindowSize => {
  const minutes = Math.floor((now - window.minuteAt) / minuteMs);
  if (minutes < 1) return { ...window, bestNow: Math.min(window.bestNow, latencyMs) };
  const bestBefore = minutes === 1 ? window.bestNow : Number.POSITIVE_INFINITY;
  return { ...window, minuteAt: window.minuteAt + minutes * minuteMs, bestNow: latencyMs, bestBefore };
};

/** One flight shrinks the window once. */
const shrunk = (window: WindowSize, sentAt: number, size: number, now: number): WindowSize =>
  sentAt <= window.shrunkAt ? window : { ...window, size: Math.max(1, size), isOpening: false, shrunkAt: now };

const grown = (window: WindowSize, most: number): WindowSize => ({
  ...window,
  size: Math.min(most, window.size + (window.isOpening ? 1 : 1 / window.size)),
});

/**
 * The window after an event, from 1 to `most`: it grows by one a flight while it is full and answered quickly, and
 * shrinks by a factor when answers are slow, missing, or throttlings. Window by round trip is the throughput, so an SMSC
 * that answers in its usual time, however long that is, gets the whole window.
 */
export const windowAfter = (window: WindowSize, event: WindowEvent, most: number, now: number): WindowSize => {
  const { sentAt } = event;
  switch (event.type) {
    case 'throttled':
      return shrunk(
        window,
        sentAt,
        Math.min(window.size, Math.max(window.size * lossCut, event.inFlight * usedCut)),
        now,
      );
    case 'unanswered':
      return shrunk(window, sentAt, window.size * lossCut, now);
    case 'accepted': {
      const latencyMs = Math.max(0, now - sentAt);
      const next = timed(window, latencyMs, now);
      const usual = Math.min(next.bestNow, next.bestBefore);
      if (latencyMs > Math.max(noticedMs, slowTimes * usual)) return shrunk(next, sentAt, next.size * slowCut, now);
      return event.isFull ? grown(next, most) : next;
    }
  }
};
