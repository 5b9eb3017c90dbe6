import type { CostLine } from './cost-line.ts';
import type { Call } from './measurement.ts';
import type { Priced } from './prices.ts';

/** What one call of a service is paid by; a receive, a write or a read of one unit. */
const priceOf = ({ service, operation }: Call): Priced | undefined => {
  if (service === 'sqs') return operation === 'grouped' ? 'fairQueueRequest' : 'queueRequest';
  if (service === 'rds-data') return 'dataApiRequest';
  if (service === 'dynamodb') return /^(Get|Query)/.test(operation) ? 'tableRead' : 'tableWrite';
  if (service === 'kms') return 'keyRequest';
  return service === 'secretsmanager' ? 'secretRequest' : undefined;
};

/** Calls at what they cost, by price. */
export const priceCalls = (what: string, calls: readonly (readonly [Call, times: number])[]): CostLine[] => {
  const millions = new Map<Priced, number>();
  for (const [call, times] of calls) {
    const price = priceOf(call);
    if (price) millions.set(price, (millions.get(price) ?? 0) + times / 1e6);
  }
  return [...millions].map(([price, amount]) => ({ what, price, amount }));
};
