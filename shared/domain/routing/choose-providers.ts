import type { Candidate, FleetRoute, RoutedMessage, RoutingData } from './fleet.ts';

/** A candidate with why it stands where it does. */
export interface RankedProvider {
  readonly provider: string;
  /** 0 to 1, times the candidate's weight. */
  readonly score: number;
  /** What a part costs, in millionths of the currency's unit; null: nobody said. */
  readonly part_cost_micros: number | null;
  /** 0 to 1: of what it took lately, how much came to a good end; see `smoothed`. */
  readonly success_rate: number;
  readonly latency_ms: number | null;
}

export type Routing =
  | {
      readonly outcome: 'routed';
      readonly route: FleetRoute;
      /** The best first: take the first that is up. */
      readonly candidates: readonly [RankedProvider, ...RankedProvider[]];
    }
  /** No route fits, or the one that does has no provider that is enabled. */
  | { readonly outcome: 'none'; readonly reason: 'no-route' | 'no-provider'; readonly route: FleetRoute | null };

export type Router = (message: RoutedMessage) => Routing;

const longestPrefix = 9;

/** What a provider without measurements is taken to achieve, and how many measurements that is worth. */
const prior = { rate: 0.95, parts: 20 };

/** A success rate that a handful of parts does not throw about. */
const smoothed = ({ succeeded, failed }: { readonly succeeded: number; readonly failed: number }): number =>
  (succeeded + prior.rate * prior.parts) / (succeeded + failed + prior.parts);

const fits = (route: FleetRoute, { client_id, kind, priority }: RoutedMessage): boolean =>
  (route.client_id === null || route.client_id === client_id) &&
  (route.kind === null || route.kind === kind) &&
  (route.priority === null || route.priority === priority);

/** The more of a message a route names, the earlier it is asked; the client counts more than the kind, that more than the priority. */
const specificity = (route: FleetRoute): number =>
  (route.client_id === null ? 0 : 4) + (route.kind === null ? 0 : 2) + (route.priority === null ? 0 : 1);

/** The longest prefix of `digits` that `find` knows. */
const byLongestPrefix = <Found>(digits: string, find: (prefix: string) => Found | undefined): Found | undefined => {
  for (let length = Math.min(longestPrefix, digits.length); length >= 0; length -= 1) {
    const found = find(digits.slice(0, length));
    if (found !== undefined) return found;
  }
  return undefined;
};

const grouped = (routes: readonly FleetRoute[]): ReadonlyMap<string, readonly FleetRoute[]> => {
  const byPrefix = Map.groupBy(routes, ({ prefix }) => prefix);
  for (const group of byPrefix.values()) group.sort((a, b) => specificity(b) - specificity(a));
  return byPrefix;
};

interface Measured extends Omit<RankedProvider, 'score'> {
  readonly weight: number;
}

const measure = ({ provider, weight }: Candidate, recipient: string, data: RoutingData): Measured => {
  const prices = data.prices[provider] ?? {};
  const achieved = data.statistics[provider];
  return {
    provider,
    weight,
    part_cost_micros: byLongestPrefix(recipient, (prefix) => prices[prefix]) ?? null,
    success_rate: smoothed(achieved ?? { succeeded: 0, failed: 0 }),
    latency_ms: achieved?.latency_ms ?? null,
  };
};

/** 1 for the least of all, less for more; what is not known is `unknown`. */
const relative = (value: number | null, known: readonly number[], unknown: number): number => {
  const figure = value ?? unknown;
  return figure <= 0 ? 1 : Math.min(1, Math.max(0, Math.min(...known, figure)) / figure);
};

/**
 * A price that nobody said is taken for the highest, since it would be no reason to prefer a provider; a latency that
 * nobody measured for the lowest, since it would never be measured otherwise.
 */
const rank = (measured: readonly Measured[], { weights }: RoutingData): RankedProvider[] => {
  const costs = measured.flatMap(({ part_cost_micros: cost }) => (cost === null ? [] : [cost]));
  const latencies = measured.flatMap(({ latency_ms: latency }) => (latency === null ? [] : [latency]));
  const dearest = Math.max(0, ...costs);
  const fastest = latencies.length > 0 ? Math.min(...latencies) : 0;
  const total = weights.price + weights.success + weights.latency || 1;
  const scored = measured.map(({ weight, ...each }) => ({
    ...each,
    score:
      ((weights.price * relative(each.part_cost_micros, costs, dearest) +
        weights.success * each.success_rate +
        weights.latency * relative(each.latency_ms, latencies, fastest)) /
        total) *
      (weight / 100),
  }));
  // Stable: between equals the operator's order stays.
  return scored.toSorted((a, b) => b.score - a.score);
};

/**
 * Prepares the choice, which is made for every message, and asks the data no more than a few times each.
 *
 * Of the routes that fit a message the one with the longest prefix counts, then the one that names its client, its kind,
 * its priority, in this order; no other is tried when its providers are down, for who names a route means it.
 */
export const createRouter = (data: RoutingData): Router => {
  const byPrefix = grouped(data.routes);
  return (message) => {
    const route = byLongestPrefix(message.recipient, (prefix) =>
      byPrefix.get(prefix)?.find((each) => fits(each, message)),
    );
    if (!route) return { outcome: 'none', reason: 'no-route', route: null };
    const enabled = route.candidates.filter(({ provider }) => data.providers.has(provider));
    const [first, ...others] = rank(
      enabled.map((candidate) => measure(candidate, message.recipient, data)),
      data,
    );
    return first
      ? { outcome: 'routed', route, candidates: [first, ...others] }
      : { outcome: 'none', reason: 'no-provider', route };
  };
};

/** The providers that may carry a message, the best first. For more than one message prepare `createRouter`. */
export const chooseProviders = (data: RoutingData, message: RoutedMessage): Routing => createRouter(data)(message);
