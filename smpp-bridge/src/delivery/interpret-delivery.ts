import { randomUUID } from 'node:crypto';
import type { InboundReceived, ReceiptReceived } from '#shared/contracts/queue-messages.ts';
import { parseReceipt } from '#shared/domain/receipts/parse-receipt.ts';
import { decodeGsm7 } from '#shared/domain/text/gsm7.ts';
import { parseUserData } from '#shared/domain/text/user-data.ts';
import type { DataSm, DeliverSm } from '../pdu/pdu.ts';

/** What a deliver_sm or data_sm is to us. */
export type Interpreted =
  | { readonly kind: 'receipt'; readonly receipt: ReceiptReceived }
  | { readonly kind: 'inbound'; readonly inbound: InboundReceived }
  /** A user acknowledgement, or a receipt that names no message: answered, logged, and not kept. */
  | { readonly kind: 'ignored'; readonly reason: string };

const hasUserDataHeader = 0x40;

/** The alphabets an SMSC uses towards an ESME (SMPP 3.4, 5.2.19); what else there is stays octets. */
const decodeText = (data: Buffer, dataCoding: number): string | null => {
  switch (dataCoding) {
    case 0x00:
      return decodeGsm7(data);
    case 0x01:
    case 0x03:
      return data.toString('latin1');
    case 0x08:
      return Buffer.from(data.subarray(0, data.length & ~1))
        .swap16()
        .toString('utf16le');
    default:
      return null;
  }
};

const toInbound = (pdu: DeliverSm | DataSm, octets: Buffer, provider: string, at: string): InboundReceived => {
  const { body } = pdu;
  const user = parseUserData(octets, (body.esm_class & hasUserDataHeader) !== 0);
  const data = user.outcome === 'parsed' ? user.data : octets;
  return {
    type: 'InboundReceived',
    version: 1,
    inbound_id: randomUUID(),
    provider,
    source_addr: body.source_addr,
    destination_addr: body.destination_addr,
    data_coding: body.data_coding,
    esm_class: body.esm_class,
    protocol_id: 'protocol_id' in body ? body.protocol_id : 0,
    udh_hex: user.outcome === 'parsed' ? user.udh.toString('hex') : '',
    data_hex: data.toString('hex'),
    text: user.outcome === 'parsed' ? decodeText(data, body.data_coding) : null,
    at,
  };
};

/** Reads what the SMSC delivered: a receipt only where esm_class says so, else a message from a telephone. */
export const interpretDelivery = (pdu: DeliverSm | DataSm, provider: string, now: Date): Interpreted => {
  const { body } = pdu;
  const shortMessage = 'short_message' in body ? body.short_message : Buffer.alloc(0);
  const payload = body.tlvs.message_payload;
  const { receipted_message_id: receiptedMessageId, message_state: messageState } = body.tlvs;
  const networkErrorCode = body.tlvs.network_error_code;
  const at = now.toISOString();
  const parsed = parseReceipt({
    esmClass: body.esm_class,
    shortMessage,
    dataCoding: body.data_coding,
    ...(payload === undefined ? {} : { messagePayload: payload }),
    ...(receiptedMessageId === undefined ? {} : { receiptedMessageId }),
    ...(messageState === undefined ? {} : { messageState }),
    ...(networkErrorCode === undefined ? {} : { networkErrorCode }),
  });
  switch (parsed.kind) {
    case 'message':
      return {
        kind: 'inbound',
        inbound: toInbound(pdu, shortMessage.length > 0 ? shortMessage : (payload ?? shortMessage), provider, at),
      };
    case 'receipt':
      return {
        kind: 'receipt',
        receipt: {
          type: 'ReceiptReceived',
          receipt_id: randomUUID(),
          smsc_message_id: parsed.messageId,
          recipient: body.source_addr,
          state: parsed.state,
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
