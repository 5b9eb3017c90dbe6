import type { OutgoingMessage } from '#shared/adapters/queues.ts';
import { type Outcome, OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { type Batcher, createBatcher } from './batcher.ts';

export interface Reporter {
  /** Resolves once all of it is safely in the outcomes queue; tries until then. */
  report(outcomes: readonly Outcome[]): Promise<void>;
  /** As `report`, but one attempt only: for what its sender repeats when it is not taken. */
  reportOnce(outcome: Outcome): Promise<void>;
  idle(): Promise<void>;
}

const perMessage = 100;
const firstPauseMs = 200;
const longestPauseMs = 5_000;

/** Joins outcomes into few queue messages of one provider each. */
export const createReporter = (
  provider: string,
  send: (messages: readonly OutgoingMessage[]) => Promise<void>,
): Reporter => {
  const batches: Batcher<Outcome, void> = createBatcher({ most: perMessage, lingerMs: 50 }, async (outcomes) => {
    const body = OutcomesReported.parse({ type: 'OutcomesReported', version: 1, provider, outcomes });
    await send([{ body }]);
    return outcomes.map(() => undefined);
  });
  const reportUntilSafe = async (outcome: Outcome): Promise<void> => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await batches.add(outcome);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  };
  return {
    report: async (outcomes) => {
      await Promise.all(outcomes.map(reportUntilSafe));
    },
    reportOnce: (outcome) => batches.add(outcome),
    idle: () => batches.idle(),
  };
};
