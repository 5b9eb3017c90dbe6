export interface Pause {
  /** Resolves after so long, or when it is woken: at once when it was woken before. */
  wait(ms: number): Promise<void>;
  /** Ends every wait, from now on. */
  wake(): void;
}

/** The pause between the rounds of a loop that is to end without delay. */
export const createPause = (): Pause => {
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
  return {
    wait: async (ms) => {
      const { promise: passed, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => resolve(), ms);
      await Promise.race([woken, passed]);
      clearTimeout(timer);
    },
    wake,
  };
};
