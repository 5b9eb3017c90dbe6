import * as z from 'zod';
import { messageKinds } from '#shared/domain/routing/message-kind.ts';
import { ClientId } from './identifiers.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { CostPrefix } from './provider-admin.ts';
import { ProviderName } from './providers.ts';
import { Priority } from './queue-messages.ts';

export const RouteId = z.uuid({ version: 'v7', error: 'is not a UUID v7' }).brand<'RouteId'>();
export type RouteId = z.infer<typeof RouteId>;

/** More to choose from than anyone has contracts for. */
const mostCandidates = 20;

const Candidates = z
  .array(
    z.strictObject({
      provider: ProviderName,
      weight: z
        .int()
        .min(0)
        .max(1_000)
        .default(100)
        .meta({ description: 'A per cent by which its score is multiplied; 0: only when no other is up.' }),
    }),
  )
  .min(1)
  .max(mostCandidates)
  .refine(
    (candidates) => new Set(candidates.map(({ provider }) => provider)).size === candidates.length,
    'names a provider twice: a message that it refused would come round to it again',
  )
  .meta({ description: 'In the order that counts between those that score alike.' });

const fields = {
  prefix: CostPrefix.meta({ description: 'How the number begins; empty: any number.' }),
  client_id: ClientId.nullable().meta({ description: 'Null: any client.' }),
  kind: z.enum(messageKinds).nullable().meta({ description: 'Null: any.' }),
  priority: Priority.nullable().meta({ description: 'Null: any.' }),
  enabled: z.boolean(),
  candidates: Candidates,
};

/** POST /v1/admin/routes. */
export const CreateRoute = z.strictObject({
  ...fields,
  prefix: fields.prefix.default(''),
  client_id: fields.client_id.default(null),
  kind: fields.kind.default(null),
  priority: fields.priority.default(null),
  enabled: fields.enabled.default(true),
});
export type CreateRoute = z.infer<typeof CreateRoute>;

/** PATCH /v1/admin/routes/{id}: what is left out stays as it is; candidates are given anew as a whole. */
export const ChangeRoute = z
  .strictObject(fields)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'changes nothing');
export type ChangeRoute = z.infer<typeof ChangeRoute>;

const time = z.iso.datetime();

export const RouteView = z.object({
  id: z.uuid(),
  prefix: z.string(),
  client_id: z.uuid().nullable(),
  kind: fields.kind,
  priority: fields.priority,
  enabled: z.boolean(),
  candidates: z.array(z.object({ provider: z.string(), weight: z.int() })),
  created_at: time,
  updated_at: time,
});
export type RouteView = z.infer<typeof RouteView>;

/** The query of GET /v1/admin/routes. Newest first; what is left out does not narrow it. */
export const ListRoutes = z.strictObject({
  prefix: CostPrefix.optional().meta({ description: 'Exactly this one.' }),
  client_id: ClientId.optional(),
  provider: ProviderName.optional().meta({ description: 'Those that have it among their candidates.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListRoutes = z.infer<typeof ListRoutes>;

export const RouteList = z.object({ routes: z.array(RouteView), next_cursor: NextCursor });

const weight = z.int().min(0).max(100);

const routing = {
  price_weight: weight.meta({ description: 'How much a low price counts beside the other two.' }),
  success_weight: weight,
  latency_weight: weight,
  statistics_hours: z.int().min(1).max(168).meta({ description: 'Success and latency are those of so many hours.' }),
  parts_per_second: z
    .number()
    .max(100_000)
    .refine((rate) => rate >= 0.1, 'would send nothing: null for no limit')
    .nullable()
    .meta({ description: 'Of all providers together; null: no such limit.' }),
};

/** PATCH /v1/admin/routing. */
export const ChangeRouting = z
  .strictObject(routing)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'changes nothing');
export type ChangeRouting = z.infer<typeof ChangeRouting>;

/** 200 of GET /v1/admin/routing: how candidates are weighed. */
export const RoutingView = z.object({ ...routing, version: z.int().meta({ description: 'Grows with every change.' }) });
export type RoutingView = z.infer<typeof RoutingView>;
