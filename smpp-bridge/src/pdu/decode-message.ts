import { type Cursor, readCString, readShortMessage, readTime, readUint8 } from './decode-fields.ts';
import { noOtherTlvs, noTlvs } from './decode-tlvs.ts';
import { bodyFields } from './fields.ts';
import type { BodyOf } from './pdu.ts';

const fields = bodyFields.submit_sm;
const { message_id: messageId } = bodyFields.submit_sm_resp;

/**
 * The mandatory parameters of a submit_sm or deliver_sm, in the order of the wire. Nearly every PDU with a content is
 * one of these: written out, the object has its shape from the start, which makes it twice as fast as the table's loop.
 */
export const decodeMessage = (cursor: Cursor): BodyOf<'submit_sm'> => ({
  service_type: readCString(cursor, 'service_type', fields.service_type),
  source_addr_ton: readUint8(cursor, 'source_addr_ton', fields.source_addr_ton),
  source_addr_npi: readUint8(cursor, 'source_addr_npi', fields.source_addr_npi),
  source_addr: readCString(cursor, 'source_addr', fields.source_addr),
  dest_addr_ton: readUint8(cursor, 'dest_addr_ton', fields.dest_addr_ton),
  dest_addr_npi: readUint8(cursor, 'dest_addr_npi', fields.dest_addr_npi),
  destination_addr: readCString(cursor, 'destination_addr', fields.destination_addr),
  esm_class: readUint8(cursor, 'esm_class', fields.esm_class),
  protocol_id: readUint8(cursor, 'protocol_id', fields.protocol_id),
  priority_flag: readUint8(cursor, 'priority_flag', fields.priority_flag),
  schedule_delivery_time: readTime(cursor, 'schedule_delivery_time', fields.schedule_delivery_time),
  validity_period: readTime(cursor, 'validity_period', fields.validity_period),
  registered_delivery: readUint8(cursor, 'registered_delivery', fields.registered_delivery),
  replace_if_present_flag: readUint8(cursor, 'replace_if_present_flag', fields.replace_if_present_flag),
  data_coding: readUint8(cursor, 'data_coding', fields.data_coding),
  sm_default_msg_id: readUint8(cursor, 'sm_default_msg_id', fields.sm_default_msg_id),
  short_message: readShortMessage(cursor, 'short_message', fields.short_message),
  tlvs: noTlvs,
  otherTlvs: noOtherTlvs,
});

/** The mandatory parameter of a submit_sm_resp, deliver_sm_resp or data_sm_resp. */
export const decodeMessageId = (cursor: Cursor): BodyOf<'submit_sm_resp'> => ({
  message_id: readCString(cursor, 'message_id', messageId),
  tlvs: noTlvs,
  otherTlvs: noOtherTlvs,
});
