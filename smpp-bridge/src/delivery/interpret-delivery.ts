import { randomUUID } from 'node:crypto';
import type { InboundReceived, ReceiptReceived } from '#shared/contracts/queue-messages.ts';
import { isFinal } from '#shared/domain/receipts/message-state.ts';
import { type Delivered, type ParsedReceipt, parseReceipt } from '#shared/domain/receipts/parse-receipt.ts';
import type { DefaultAlphabet } from '#shared/domain/text/default-alphabet.ts';
import { parseUserData } from '#shared/domain/text/user-data.ts';
import type { DataSm, DeliverSm } from '../pdu/pdu.ts';

/** What a deliver_sm or data_sm is to us. */
export type Interpreted =
  | { readonly kind: 'receipt'; readonly receipt: ReceiptReceived }
  | { readonly kind: 'inbound'; readonly inbound: InboundReceived }
  /** A user acknowledgement, or a receipt that names no message: answered, logged, and not kept. */
  | { readonly kind: 'ignored'; readonly reason: string };

/**
 * What to make of a text that reads like a receipt although its esm_class (0) says that a person wrote it. Anybody can
 * write one, and have a message counted as delivered: `accept` is for an SMSC that marks its receipts in no other way.
 */
export type PlainReceipts = 'refuse' | 'accept';

/** The provider that it came from, as far as that matters here. */
export interface Source {
  readonly provider: string;
  readonly plainReceipts: PlainReceipts;
  /** What data_coding 0 is there; GSM 7-bit unless told otherwise. */
  readonly defaultAlphabet?: DefaultAlphabet;
}

/** Bits 5-2 of esm_class (SMPP 3.4, 5.2.12). */
const typeMask = 0x3c;
const deliveryReceipt = 0x04;
const hasUserDataHeader = 0x40;

/** 5.3.2.22-24. Parameters that number nothing are as good as none. */
const sarOf = ({ tlvs }: (DeliverSm | DataSm)['body']): InboundReceived['sar'] => {
  const { sar_msg_ref_num: reference, sar_total_segments: total, sar_segment_seqnum: part } = tlvs;
  if (reference === undefined || !total || !part || part > total) return null;
  return { reference, total, part };
};

const toInbound = (pdu: DeliverSm | DataSm, octets: Buffer, from: Source, at: string): InboundReceived => {
  const { body } = pdu;
  const user = parseUserData(octets, (body.esm_class & hasUserDataHeader) !== 0);
  const data = user.outcome === 'parsed' ? user.data : octets;
  return {
    type: 'InboundReceived',
    version: 1,
    inbound_id: randomUUID(),
    provider: from.provider,
    source_addr: body.source_addr,
    destination_addr: body.destination_addr,
    data_coding: body.data_coding,
    esm_class: body.esm_class,
    protocol_id: 'protocol_id' in body ? body.protocol_id : 0,
    udh_hex: user.outcome === 'parsed' ? user.udh.toString('hex') : '',
    data_hex: data.toString('hex'),
    default_alphabet: from.defaultAlphabet ?? 'gsm7',
    sar: sarOf(body),
    at,
  };
};

const toDelivered = ({ body }: DeliverSm | DataSm): Delivered => {
  const { message_payload, receipted_message_id, message_state, network_error_code } = body.tlvs;
  return {
    esmClass: body.esm_class,
    shortMessage: 'short_message' in body ? body.short_message : Buffer.alloc(0),
    dataCoding: body.data_coding,
    ...(message_payload === undefined ? {} : { messagePayload: message_payload }),
    ...(receipted_message_id === undefined ? {} : { receiptedMessageId: receipted_message_id }),
    ...(message_state === undefined ? {} : { messageState: message_state }),
    ...(network_error_code === undefined ? {} : { networkErrorCode: network_error_code }),
  };
};

const parse = (delivered: Delivered, plainReceipts: PlainReceipts): ParsedReceipt => {
  if (plainReceipts === 'refuse' || (delivered.esmClass & typeMask) !== 0) return parseReceipt(delivered);
  const asReceipt = parseReceipt({ ...delivered, esmClass: delivered.esmClass | deliveryReceipt });
  return asReceipt.kind === 'receipt' ? asReceipt : { kind: 'message' };
};

/** An intermediate notification ends nothing, whatever state it names: its final receipt is still to come. */
const stateToReport = ({ state, final }: ParsedReceipt & { readonly kind: 'receipt' }) =>
  !final && isFinal(state) ? 'ENROUTE' : state;

/**
 * Reads what the SMSC delivered: a receipt only where esm_class says so, or the provider is known not to say it, else a
 * message from a telephone.
 */
export const interpretDelivery = (pdu: DeliverSm | DataSm, from: Source, now: Date): Interpreted => {
  const { body } = pdu;
  const delivered = toDelivered(pdu);
  const { shortMessage, messagePayload = shortMessage } = delivered;
  const at = now.toISOString();
  const parsed = parse(delivered, from.plainReceipts);
  switch (parsed.kind) {
    case 'message':
      return {
        kind: 'inbound',
        inbound: toInbound(pdu, shortMessage.length > 0 ? shortMessage : messagePayload, from, at),
      };
    case 'receipt':
      return {
        kind: 'receipt',
        receipt: {
          type: 'ReceiptReceived',
          receipt_id: randomUUID(),
          smsc_message_id: parsed.messageId,
          recipient: body.source_addr,
          state: stateToReport(parsed),
          error_code: parsed.errorCode,
          at,
        },
      };
    case 'acknowledgement':
      return { kind: 'ignored', reason: 'acknowledgement' };
    case 'unreadable-receipt':
      return { kind: 'ignored', reason: parsed.reason };
  }
};
