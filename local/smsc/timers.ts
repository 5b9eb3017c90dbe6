/** Timers that end together. */
export interface Timers {
  /** Runs at once when there is nothing to wait for. Answers a function that cancels. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly clear: () => void;
}

export const createTimers = (): Timers => {
  const running = new Set<NodeJS.Timeout>();
  return {
    after: (ms, run) => {
      if (ms === 0) {
        run();
        return () => undefined;
      }
      const timer = setTimeout(() => {
        running.delete(timer);
        run();
      }, ms);
      running.add(timer);
      return () => {
        running.delete(timer);
        clearTimeout(timer);
      };
    },
    clear: () => {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
};
