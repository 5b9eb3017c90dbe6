import * as z from 'zod';
import { messageKinds } from '#shared/domain/routing/message-kind.ts';

/** Which providers a message would take now, the best first; what of it is the operators' is null to a client. */
export const RouteQuote = z.object({
  id: z.uuid(),
  prefix: z.string(),
  kind: z.enum(messageKinds).meta({ description: 'What kind the message is.' }),
  candidates: z.array(
    z.object({
      provider: z.string(),
      success_rate: z.number().meta({ description: '0 to 1, of the last hours.' }),
      latency_ms: z
        .number()
        .nullable()
        .meta({ description: 'From submission to delivery, on average; null: not measured.' }),
      part_cost_micros: z.int().nullable(),
      score: z.number().nullable(),
    }),
  ),
});
export type RouteQuote = z.infer<typeof RouteQuote>;
