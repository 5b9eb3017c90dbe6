import * as z from 'zod';
import { messageStates } from '#shared/domain/message-state.ts';
import { countryOf } from '#shared/domain/phone-number.ts';
import { Msisdn } from './identifiers.ts';
import { Problem } from './problems.ts';
import { Priority } from './queue-messages.ts';
import { RouteQuote } from './route-quote.ts';

/** A number may be written with the international plus sign; what is kept is E.164 without it. */
export const Recipient = z
  .string()
  .regex(/^\+?[1-9]\d{6,14}$/, { error: 'is not an E.164 number: 7 to 15 digits, country code first', abort: true })
  .refine((number) => countryOf(number.replace('+', '')) !== undefined, 'is no number of any country')
  .transform((number) => Msisdn.parse(number.replace('+', '')));

/** An E.164 number, a short code, or up to 11 characters that every SMSC takes as an alphanumeric sender. */
export const Sender = z
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
export const Plain = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has control characters or half of a surrogate pair')
  // Spelt out for those who read the contract in languages whose expressions have no \p; half a pair is no UTF-8 anyway.
  .meta({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' });

/** Before the first, nothing here happened; ISO 8601 texts of four-digit years sort as their times. */
const isOfOurTimes = (iso: string): boolean => iso.length === 24 && iso >= '1970';

/** Told in UTC to the millisecond, since PostgreSQL takes neither every offset nor any number of decimals. */
export const Instant = z.iso
  .datetime({ offset: true, abort: true })
  .refine((time) => Number.isFinite(Date.parse(time)), 'is no time')
  .refine((time) => isOfOurTimes(new Date(time).toISOString()), 'is not between the years 1970 and 9999')
  .transform((time) => new Date(time).toISOString());

const thirtyDays = 30 * 24 * 3600;

const hexOf = (mostOctets: number) =>
  z
    .string()
    .max(2 * mostOctets, `is longer than ${mostOctets} octets`)
    .regex(/^([0-9a-fA-F]{2})+$/, 'is not hexadecimal: two digits for each octet')
    .transform((digits) => digits.toLowerCase());

/** What a client keeps with what it sends. */
export const Metadata = z
  .record(Plain.min(1).max(64), Plain.max(512))
  .refine((metadata) => Object.keys(metadata).length <= 20, 'has more than 20 entries');

/**
 * What one message is, alone or in a batch. Unknown fields are refused: a misspelt option must not be silently ignored.
 * `data_hex` and what goes with it are the fields of a binary short message, in SMPP 3.4's and TS 23.040's terms.
 */
const submission = {
  to: Recipient,
  from: Sender.optional(),
  text: Text.optional(),
  // As hexadecimal, with what stands beside it, it fits the 64 KB of a row of the Data API.
  data_hex: hexOf(30_000).optional(),
  udh_hex: hexOf(140).optional(),
  data_coding: z.int().min(0).max(255).optional(),
  protocol_id: z.int().min(0).max(255).optional(),
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
  metadata: Metadata.optional(),
  max_parts: z.int().min(1).max(255).default(10),
  transliterate: z.boolean().optional().meta({
    description:
      'Whether a text that would be UCS-2 may be spelt in GSM 7-bit: letters without the marks it lacks, plain quotation marks. The answer says what was changed.',
  }),
};

const ofBinary = ['udh_hex', 'data_coding', 'protocol_id'] as const;

interface Content {
  readonly text?: string | undefined;
  readonly data_hex?: string | undefined;
  readonly udh_hex?: string | undefined;
  readonly data_coding?: number | undefined;
  readonly protocol_id?: number | undefined;
}

/** Either text or data; what belongs to data does not go with text. */
const checkContent = (content: Content, context: z.RefinementCtx): void => {
  const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (content.text === undefined && content.data_hex === undefined) say('text', 'is missing; or give data_hex');
  if (content.text !== undefined && content.data_hex !== undefined) say('data_hex', 'does not go with text');
  if (content.data_hex === undefined)
    for (const name of ofBinary) if (content[name] !== undefined) say(name, 'goes with data_hex only');
};

/** POST /v1/messages. */
export const SubmitMessage = z
  .strictObject({ ...submission, dry_run: z.boolean().default(false) })
  .superRefine(checkContent);
export type SubmitMessage = z.infer<typeof SubmitMessage>;

/** One item of POST /v1/messages/batch. */
export const BatchMessage = z.strictObject(submission).superRefine(checkContent);
export type BatchMessage = z.infer<typeof BatchMessage>;

export const mostBatchMessages = 1_000;

/** POST /v1/messages/batch. Each item is checked for itself: what is wrong with one does not concern the others. */
export const SubmitBatch = z.strictObject({
  messages: z.array(BatchMessage).min(1).max(mostBatchMessages),
});

/** The envelope alone, before its items are looked at. */
export const BatchEnvelope = z.strictObject({ messages: z.array(z.unknown()).min(1).max(mostBatchMessages) });

/** How far ahead a message may be scheduled, in seconds. */
export const scheduleHorizonSeconds = thirtyDays;

const time = z.iso.datetime();

export const MessageEncoding = z.enum(['gsm7', 'ucs2', 'binary']);

/** How a text is written, and why. */
const written = {
  encoding: MessageEncoding,
  language: z
    .string()
    .nullable()
    .meta({ description: 'ISO 639-1: whose GSM 7-bit tables it is written in; null: in no national ones.' }),
  ucs2_because: z
    .string()
    .nullable()
    .meta({ description: 'The first character outside GSM 7-bit, where it is UCS-2 because of it.' }),
};

/** What `transliterate` changed. */
const Changes = z
  .object({
    characters: z.int().meta({ description: 'How many characters were changed.' }),
    changes: z
      .array(
        z.object({
          from: z.string().meta({ description: 'A character of the text.' }),
          to: z.string().meta({ description: 'What was sent in its place.' }),
          times: z.int().meta({ description: 'How often it stands there.' }),
        }),
      )
      .meta({ description: 'The first 50, each character once.' }),
  })
  .nullable();

/** 202 of POST /v1/messages. */
export const AcceptedMessage = z.object({
  id: z.uuid(),
  status: z.enum(['QUEUED', 'SCHEDULED']),
  to: z.string(),
  from: z.string(),
  parts: z.int(),
  ...written,
  transliterated: Changes,
  cost_cents: z.int(),
  reference: z.string().nullable(),
  is_test: z.boolean(),
  expires_at: time,
  created_at: time,
});
export type AcceptedMessage = z.infer<typeof AcceptedMessage>;

/** 200 of POST /v1/messages with `dry_run`: what it would come to now. Nothing was written and nothing is reserved. */
export const QuotedMessage = z.object({
  dry_run: z.literal(true),
  to: z.string(),
  from: z.string(),
  country: z.string().nullable(),
  parts: z.int(),
  ...written,
  transliterated: Changes,
  part_price_cents: z.int(),
  cost_cents: z.int(),
  would_be: z.enum(['accepted', 'refused']),
  problem: Problem.nullable(),
  route: RouteQuote.nullable().meta({
    description: 'Null where no route fits, and of a test message, which takes none.',
  }),
});
export type QuotedMessage = z.infer<typeof QuotedMessage>;

/** 202 of POST /v1/messages/batch, in the order of the request. */
export const AcceptedBatch = z.object({
  accepted: z.array(AcceptedMessage.extend({ index: z.int() })),
  rejected: z.array(z.object({ index: z.int(), problem: Problem })),
});
export type AcceptedBatch = z.infer<typeof AcceptedBatch>;

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
  /** ISO 3166-1 alpha-2; null where the number belongs to no country. */
  country: z.string().nullable(),
  /** Null for a binary message; the four below are null for a text. */
  text: z.string().nullable(),
  data_hex: z.string().nullable(),
  udh_hex: z.string().nullable(),
  data_coding: z.int().nullable(),
  protocol_id: z.int().nullable(),
  ...written,
  priority: Priority,
  attempt: z.int(),
  possible_duplicate: z.boolean(),
  cost_cents: z.int(),
  captured_cents: z.int(),
  released_cents: z.int(),
  reference: z.string().nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
  is_test: z.boolean(),
  error: z.string().nullable(),
  created_at: time,
  expires_at: time,
  final_at: time.nullable(),
  parts: z.array(PartView),
  history: z.array(EventView),
});
export type MessageView = z.infer<typeof MessageView>;
