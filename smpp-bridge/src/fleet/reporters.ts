import type { OutgoingMessage } from '#shared/adapters/queues.ts';
import { createReporter, type Reporter } from '../delivery/reporter.ts';

/** A reporter for each provider: what is reported together is of one. They outlive its link, for what comes late. */
export interface Reporters {
  of(provider: string): Reporter;
  idle(): Promise<void>;
}

export const createReporters = (send: (messages: readonly OutgoingMessage[]) => Promise<void>): Reporters => {
  const reporters = new Map<string, Reporter>();
  return {
    of: (provider) => {
      const known = reporters.get(provider) ?? createReporter(provider, send);
      reporters.set(provider, known);
      return known;
    },
    idle: async () => {
      await Promise.all([...reporters.values()].map((reporter) => reporter.idle()));
    },
  };
};
