/** What all providers together may be given, as one task's part of it: a token bucket before every link. */
export interface PartsGate {
  /** When the next part may go, on the clock it was made with; a past moment: now. */
  readonly opensAt: number;
  /** A part goes. */
  take(): void;
}

/** So much of a second may go at once: a timer is never on time. */
const burstSeconds = 0.1;
const leastPerSecond = 0.01;

/**
 * @param perSecond parts a second as they are allowed now; null: without limit.
 * @param now monotonic milliseconds.
 */
export const createPartsGate = (
  perSecond: () => number | null,
  now: () => number = () => performance.now(),
): PartsGate => {
  let tokens = 1;
  let at = now();
  const refill = (): number | null => {
    const rate = perSecond();
    const most = rate === null ? 1 : Math.max(1, rate * burstSeconds);
    tokens = rate === null ? 1 : Math.min(most, tokens + ((now() - at) / 1000) * rate);
    at = now();
    return rate;
  };
  return {
    get opensAt() {
      const rate = refill();
      return rate === null || tokens >= 1 ? at : at + ((1 - tokens) / Math.max(leastPerSecond, rate)) * 1000;
    },
    take: () => {
      if (refill() !== null) tokens -= 1;
    },
  };
};
