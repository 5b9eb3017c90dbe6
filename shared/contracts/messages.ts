import * as z from 'zod';
import { messageStates } from '#shared/domain/message-state.ts';
import { Msisdn } from './identifiers.ts';
import { Priority } from './queue-messages.ts';

/** `to` may be written with the international plus sign; what is kept is E.164 without it. */
const Recipient = z
  .string()
  .regex(/^\+?[1-9]\d{6,14}$/, 'is not an E.164 number: 7 to 15 digits, country code first')
  .transform((number) => Msisdn.parse(number.replace('+', '')));

/** An E.164 number, a short code, or up to 11 characters that every SMSC takes as an alphanumeric sender. */
const Sender = z
  .string()
  .regex(
    /^(\+?\d{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 ._&+-]{1,11})$/,
    'is neither a number of 3 to 15 digits nor an alphanumeric sender of 1 to 11 letters, digits, space or ._&+-',
  )
  .refine((sender) => sender.trim() === sender, 'begins or ends with a space')
  .transform((sender) => (/^\+\d/.test(sender) ? sender.slice(1) : sender));

const isLoneSurrogate = (text: string): boolean => !text.isWellFormed();

const Text = z
  .string()
  .min(1)
  .refine((text) => !isLoneSurrogate(text), 'has half of a surrogate pair')
  .refine((text) => !text.includes('\0'), 'has a NUL character')
  .refine((text) => Buffer.byteLength(text) <= 45_000, 'is longer than 45,000 octets of UTF-8');

/** What is kept beside the text: PostgreSQL takes neither NUL nor half of a surrogate pair, and nobody the rest. */
const Plain = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has control characters or half of a surrogate pair');

/** Told in UTC to the millisecond, since PostgreSQL takes neither every offset nor any number of decimals. */
const Instant = z.iso
  .datetime({ offset: true })
  .refine((time) => Number.isFinite(Date.parse(time)), 'is no time')
  .transform((time) => new Date(time).toISOString());

const thirtyDays = 30 * 24 * 3600;

/** POST /v1/messages. Unknown fields are refused: a misspelt option must not be silently ignored. */
export const SubmitMessage = z.strictObject({
  to: Recipient,
  from: Sender.optional(),
  text: Text,
  encoding: z.enum(['auto', 'gsm7', 'ucs2']).default('auto'),
  priority: Priority.default('normal'),
  send_at: Instant.optional(),
  validity_seconds: z
    .int()
    .min(60)
    .max(7 * 24 * 3600)
    .default(48 * 3600),
  callback_url: Plain.max(2048).optional(),
  reference: Plain.max(128).optional(),
  max_parts: z.int().min(1).max(255).default(10),
});
export type SubmitMessage = z.infer<typeof SubmitMessage>;

/** How far ahead a message may be scheduled, in seconds. */
export const scheduleHorizonSeconds = thirtyDays;

const time = z.iso.datetime();

/** 202 of POST /v1/messages. */
export const AcceptedMessage = z.object({
  id: z.uuid(),
  status: z.enum(['QUEUED', 'SCHEDULED']),
  to: z.string(),
  from: z.string(),
  parts: z.int(),
  encoding: z.enum(['gsm7', 'ucs2']),
  cost_cents: z.int(),
  reference: z.string().nullable(),
  expires_at: time,
  created_at: time,
});
export type AcceptedMessage = z.infer<typeof AcceptedMessage>;

const PartView = z.object({
  number: z.int(),
  state: z.string(),
  smsc_message_ids: z.array(z.string()),
  error: z.string().nullable(),
});

const EventView = z.object({
  type: z.string(),
  part: z.int().nullable(),
  attempt: z.int().nullable(),
  detail: z.record(z.string(), z.unknown()),
  at: time,
});

/** 200 of GET /v1/messages/{id}. */
export const MessageView = z.object({
  id: z.uuid(),
  status: z.enum(messageStates),
  to: z.string(),
  from: z.string(),
  text: z.string(),
  encoding: z.enum(['gsm7', 'ucs2']),
  priority: Priority,
  attempt: z.int(),
  possible_duplicate: z.boolean(),
  cost_cents: z.int(),
  captured_cents: z.int(),
  released_cents: z.int(),
  reference: z.string().nullable(),
  error: z.string().nullable(),
  created_at: time,
  expires_at: time,
  final_at: time.nullable(),
  parts: z.array(PartView),
  history: z.array(EventView),
});
export type MessageView = z.infer<typeof MessageView>;

/** 200 of GET /v1/account: granted = available + held + captured, to the cent. */
export const AccountView = z.object({
  client_id: z.uuid(),
  name: z.string(),
  available_cents: z.int(),
  held_cents: z.int(),
  captured_cents: z.int(),
  granted_cents: z.int(),
  part_price_cents: z.int(),
});
export type AccountView = z.infer<typeof AccountView>;
