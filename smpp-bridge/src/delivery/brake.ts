/** How long a throttled provider is left alone. Times are milliseconds of a clock that is passed in. */
export interface Brake {
  /** Milliseconds until submitting may go on; 0 when it may. */
  remaining(now: number): number;
  /** The provider refused for now: the pause doubles, unless one is on already for refusals of the same burst. */
  throttled(now: number): void;
  /** The provider took a part: the next pause will be half as long. */
  accepted(): void;
}

const shortestPauseMs = 100;
const longestPauseMs = 5_000;

export const createBrake = (): Brake => {
  let pauseMs = 0;
  let until = 0;
  return {
    remaining: (now) => Math.max(0, until - now),
    throttled: (now) => {
      if (now < until) return;
      pauseMs = Math.min(Math.max(shortestPauseMs, pauseMs * 2), longestPauseMs);
      until = now + pauseMs;
    },
    accepted: () => {
      pauseMs = Math.floor(pauseMs / 2);
    },
  };
};
