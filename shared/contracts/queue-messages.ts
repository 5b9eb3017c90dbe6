import * as z from 'zod';
import { defaultAlphabets } from '#shared/domain/text/default-alphabet.ts';
import { CallbackId, ClientId, CorrelationId, MessageId } from './identifiers.ts';

/**
 * Every body that crosses a queue. A noun and a past participle, with a version: a consumer that meets a version it
 * does not know throws, and the message goes to the dead letters rather than being half understood.
 */

const priorities = ['high', 'normal', 'bulk'] as const;
export const Priority = z.enum(priorities);
export type Priority = z.infer<typeof Priority>;

/** On `deliveries-*`: this message may be claimed for this attempt. The text stays in its table. */
export const MessageAccepted = z.object({
  type: z.literal('MessageAccepted'),
  version: z.literal(1),
  message_id: MessageId,
  client_id: ClientId,
  /** The attempt the row had when it was queued, counted from 1; a claim for another attempt is dropped. */
  attempt: z.int().min(1),
  /** How many short messages it takes, so that the bridge can weigh a claim before it makes it. */
  parts: z.int().min(1).max(255),
  correlation_id: CorrelationId,
});
export type MessageAccepted = z.infer<typeof MessageAccepted>;

const at = z.iso.datetime();
const part = { message_id: MessageId, attempt: z.int().min(1), part: z.int().min(1).max(255), at };

/** The SMSC took the part and named it. `late` marks an answer that came after the response timeout. */
export const PartSubmitted = z.object({
  type: z.literal('PartSubmitted'),
  ...part,
  /** Null when the SMSC took the part without naming it: no receipt can find it then. */
  smsc_message_id: z.string().min(1).max(64).nullable(),
  late: z.boolean(),
});

/** The SMSC refused the part; `retry` says what command_status means for the message (SMPP 3.4, 5.1.3). */
export const PartRefused = z.object({
  type: z.literal('PartRefused'),
  ...part,
  command_status: z.int().min(1).max(0xffffffff),
  retry: z.boolean(),
});

/** The bytes went out, and the SMSC never said what became of them. */
export const PartUnknown = z.object({
  type: z.literal('PartUnknown'),
  ...part,
  reason: z.enum(['response-timeout', 'session-lost']),
});

/** Nothing of the part went out, while others of its message did: it is to be sent with the next attempt. */
export const PartNotSent = z.object({ type: z.literal('PartNotSent'), ...part });

/** message_state of SMPP 3.4, 5.2.28, in words. */
export const ReceiptState = z.enum([
  'ENROUTE',
  'DELIVERED',
  'EXPIRED',
  'DELETED',
  'UNDELIVERABLE',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
]);
export type ReceiptState = z.infer<typeof ReceiptState>;

/** An address as an SMSC wrote it: in a data_sm it has up to 64 characters (SMPP 3.4, 4.7.1), elsewhere 20. */
const SmppAddress = z.string().max(64);

/** A delivery receipt as it came; which part it belongs to is found by settle-outcomes. */
export const ReceiptReceived = z.object({
  type: z.literal('ReceiptReceived'),
  receipt_id: z.uuid(),
  smsc_message_id: z.string().min(1).max(64),
  /** The receipt's source_addr: the recipient, as the SMSC writes it. */
  recipient: SmppAddress,
  state: ReceiptState,
  error_code: z.string().max(16).nullable(),
  at,
});
export type ReceiptReceived = z.infer<typeof ReceiptReceived>;

export const Outcome = z.discriminatedUnion('type', [
  PartSubmitted,
  PartRefused,
  PartUnknown,
  PartNotSent,
  ReceiptReceived,
]);
export type Outcome = z.infer<typeof Outcome>;

/** On `outcomes`: what one provider said, many at once, because calls are the cost. */
export const OutcomesReported = z.object({
  type: z.literal('OutcomesReported'),
  version: z.literal(1),
  provider: z.string().min(1).max(64),
  outcomes: z.array(Outcome).min(1).max(200),
});
export type OutcomesReported = z.infer<typeof OutcomesReported>;

/** On `inbound`: a mobile-originated short message, answered to the SMSC only once it is here. */
export const InboundReceived = z.object({
  type: z.literal('InboundReceived'),
  version: z.literal(1),
  inbound_id: z.uuid(),
  provider: z.string().min(1).max(64),
  source_addr: SmppAddress,
  destination_addr: SmppAddress,
  data_coding: z.int().min(0).max(255),
  esm_class: z.int().min(0).max(255),
  protocol_id: z.int().min(0).max(255),
  /** User data header with its length octet, hexadecimal; empty when there is none. */
  udh_hex: z.string().regex(/^([0-9a-f]{2})*$/),
  /** The user data after the header as it came, hexadecimal. */
  data_hex: z.string().regex(/^([0-9a-f]{2})*$/),
  /** What data_coding 0 is at the provider. */
  default_alphabet: z.enum(defaultAlphabets).default('gsm7'),
  /** The part's number by SAR parameters (SMPP 3.4, 5.3.2.22-24), where it has them. */
  sar: z
    .object({
      reference: z.int().min(0).max(0xffff),
      total: z.int().min(1).max(255),
      part: z.int().min(1).max(255),
    })
    .nullable()
    .default(null),
  at,
});
export type InboundReceived = z.infer<typeof InboundReceived>;

/** On `callbacks`: this callback's row is due for this attempt. */
export const CallbackDue = z.object({
  type: z.literal('CallbackDue'),
  version: z.literal(1),
  callback_id: CallbackId,
  client_id: ClientId,
  attempt: z.int().min(1),
});
export type CallbackDue = z.infer<typeof CallbackDue>;

/** On `pushes`: the line of this card may move: a push waits in it, or the one under way has come to its end. */
export const CardDue = z.object({
  type: z.literal('CardDue'),
  version: z.literal(1),
  iccid: z.string().regex(/^\d{18,20}$/),
});
export type CardDue = z.infer<typeof CardDue>;

/** On `pushes`: this inbound short message, which is stored, has the look of what a card answers. */
export const CardAnswered = z.object({
  type: z.literal('CardAnswered'),
  version: z.literal(1),
  inbound_id: z.uuid(),
});
export type CardAnswered = z.infer<typeof CardAnswered>;

export const PushWork = z.discriminatedUnion('type', [CardDue, CardAnswered]);
export type PushWork = z.infer<typeof PushWork>;
/** On `cas-requests`: this subscriber's request is to be processed. Text and sender stay in their table. */
export const CasRequestReceived = z.object({
  type: z.literal('CasRequestReceived'),
  version: z.literal(1),
  request_id: z.uuid(),
  client_id: ClientId,
  correlation_id: CorrelationId,
});
export type CasRequestReceived = z.infer<typeof CasRequestReceived>;
