import { SqlError } from '#shared/adapters/data-api.ts';

/** Serialization, deadlock, shutdown and connection: what passes (PostgreSQL, appendix A). */
const passing = /^(40|53|57|08)/;

const isPassing = (error: unknown): boolean => !(error instanceof SqlError) || passing.test(error.sqlState);

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Does what must not be left undone, again and again until it is answered: a statement that may have committed although
 * its answer was lost, and that can be repeated. The task's lease bounds it: without the database that passes too.
 *
 * @throws what will not pass by waiting.
 */
export const persistently = async <Result>(
  work: () => Promise<Result>,
  fault: (error: unknown) => void,
): Promise<Result> => {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      fault(error);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
};
