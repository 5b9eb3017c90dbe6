import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { metrics } from '#shared/telemetry.ts';
import type { LinkFigures } from './bridge-instruments.ts';

/** What one provider did since it was last told to CloudWatch. */
export interface ProviderSums {
  submitted(): void;
  /** @param status the specification's name of it, or why there was no answer. */
  refused(status: string): void;
  receipted(): void;
  responded(seconds: number): void;
  /** Tells it, and begins anew. */
  publish(figures: LinkFigures): void;
}

/**
 * A series of its own for each of few providers: what the carriers dashboard shows, and what lets an alarm name the one
 * it is for.
 */
export const createProviderSums = (provider: string): ProviderSums => {
  let submitted = 0;
  let receipts = 0;
  let responses = { count: 0, seconds: 0 };
  let refusals = new Map<string, number>();
  const single = (name: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number, status?: string) => {
    const metric = metrics.singleMetric();
    metric.addDimension('provider', provider);
    if (status !== undefined) metric.addDimension('command_status', status);
    metric.addMetric(name, unit, value);
  };
  const count = (name: string, value: number) => single(name, MetricUnit.Count, value);
  return {
    submitted: () => void submitted++,
    refused: (status) => void refusals.set(status, (refusals.get(status) ?? 0) + 1),
    receipted: () => void receipts++,
    responded: (seconds) => {
      responses = { count: responses.count + 1, seconds: responses.seconds + seconds };
    },
    publish: ({ slots, bound, openCircuits, inFlight, window }) => {
      count('ProviderBindsMissing', Math.max(0, slots - bound));
      count('ProviderCircuitsOpen', openCircuits);
      count('ProviderBoundSessions', bound);
      count('ProviderPartsSubmitted', submitted);
      count('ProviderReceiptsReceived', receipts);
      if (window > 0) single('ProviderWindowUsed', MetricUnit.Percent, (100 * inFlight) / window);
      if (responses.count > 0)
        single('ProviderResponded', MetricUnit.Milliseconds, (1000 * responses.seconds) / responses.count);
      for (const [status, refused] of refusals) single('ProviderPartsRefused', MetricUnit.Count, refused, status);
      submitted = 0;
      receipts = 0;
      responses = { count: 0, seconds: 0 };
      refusals = new Map();
    },
  };
};
