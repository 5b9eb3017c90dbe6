import * as z from 'zod';
import { Instant } from './messages.ts';

const time = z.iso.datetime();

/** As many hours as one answer can have. */
export const mostStatisticsHours = 31 * 24;

/** The query of statistics: whole hours, UTC. */
export const ReadStatistics = z.strictObject({
  from_time: Instant.optional().meta({
    description: 'The hour of this time and later; a day before to_time when left out.',
  }),
  to_time: Instant.optional().meta({ description: 'Before this time; now when left out.' }),
});
export type ReadStatistics = z.infer<typeof ReadStatistics>;

const outcomes = {
  submitted: z.int().meta({ description: 'Parts that providers took.' }),
  delivered: z.int(),
  failed: z.int(),
  expired: z.int(),
  latency_ms: z
    .int()
    .nullable()
    .meta({ description: 'From submission to delivery, on average; null: none was measured.' }),
};

const times = z.record(z.string(), z.int());

const ofProvider = {
  ...outcomes,
  refused: z.int().meta({ description: 'Parts that it did not take.' }),
  unknown: z.int().meta({ description: 'Parts that it never answered.' }),
  success_rate: z
    .number()
    .nullable()
    .meta({ description: 'delivered of what came to an end, 0 to 1; null: nothing did.' }),
  errors: times.meta({ description: 'How often it refused with which command_status.' }),
  receipts: times.meta({ description: 'How often its receipts had which state.' }),
  cost_micros: z.int().meta({ description: 'What it charges, in millionths of the currency’s unit.' }),
  price_cents: z.int().meta({ description: 'What clients paid for what it carried.' }),
  margin_micros: z.int().meta({ description: 'The one less the other, in millionths.' }),
};

/** 200 of GET /v1/admin/providers/{name}/statistics. Hours in which nothing happened are left out. */
export const ProviderStatistics = z.object({
  provider: z.string(),
  from_time: time,
  to_time: time,
  total: z.object(ofProvider),
  hours: z.array(z.object({ hour: time, ...ofProvider })),
});
export type ProviderStatistics = z.infer<typeof ProviderStatistics>;

const ofClient = { ...outcomes, spent_cents: z.int().meta({ description: 'What was captured.' }) };

/** 200 of GET /v1/stats. Hours and countries in which nothing happened are left out. */
export const ClientStatistics = z.object({
  from_time: time,
  to_time: time,
  total: z.object(ofClient),
  hours: z.array(z.object({ hour: time, ...ofClient })),
  destinations: z.array(
    z.object({
      country: z.string().nullable().meta({ description: 'ISO 3166-1 alpha-2; null: of no country.' }),
      ...ofClient,
    }),
  ),
});
export type ClientStatistics = z.infer<typeof ClientStatistics>;
