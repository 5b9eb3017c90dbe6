import { isFinal, type MessageState, stateOfNumber, stateOfWord } from './message-state.ts';
import { type ReceiptText, readReceiptText } from './receipt-text.ts';

/** Of a deliver_sm or data_sm, what can make it a receipt. */
export interface Delivered {
  readonly esmClass: number;
  /** Empty for a data_sm, or when the text is in message_payload. */
  readonly shortMessage: Buffer;
  readonly messagePayload?: Buffer;
  readonly receiptedMessageId?: string;
  readonly messageState?: number;
  readonly networkErrorCode?: Buffer;
  readonly dataCoding: number;
}

export type ParsedReceipt =
  | {
      readonly kind: 'receipt';
      /** Nothing more is to come for this message. */
      readonly final: boolean;
      /** As the SMSC wrote it: 1-64 printable characters. */
      readonly messageId: string;
      readonly state: MessageState;
      /** `err:` as it stood, or network_error_code as `<network type>/<code>`, at most 16 characters. */
      readonly errorCode: string | null;
    }
  /** The recipient's telephone or the recipient answered: nothing about delivery. */
  | { readonly kind: 'acknowledgement' }
  | { readonly kind: 'message' }
  | { readonly kind: 'unreadable-receipt'; readonly reason: 'no-message-id' | 'no-state' | 'unknown-state' };

/** Bits 5-2 of esm_class (SMPP 3.4, 5.2.12). */
const typeMask = 0x3c;
const deliveryReceipt = 0x04;
const intermediateNotification = 0x20;
const acknowledgements: readonly number[] = [0x08, 0x10];
const hasUserDataHeader = 0x40;

const readText = ({ esmClass, shortMessage, messagePayload }: Delivered): ReceiptText => {
  const body = shortMessage.length > 0 ? shortMessage : (messagePayload ?? shortMessage);
  const headerOctets = esmClass & hasUserDataHeader ? (body[0] ?? 0) + 1 : 0;
  return readReceiptText(body.subarray(headerOctets));
};

const usableId = (raw: string | undefined): string | undefined => {
  const id = raw?.replace(/[\s\0]+$/, '');
  return id !== undefined && /^[\x21-\x7e]{1,64}$/.test(id) ? id : undefined;
};

/** network_error_code is a network type and a 16-bit code (SMPP 3.4, 5.3.2.31). */
const errorCodeOf = (tlv: Buffer | undefined, err: string | undefined): string | null => {
  if (tlv?.length === 3) return `${tlv.readUInt8(0)}/${tlv.readUInt16BE(1)}`;
  return err !== undefined && /^[0-9A-Za-z-]{1,16}$/.test(err) ? err : null;
};

/**
 * Tells a receipt from a message and reads it. Only esm_class makes a receipt: a text that merely looks like one was
 * written by a person. TLVs win over text, one by one, and a TLV that cannot be used counts as missing. Never throws.
 */
export const parseReceipt = (delivered: Delivered): ParsedReceipt => {
  const type = delivered.esmClass & typeMask;
  if (acknowledgements.includes(type)) return { kind: 'acknowledgement' };
  if (type !== deliveryReceipt && type !== intermediateNotification) return { kind: 'message' };
  const { id, stat, err } = readText(delivered);
  const messageId = usableId(delivered.receiptedMessageId) ?? usableId(id);
  if (messageId === undefined) return { kind: 'unreadable-receipt', reason: 'no-message-id' };
  const stateOfTlv = delivered.messageState === undefined ? undefined : stateOfNumber(delivered.messageState);
  const state = stateOfTlv ?? (stat === undefined ? undefined : stateOfWord(stat));
  if (state === undefined) {
    const isSilent = stat === undefined && delivered.messageState === undefined;
    return { kind: 'unreadable-receipt', reason: isSilent ? 'no-state' : 'unknown-state' };
  }
  const final = type === deliveryReceipt && isFinal(state);
  return { kind: 'receipt', final, messageId, state, errorCode: errorCodeOf(delivered.networkErrorCode, err) };
};
