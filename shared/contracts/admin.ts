import * as z from 'zod';
import { isCountry } from '#shared/domain/phone-number.ts';
import { nationalLanguages } from '#shared/domain/text/national-languages.ts';
import { CallbackType, finalCallbackTypes } from './callback-types.ts';
import { Instant, Plain, Sender } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { Scope } from './scopes.ts';

/** In cents: far below 2^53, and whatever is added up from it too. */
const Cents = z.int().min(0).max(1_000_000_000_000);

const Name = Plain.min(1)
  .max(128)
  .refine((name) => name.trim() === name, 'begins or ends with a space');

const Country = z.string().refine(isCountry, 'is no country of ISO 3166-1 alpha-2');

const isSet = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** What an operator can set of a client at any time. Null takes a limit away. */
const settings = {
  name: Name,
  part_price_cents: Cents,
  default_sender: Sender,
  allowed_senders: z
    .array(Sender)
    .max(100)
    .nullable()
    .meta({ description: 'Beside the default sender; null: any sender.' }),
  allowed_countries: z
    .array(Country)
    .min(1)
    .max(300)
    .refine(isSet, 'names a country twice')
    .nullable()
    .meta({ description: 'ISO 3166-1 alpha-2; null: any country.' }),
  rate_per_second: z.int().min(1).max(10_000),
  burst: z.int().min(1).max(100_000),
  national_languages: z
    .array(z.enum(nationalLanguages))
    .max(nationalLanguages.length)
    .refine(isSet, 'names a language twice')
    .meta({
      description:
        'ISO 639-1: in whose GSM 7-bit tables texts may be written, where that takes fewer parts than UCS-2. In force within a minute.',
    }),
  daily_spend_cap_cents: Cents.nullable(),
  prefix_messages_per_hour: z.int().min(1).max(1_000_000_000).nullable(),
  low_balance_cents: Cents.nullable(),
  unknown_policy: z
    .enum(['capture', 'release'])
    .meta({ description: 'What becomes of the price of a part whose fate the SMSC never told.' }),
  callback_url: Plain.max(2048).nullable(),
  callback_types: z.array(CallbackType).max(CallbackType.options.length).refine(isSet, 'names a type twice'),
};

/** POST /v1/admin/clients. */
export const CreateClient = z.strictObject({
  ...settings,
  default_sender: settings.default_sender.default('Signalbox'),
  allowed_senders: settings.allowed_senders.default([]),
  allowed_countries: settings.allowed_countries.default(null),
  rate_per_second: settings.rate_per_second.default(100),
  burst: settings.burst.default(200),
  national_languages: settings.national_languages.default([]),
  daily_spend_cap_cents: settings.daily_spend_cap_cents.default(null),
  prefix_messages_per_hour: settings.prefix_messages_per_hour.default(null),
  low_balance_cents: settings.low_balance_cents.default(null),
  unknown_policy: settings.unknown_policy.default('capture'),
  callback_url: settings.callback_url.default(null),
  callback_types: settings.callback_types.default([...finalCallbackTypes]),
  credit_cents: Cents.default(0).meta({ description: 'The opening credit.' }),
});
export type CreateClient = z.infer<typeof CreateClient>;

/** PATCH /v1/admin/clients/{id}: what is left out stays as it is. Credit is moved by the ledger alone. */
export const ChangeClient = z
  .strictObject(settings)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'changes nothing');
export type ChangeClient = z.infer<typeof ChangeClient>;

const time = z.iso.datetime();

/** A client as an operator sees it. */
export const ClientView = z.object({
  id: z.uuid(),
  ...settings,
  // Stored senders and names are shown as they are.
  name: z.string(),
  default_sender: z.string(),
  allowed_senders: z.array(z.string()).nullable(),
  allowed_countries: z.array(z.string()).nullable(),
  callback_types: z.array(z.string()),
  available_cents: z.int(),
  suspended_at: time.nullable(),
  created_at: time,
});
export type ClientView = z.infer<typeof ClientView>;

/** The query of GET /v1/admin/clients. Newest first. */
export const ListClients = z.strictObject({
  name: Plain.min(1).max(128).optional().meta({ description: 'How the name begins, in any case.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListClients = z.infer<typeof ListClients>;

export const ClientList = z.object({ clients: z.array(ClientView), next_cursor: NextCursor });

/** POST /v1/admin/clients/{id}/keys. */
export const CreateApiKey = z
  .strictObject({
    name: Name,
    scopes: z.array(Scope).min(1).refine(isSet, 'names a scope twice'),
    expires_at: Instant.nullable().default(null),
    is_test: z.boolean().default(false),
  })
  .refine(({ scopes, is_test: isTest }) => !(isTest && scopes.includes('admin')), {
    path: ['scopes'],
    message: 'has admin, which a test key cannot have',
  });
export type CreateApiKey = z.infer<typeof CreateApiKey>;

const thirtyDaysInSeconds = 30 * 24 * 3600;

/** POST /v1/admin/clients/{id}/keys/{key_id}/rotate. */
export const RotateApiKey = z.strictObject({
  overlap_seconds: z
    .int()
    .min(0)
    .max(thirtyDaysInSeconds)
    .default(24 * 3600)
    .meta({ description: 'For how long the old key goes on to work beside the new one.' }),
});
export type RotateApiKey = z.infer<typeof RotateApiKey>;

/** A key without what is secret of it. */
export const ApiKeyView = z.object({
  id: z.string(),
  client_id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.string()),
  is_test: z.boolean(),
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
  replaced_by: z.string().nullable().meta({ description: 'The id of the key that it was rotated to.' }),
  created_at: time,
});
export type ApiKeyView = z.infer<typeof ApiKeyView>;

/** 201 of whatever issues a key. */
export const IssuedApiKey = ApiKeyView.extend({
  api_key: z.string().nullable().meta({ description: 'Shown this once; null when the answer is a repetition.' }),
});
export type IssuedApiKey = z.infer<typeof IssuedApiKey>;

/** The query of GET /v1/admin/clients/{id}/keys. Newest first. */
export const ListApiKeys = z.strictObject({ limit: PageLimit, cursor: PageCursor });
export type ListApiKeys = z.infer<typeof ListApiKeys>;

export const ApiKeyList = z.object({ keys: z.array(ApiKeyView), next_cursor: NextCursor });

/** The query of GET /v1/admin/audit. Newest first; what is left out does not narrow it. */
export const ListAudit = z.strictObject({
  subject: Plain.min(1).max(200).optional().meta({ description: 'As in an entry: `client <id>`, say.' }),
  action: Plain.min(1).max(64).optional().meta({ description: 'As in an entry: `client.created`, say.' }),
  actor: Plain.min(1).max(200).optional().meta({ description: 'The id of a client, or of a key.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListAudit = z.infer<typeof ListAudit>;

/** Who did what to what, and within which request. */
export const AuditEntry = z.object({
  id: z.uuid(),
  at: time,
  actor_client_id: z.uuid(),
  actor_key_id: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  request_id: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditList = z.object({ entries: z.array(AuditEntry), next_cursor: NextCursor });
