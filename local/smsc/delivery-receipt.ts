import type { SubmitRecord } from './received-messages.ts';

/** The fields of a deliver_sm, by the specification's names. */
export type DeliverFields = Readonly<Record<string, string | number | Buffer>>;

const messageStates = { DELIVRD: 2, UNDELIV: 5 } as const;

/** `YYMMDDhhmm`, UTC (SMPP 3.4, appendix B). */
const minutes = (time: Date): string => time.toISOString().replaceAll(/\D/g, '').slice(2, 12);

/** A delivery receipt the way most SMSCs write it: the text of appendix B, and TLVs when they are wanted. */
export const deliveryReceipt = (
  submit: SubmitRecord,
  state: keyof typeof messageStates,
  { tlvs, now }: { readonly tlvs: boolean; readonly now: Date },
): DeliverFields => {
  const id = submit.receipt_id ?? submit.message_id ?? '';
  const isDelivered = state === 'DELIVRD';
  const quoted = (submit.text ?? '').slice(0, 20).replaceAll(/[^\x20-\x7e]/g, '?');
  const text = [
    `id:${id} sub:001 dlvrd:${isDelivered ? '001' : '000'}`,
    `submit date:${minutes(new Date(submit.time))} done date:${minutes(now)}`,
    `stat:${state} err:${isDelivered ? '000' : '001'} text:${quoted}`,
  ].join(' ');
  return {
    source_addr_ton: submit.dest_addr_ton,
    source_addr_npi: submit.dest_addr_npi,
    source_addr: submit.destination,
    dest_addr_ton: submit.source_addr_ton,
    dest_addr_npi: submit.source_addr_npi,
    destination_addr: submit.source,
    esm_class: 0x04,
    data_coding: 0,
    short_message: Buffer.from(text, 'latin1'),
    ...(tlvs ? { receipted_message_id: id, message_state: messageStates[state] } : {}),
  };
};
