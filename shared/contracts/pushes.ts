import * as z from 'zod';
import { MessageId } from './identifiers.ts';
import { QueriedTime } from './message-list.ts';
import { Metadata, Plain, Recipient } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { Problem } from './problems.ts';
import { Priority } from './queue-messages.ts';

/** ITU-T E.118: 18 to 20 digits, as they are printed on the card. */
export const Iccid = z.string().regex(/^\d{18,20}$/, 'is no ICCID: 18 to 20 digits');

/** ETSI TS 101 220, annex D. */
export const Tar = z
  .string()
  .regex(/^[0-9a-fA-F]{6}$/, 'is no TAR: six hexadecimal digits')
  .transform((tar) => tar.toLowerCase());

export const Por = z.enum(['none', 'on_error', 'always']);

/** As answers have them. */
const CardIccid = z.string().meta({ description: 'The ICCID of the card.' });
const AnsweredTar = z.string().meta({ description: 'Which application of the card, six hexadecimal digits.' });
const AnsweredPor = Por.meta({ description: 'When the card is to answer with a proof of receipt.' });

export const pushStates = [
  'WAITING',
  'BUILDING',
  'SENDING',
  'AWAITING_POR',
  'SUCCEEDED',
  'FAILED',
  'EXPIRED',
  'CANCELLED',
  'UNKNOWN',
] as const;
const PushState = z.enum(pushStates);
const Format = z
  .enum(['compact', 'expanded', 'expanded_indefinite'])
  .meta({ description: 'How the commands are written (ETSI TS 102 226, 5).' });

/** What is no APDU is told by what is wrong with it, not by its length alone. */
const longestApdu = 2_000;
/** A hundred of the longest fit the 64 KB of a row of the Data API, in hexadecimal. */
export const mostApdus = 100;

/** POST /v1/pushes, out of JSON or XML. */
export const SubmitPush = z
  .strictObject({
    iccid: Iccid.optional().meta({ description: 'Which card, by its ICCID. In place of `to`.' }),
    to: Recipient.optional().meta({ description: 'Which card, by its number in E.164. In place of `iccid`.' }),
    tar: Tar.meta({
      description: 'Toolkit application reference: which application of the card, six hexadecimal digits.',
    }),
    apdus: z
      .array(z.string().min(1).max(longestApdu))
      .min(1)
      .max(mostApdus)
      .meta({ description: 'Commands in hexadecimal, in the order in which the card is to execute them.' }),
    por: Por.default('always').meta({ description: 'When the card is to answer with a proof of receipt.' }),
    priority: Priority.default('normal'),
    validity_seconds: z
      .int()
      .min(60)
      .max(7 * 24 * 3600)
      .default(48 * 3600),
    callback_url: Plain.max(2048).optional(),
    reference: Plain.max(128).optional(),
    metadata: Metadata.optional(),
    dry_run: z.boolean().default(false),
  })
  .refine(({ iccid, to }) => (iccid === undefined) !== (to === undefined), {
    path: ['iccid'],
    message: 'is missing, or stands beside to: give one of them',
  });
export type SubmitPush = z.infer<typeof SubmitPush>;

const time = z.iso.datetime();

/** 202 of POST /v1/pushes. */
export const AcceptedPush = z.object({
  id: z.uuid().meta({ description: 'Its id: UUID v7, and that of the message that carries it.' }),
  status: PushState.meta({ description: 'WAITING: it has its place in the line of the card.' }),
  iccid: CardIccid,
  to: z.string(),
  tar: AnsweredTar,
  por: AnsweredPor,
  parts: z.int(),
  cost_cents: z.int(),
  reference: z.string().nullable(),
  expires_at: time,
  created_at: time,
});
export type AcceptedPush = z.infer<typeof AcceptedPush>;

const Integrity = z.enum(['none', 'rc', 'cc', 'ds']);

/** SPI, KIc and KID (ETSI TS 102 225, 5.1) as octets and by names. */
export const PushSecurity = z.object({
  spi: z.string().meta({ description: 'The two octets in hexadecimal.' }),
  kic: z.string().meta({ description: 'The octet in hexadecimal.' }),
  kid: z.string().meta({ description: 'The octet in hexadecimal.' }),
  key_version: z.int().meta({ description: 'Which version of its keys, 0 to 15.' }),
  integrity: Integrity.meta({ description: 'How the packet is proven: a redundancy check, a cryptographic checksum.' }),
  ciphered: z.boolean().meta({ description: 'Whether the packet is ciphered.' }),
  counter_rule: z
    .enum(['none', 'unchecked', 'higher', 'exact'])
    .meta({ description: 'What the card demands of the counter: to be higher than its own, or exactly one more.' }),
  kic_algorithm: z.string().meta({ description: 'With what it is ciphered.' }),
  kid_algorithm: z.string().meta({ description: 'With what it is proven.' }),
  por_integrity: Integrity.meta({ description: 'How the card is to prove its answer.' }),
  por_ciphered: z.boolean().meta({ description: 'Whether the card is to cipher its answer.' }),
  por_via: z.enum(['deliver_report', 'submit']).meta({ description: 'How the answer comes back.' }),
});
export type PushSecurity = z.infer<typeof PushSecurity>;

/** 200 of POST /v1/pushes with `dry_run`: what it would be now. No counter is used, and nothing is reserved. */
export const PlannedPush = z.object({
  dry_run: z.literal(true),
  iccid: CardIccid,
  to: z.string(),
  tar: AnsweredTar,
  por: AnsweredPor,
  security: PushSecurity.meta({
    description: 'How the packet would be secured, by the profile and the keys of the card.',
  }),
  format: Format,
  commands: z
    .array(
      z.object({
        apdu: z.string().meta({ description: 'The command in hexadecimal.' }),
        instruction: z.string().meta({ description: 'INS in hexadecimal.' }),
        data_octets: z.int().meta({ description: 'How many octets of data it brings.' }),
        expected_octets: z.int().nullable().meta({ description: 'How many octets it asks for; null: none.' }),
      }),
    )
    .meta({ description: 'The commands as the card will read them.' }),
  packet: z
    .object({
      cpl: z.int().meta({ description: 'Command packet length: octets behind this field.' }),
      chl: z.int().meta({ description: 'Command header length: octets from SPI to the checksum.' }),
      next_counter: z.int().meta({ description: 'The counter it would get if it were accepted now.' }),
      padding_octets: z.int().meta({ description: 'Octets of cipher padding.' }),
      checksum_octets: z.int().meta({ description: 'Octets of the checksum.' }),
      data_hex: z.string().meta({ description: 'The data of the packet in clear, in hexadecimal.' }),
      octets: z.int().meta({ description: 'All of the packet, from CPL on.' }),
    })
    .meta({ description: 'The command packet (ETSI TS 102 225, 5.1), but for what follows from keys.' }),
  parts: z.int(),
  part_price_cents: z.int(),
  cost_cents: z.int(),
  would_be: z.enum(['accepted', 'refused']),
  problem: Problem.nullable(),
});
export type PlannedPush = z.infer<typeof PlannedPush>;

const PushResponse = z.object({
  status_code: z.int().meta({ description: 'Response status code (ETSI TS 102 225, 5.2).' }),
  status_name: z.string().meta({ description: 'The status code by name.' }),
  status_words: z.string().meta({ description: 'The status code in words.' }),
  authenticated: z.boolean().meta({ description: 'Whether the checksum proves that the card said so.' }),
  ciphered: z.boolean().meta({ description: 'Whether the answer was ciphered.' }),
  counter: z.string().meta({ description: 'The counter that it repeats, in decimal digits.' }),
  data_hex: z.string().meta({ description: 'What the application answered, in hexadecimal.' }),
  executed: z.int().nullable().meta({ description: 'How many commands were executed; null: the card did not say.' }),
  results: z
    .array(
      z.object({
        status_word: z.string().meta({ description: 'SW1 SW2 in hexadecimal.' }),
        meaning: z.string().meta({ description: 'The status word in words.' }),
        outcome: z.enum(['ok', 'warning', 'error']).meta({ description: 'What it means for the command.' }),
        data_hex: z.string().meta({ description: 'The data that the command answered, in hexadecimal.' }),
      }),
    )
    .meta({ description: 'Of the last command in the compact format, of each one in the expanded one.' }),
});
export type PushResponse = z.infer<typeof PushResponse>;

const TraceEntry = z.object({
  at: time,
  source: z
    .enum(['api', 'line', 'hsm', 'queue', 'smpp', 'receipt', 'card'])
    .meta({ description: 'Which part of Signalbox tells it.' }),
  what: z.string().meta({ description: 'What happened, in a sentence.' }),
  detail: z.record(z.string(), z.unknown()),
});
export type TraceEntry = z.infer<typeof TraceEntry>;

const PushPart = z.object({
  number: z.int(),
  state: z.string(),
  smsc_message_ids: z.array(z.string()),
  error: z.string().nullable(),
});

const summary = {
  id: z.uuid(),
  status: PushState,
  iccid: CardIccid,
  to: z.string(),
  tar: AnsweredTar,
  por: AnsweredPor,
  cost_cents: z.int(),
  reference: z.string().nullable(),
  error: z.string().nullable().meta({
    description: 'Why it failed: `card.<status>`, `card.sw_<status word>`, or what the HSM or the network said.',
  }),
  created_at: time,
  expires_at: time,
  sent_at: time.nullable().meta({ description: 'When its packet was built and on its way; null: it is not yet.' }),
  final_at: time.nullable(),
};

/** 200 of GET /v1/pushes/{id}. Its commands in clear are forgotten once the packet is built. */
export const PushView = z.object({
  ...summary,
  metadata: z.record(z.string(), z.string()).nullable(),
  request_id: z.string(),
  security: PushSecurity.meta({ description: 'How the packet is secured.' }),
  format: Format,
  counter: z.int().meta({ description: 'The counter of the packet.' }),
  packet_sha256: z.string().nullable().meta({ description: 'SHA-256 of the packet; null: it is not built yet.' }),
  captured_cents: z.int().nullable(),
  released_cents: z.int().nullable(),
  response: PushResponse.nullable().meta({ description: 'What the card answered; null: nothing so far.' }),
  parts: z.array(PushPart).meta({ description: 'What became of each short message.' }),
  trace: z.array(TraceEntry).meta({ description: 'All that happened, in the order it did: the first 1,000 entries.' }),
});
export type PushView = z.infer<typeof PushView>;

/** The query of GET /v1/pushes. Newest first; what is left out does not narrow it. */
export const ListPushes = z.strictObject({
  status: PushState.optional(),
  iccid: Iccid.optional().meta({ description: 'Only those to this card.' }),
  from_time: QueriedTime.meta({ description: 'Accepted at this time or later.' }),
  to_time: QueriedTime.meta({ description: 'Accepted before this time.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListPushes = z.infer<typeof ListPushes>;

export const PushSummary = z.object({ ...summary, parts: z.int() });
export type PushSummary = z.infer<typeof PushSummary>;

/** 200 of GET /v1/pushes. */
export const PushList = z.object({
  pushes: z.array(PushSummary).meta({ description: 'The page.' }),
  next_cursor: NextCursor,
});

/** A push has the id of its message. */
export const PushId = MessageId;
