import { logger } from '#shared/telemetry.ts';
import type { BridgeMetrics, ProviderMetrics } from '../bridge-metrics.ts';

/** Providers that are enabled and cannot be used: told once, and counted as one bind that is missing each. */
export interface Unusable {
  readonly reasons: ReadonlyMap<string, string>;
  replace(faults: ReadonlyMap<string, string>): void;
}

const nothing = { slots: 1, bound: 0, inFlight: 0, waiting: 0, inHand: 0, window: 0, rate: 0, openCircuits: 0 };

export const createUnusable = (metrics: BridgeMetrics): Unusable => {
  const reasons = new Map<string, string>();
  const counted = new Map<string, ProviderMetrics>();
  return {
    reasons,
    replace: (faults) => {
      for (const provider of [...reasons.keys()]) {
        if (faults.has(provider)) continue;
        reasons.delete(provider);
        counted.get(provider)?.forget();
        counted.delete(provider);
      }
      for (const [provider, reason] of faults) {
        if (reasons.get(provider) !== reason) logger.error('A provider cannot be used', { provider, reason });
        reasons.set(provider, reason);
        if (!counted.has(provider))
          counted.set(
            provider,
            metrics.of(provider, () => nothing),
          );
      }
    },
  };
};
