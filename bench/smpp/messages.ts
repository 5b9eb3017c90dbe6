import { encodePdu } from '../../smpp-bridge/src/pdu/encode.ts';
import type { SubmitSmFields } from '../../smpp-bridge/src/session/session-types.ts';

/** The one message of every measurement: 160 characters of the GSM alphabet, one to an octet. */
export const submitFields: SubmitSmFields = {
  source_addr_ton: 5,
  source_addr: 'SIGNALBOX',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '491701234567',
  registered_delivery: 1,
  data_coding: 0,
  short_message: Buffer.alloc(160, 'a'),
};

const receiptText =
  'id:0123456789abcdef sub:001 dlvrd:001 submit date:2611210842 done date:2611210843 stat:DELIVRD err:000 text:Hello';

/** The receipt of it, with the optional parameters that SMSCs put into one. */
export const receiptFields = {
  source_addr_ton: 1,
  source_addr_npi: 1,
  source_addr: '491701234567',
  dest_addr_ton: 5,
  destination_addr: 'SIGNALBOX',
  esm_class: 4,
  data_coding: 0,
  short_message: Buffer.from(receiptText),
  tlvs: { receipted_message_id: '0123456789abcdef', message_state: 2 },
};

export const messageId = 'abcdefgh';

export const submitFrame = encodePdu({
  command: 'submit_sm',
  commandStatus: 0,
  sequenceNumber: 1,
  body: submitFields,
});

export const submitAnswer = encodePdu({
  command: 'submit_sm_resp',
  commandStatus: 0,
  sequenceNumber: 1,
  body: { message_id: messageId },
});
