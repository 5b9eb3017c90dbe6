interface Stoppable {
  stop(): Promise<void> | void;
}

/** What runs and has to be stopped, the last started first. */
export interface ShutdownList {
  add<Running extends Stoppable>(running: Running): Running;
  /** Stops everything, each even if another could not be stopped. @throws AggregateError of what went wrong. */
  stopAll(): Promise<void>;
}

export const createShutdownList = (): ShutdownList => {
  const running: Stoppable[] = [];
  return {
    add: (each) => {
      running.push(each);
      return each;
    },
    stopAll: async () => {
      const faults: unknown[] = [];
      for (let last = running.pop(); last; last = running.pop()) {
        try {
          await last.stop();
        } catch (error) {
          faults.push(error);
        }
      }
      if (faults.length > 0) throw new AggregateError(faults, 'Not everything could be stopped.');
    },
  };
};
