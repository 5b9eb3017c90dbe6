import type { NewMessage } from '#shared/adapters/new-message.ts';
import type { RouteQuote } from '#shared/contracts/route-quote.ts';
import type { Routing } from '#shared/domain/routing/choose-providers.ts';
import { kindOf } from '#shared/domain/routing/message-kind.ts';

/**
 * The route of a message, and its candidates, the best first; null when it has none.
 *
 * @param isOperator whether the asker may know what a provider costs, which is between it and the operators.
 */
export const routeView = (message: NewMessage, routing: Routing | null, isOperator: boolean): RouteQuote | null =>
  routing?.outcome !== 'routed'
    ? null
    : {
        id: routing.route.id,
        prefix: routing.route.prefix,
        kind: kindOf(message.encoding),
        candidates: routing.candidates.map(({ part_cost_micros: cost, score, ...candidate }) => ({
          ...candidate,
          part_cost_micros: isOperator ? cost : null,
          score: isOperator ? score : null,
        })),
      };
