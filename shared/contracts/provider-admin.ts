import * as z from 'zod';
import { Instant } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { httpFields, type ProviderKind, ProviderName, providerKinds, smppFields } from './providers.ts';

const time = z.iso.datetime();

const Password = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]*$/, 'has characters that are not visible ASCII')
  .meta({
    description: 'Of the bind, 1 to 8 characters; with HTTP the key that signs, 16 to 128. It is never told again.',
  });

const TracedUntil = Instant.nullable().meta({
  description: 'Until then every PDU is logged, masked; it ends within a day in any case.',
});

/** A field that need not be given has no default either: what is left out of a change stays as it is. */
const unset = <Field extends z.ZodType>(field: Field): z.ZodOptional<z.ZodType<z.output<Field>>> =>
  z.optional(field instanceof z.ZodDefault ? field.unwrap() : field).meta({ ...field.meta() }) as never;

type Unset<Fields> = {
  [Name in keyof Fields]: Fields[Name] extends z.ZodType ? ReturnType<typeof unset<Fields[Name]>> : never;
};

const allUnset = <Fields extends Readonly<Record<string, z.ZodType>>>(fields: Fields): Unset<Fields> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, unset(field)])) as never;

const kind = <Kind extends ProviderKind>(one: Kind) =>
  z.literal(one).meta({ description: 'What is spoken with it, for good.' });

const common = {
  name: ProviderName,
  enabled: z.boolean().default(true),
  password: Password.optional(),
};

/** POST /v1/admin/providers. */
export const CreateProvider = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: kind('smpp'), ...smppFields }),
  z.strictObject({ ...common, kind: kind('http'), ...httpFields }),
]);
export type CreateProvider = z.infer<typeof CreateProvider>;

/** PATCH /v1/admin/providers/{name}: what is left out stays as it is. Its kind and name are for good. */
export const ChangeProvider = z
  .strictObject({
    enabled: z.boolean().optional(),
    password: Password.optional(),
    traced_until: TracedUntil.optional(),
    ...allUnset(smppFields),
    ...allUnset(httpFields),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'changes nothing');
export type ChangeProvider = z.infer<typeof ChangeProvider>;

/** What of a stored provider its kind has, and nothing beside. */
export const settingsSchemas = {
  smpp: z.strictObject(smppFields),
  http: z.strictObject(httpFields),
} as const;

const shown = {
  name: z.string(),
  enabled: z.boolean(),
  password_set_at: time.nullable().meta({ description: 'Null: none has been given, and nothing can be sent.' }),
  traced_until: time.nullable(),
  created_at: time,
  updated_at: time,
};

/** A provider as an operator sees it. */
export const ProviderView = z.discriminatedUnion('kind', [
  z.object({ ...shown, kind: kind('smpp'), ...smppFields }),
  z.object({ ...shown, kind: kind('http'), ...httpFields }),
]);
export type ProviderView = z.infer<typeof ProviderView>;

/** The query of GET /v1/admin/providers. By name. */
export const ListProviders = z.strictObject({
  kind: z.enum(providerKinds).optional().meta({ description: 'Of this kind only.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListProviders = z.infer<typeof ListProviders>;

export const ProviderList = z.object({ providers: z.array(ProviderView), next_cursor: NextCursor });

/** What one bridge task says of a provider. */
const TaskState = z.object({
  task: z.uuid().meta({ description: 'The task: it has a name of its own each time it starts.' }),
  slots: z.int().meta({ description: 'Bind slots that it holds.' }),
  bound: z.int().meta({ description: 'Binds of them that are up.' }),
  window: z.int().meta({ description: 'How many submissions its binds may have waiting, together.' }),
  in_flight: z.int(),
  parts_per_second: z.number().nullable().meta({ description: 'Its share of the rate; null: none is known.' }),
  circuit_open: z.boolean(),
  reason: z.string().nullable().meta({ description: 'Why it is not up.' }),
  updated_at: time,
});

/** 200 of GET /v1/admin/providers/{name}/state: what the tasks said within the last minute. */
export const ProviderState = z.object({
  name: z.string(),
  enabled: z.boolean(),
  status: z.enum(['up', 'degraded', 'down', 'disabled', 'unknown']).meta({
    description:
      '`degraded`: some of the binds are up; `down`: none, or its circuit is open everywhere; `unknown`: no task speaks of it.',
  }),
  bound: z.int().meta({ description: 'Binds that are up, of all tasks.' }),
  in_flight: z.int(),
  reasons: z.array(z.string()).meta({ description: 'Why tasks say that it is not up; empty where none does.' }),
  tasks: z.array(TaskState).meta({ description: 'What each task says.' }),
});
export type ProviderState = z.infer<typeof ProviderState>;

/** The digits that the numbers of a cost begin with; empty: any number. */
export const CostPrefix = z
  .string()
  .regex(/^([1-9]\d{0,8})?$/, 'is no prefix: none, or 1 to 9 digits, the country code first');

export const mostProviderPrices = 1_000;

/** PUT /v1/admin/providers/{name}/prices: what is not named stays as it is. */
export const SetProviderPrices = z.strictObject({
  prices: z
    .array(
      z.strictObject({
        prefix: CostPrefix,
        part_cost_micros: z
          .int()
          .min(0)
          .max(1_000_000_000_000)
          .meta({ description: 'What a part costs, in millionths of the currency’s unit: 10,000 are a cent.' }),
      }),
    )
    .min(1)
    .max(mostProviderPrices)
    .refine((prices) => new Set(prices.map(({ prefix }) => prefix)).size === prices.length, 'names a prefix twice'),
});
export type SetProviderPrices = z.infer<typeof SetProviderPrices>;

export const ProviderPricesSet = z.object({ provider: z.string(), prices: z.int() });

/** The query of GET /v1/admin/providers/{name}/prices. By prefix. */
export const ListProviderPrices = z.strictObject({ limit: PageLimit, cursor: PageCursor });

export const ProviderPriceList = z.object({
  provider: z.string(),
  prices: z.array(z.object({ prefix: z.string(), part_cost_micros: z.int(), updated_at: time })),
  next_cursor: NextCursor,
});
export type ProviderPriceList = z.infer<typeof ProviderPriceList>;
