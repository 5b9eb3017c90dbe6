import * as z from 'zod';
import { ClientId, MessageId } from './identifiers.ts';
import { Instant, Plain } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';

const time = z.iso.datetime();

/** 200 of GET /v1/account: granted = available + held + captured, to the cent; and within which limits it is spent. */
export const AccountView = z.object({
  client_id: z.uuid(),
  name: z.string(),
  available_cents: z.int(),
  held_cents: z.int(),
  captured_cents: z.int(),
  granted_cents: z.int(),
  part_price_cents: z.int().meta({ description: 'Where no list has a price: see GET /v1/prices.' }),
  rate_per_second: z.int(),
  burst: z.int(),
  daily_spend_cap_cents: z.int().nullable(),
  spent_today_cents: z.int().meta({ description: 'What was held since midnight UTC, given back or not.' }),
  low_balance_cents: z.int().nullable(),
  prefix_messages_per_hour: z.int().nullable(),
  default_sender: z.string(),
  allowed_senders: z.array(z.string()).nullable(),
  allowed_countries: z.array(z.string()).nullable(),
  suspended: z.boolean(),
});
export type AccountView = z.infer<typeof AccountView>;

/** How much one movement may be, and how much may be available at a time: in cents, far below 2^53. */
export const mostMovedCents = 1_000_000_000_000;
export const mostAvailableCents = 1_000_000_000_000_000;

/** POST /v1/admin/clients/{id}/credits. */
export const GrantCredit = z
  .strictObject({
    amount_cents: z.int().min(-mostMovedCents).max(mostMovedCents),
    kind: z.enum(['top_up', 'adjustment']),
    reason: Plain.min(1).max(200),
  })
  .superRefine(({ amount_cents: amount, kind }, context) => {
    const say = (message: string) => context.addIssue({ code: 'custom', path: ['amount_cents'], message });
    if (kind === 'top_up' && amount <= 0) say('is not above 0, as a top_up is');
    else if (amount === 0) say('moves nothing');
  });
export type GrantCredit = z.infer<typeof GrantCredit>;

/** 201 of POST /v1/admin/clients/{id}/credits. */
export const GrantedCredit = z.object({
  id: z.uuid().meta({ description: "The ledger entry's." }),
  client_id: z.uuid(),
  kind: z.enum(['top_up', 'adjustment']),
  amount_cents: z.int(),
  reason: z.string(),
  available_cents: z.int().meta({ description: 'What was available after it.' }),
  created_at: time,
});
export type GrantedCredit = z.infer<typeof GrantedCredit>;

export const movementKinds = ['GRANT', 'HOLD', 'CAPTURE', 'RELEASE'] as const;

/** What PostgreSQL reads, and the ledger can have anything of. */
const earliest = '1970-01-02T00:00:00.000Z';
const latest = '9999-01-01T00:00:00.000Z';
const QueriedTime = Instant.transform((at) => (at < earliest ? earliest : at > latest ? latest : at)).optional();

const span = {
  from_time: QueriedTime.meta({ description: 'Moved at this time or later.' }),
  to_time: QueriedTime.meta({ description: 'Moved before this time.' }),
};

/** The query of the ledger. Newest first; what is left out does not narrow it. */
export const ListLedger = z.strictObject({
  kind: z.enum(movementKinds).optional(),
  message_id: MessageId.optional(),
  ...span,
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListLedger = z.infer<typeof ListLedger>;

/** One movement. `GRANT` and `RELEASE` add to what is available, `HOLD` takes from it, `CAPTURE` spends what was held. */
export const LedgerEntry = z.object({
  id: z.string(),
  message_id: z.uuid().nullable(),
  part: z.int().nullable().meta({ description: 'Null: the message as a whole.' }),
  kind: z.enum(movementKinds),
  amount_cents: z.int(),
  balance_cents: z.int().meta({ description: 'What was available after it, in the order of the ledger.' }),
  source: z
    .string()
    .nullable()
    .meta({ description: 'Of a GRANT: `top_up` or `adjustment`; null: the opening credit.' }),
  reason: z.string().nullable(),
  created_at: time,
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const LedgerPage = z.object({ entries: z.array(LedgerEntry), next_cursor: NextCursor });
export type LedgerPage = z.infer<typeof LedgerPage>;

/** The query of the statement: a month (UTC), or a span of time. */
export const ExportStatement = z
  .strictObject({
    month: z
      .string()
      .regex(/^(19[789]\d|2\d{3})-(0[1-9]|1[0-2])$/, 'is no month: YYYY-MM')
      .optional()
      .meta({ description: 'YYYY-MM, in UTC.' }),
    ...span,
    cursor: PageCursor.meta({ description: 'As the Link of the part before has it.' }),
  })
  .refine(({ month, from_time: from }) => (month === undefined) !== (from === undefined), {
    path: ['month'],
    message: 'is missing, or stands beside from_time: give one of them',
  })
  .refine(({ month, to_time: to }) => month === undefined || to === undefined, {
    path: ['to_time'],
    message: 'goes with from_time only',
  });
export type ExportStatement = z.infer<typeof ExportStatement>;

/** The digits that the numbers of a price begin with. */
export const Prefix = z.string().regex(/^[1-9]\d{0,8}$/, 'is no prefix: 1 to 9 digits, the country code first');

export const mostPrices = 1_000;

const areUnlike = (prices: readonly { readonly prefix: string }[]): boolean =>
  new Set(prices.map(({ prefix }) => prefix)).size === prices.length;

/** PUT /v1/admin/prices: prices that are not named stay as they are. */
export const SetPrices = z.strictObject({
  client_id: ClientId.nullable().meta({ description: 'Whose list; null: the general one.' }),
  prices: z
    .array(z.strictObject({ prefix: Prefix, part_price_cents: z.int().min(0).max(1_000_000_000) }))
    .min(1)
    .max(mostPrices)
    .refine(areUnlike, 'names a prefix twice'),
});
export type SetPrices = z.infer<typeof SetPrices>;

export const PricesSet = z.object({ client_id: z.uuid().nullable(), prices: z.int() });

/** The query of a list of prices. By prefix. */
export const ListPrices = z.strictObject({ limit: PageLimit, cursor: PageCursor });
/** The same of an operator; without `client_id` the general list. */
export const ListClientPrices = ListPrices.extend({ client_id: ClientId.optional() });
/** Whose price is removed; without `client_id` the general list's. */
export const RemovePrice = z.strictObject({ client_id: ClientId.optional() });

export const Price = z.object({ prefix: z.string(), part_price_cents: z.int(), updated_at: time });
export const PriceList = z.object({
  client_id: z.uuid().nullable(),
  prices: z.array(Price),
  next_cursor: NextCursor,
});
export type PriceList = z.infer<typeof PriceList>;

/** What a client pays: of the prefixes that a number begins with, the longest has its price. */
export const PriceSheet = z.object({
  part_price_cents: z.int().meta({ description: 'Where no prefix fits.' }),
  prices: z.array(
    z.object({
      prefix: z.string(),
      part_price_cents: z.int(),
      country: z.string().nullable().meta({ description: 'Null where countries share the calling code.' }),
      country_name: z.string().nullable(),
    }),
  ),
  next_cursor: NextCursor,
});
export type PriceSheet = z.infer<typeof PriceSheet>;
