import { type Writer, writeCString, writeShortMessage, writeTime, writeUint8 } from './encode-fields.ts';
import { bodyFields } from './fields.ts';
import type { BodyInput } from './pdu.ts';

const fields = bodyFields.submit_sm;

/**
 * The mandatory parameters of a submit_sm or deliver_sm, in the order of the wire; written out for the same reason as
 * in decoding.
 */
export const encodeMessage = (writer: Writer, body: BodyInput<'submit_sm'>): void => {
  writeCString(writer, 'service_type', fields.service_type, body.service_type);
  writeUint8(writer, 'source_addr_ton', fields.source_addr_ton, body.source_addr_ton);
  writeUint8(writer, 'source_addr_npi', fields.source_addr_npi, body.source_addr_npi);
  writeCString(writer, 'source_addr', fields.source_addr, body.source_addr);
  writeUint8(writer, 'dest_addr_ton', fields.dest_addr_ton, body.dest_addr_ton);
  writeUint8(writer, 'dest_addr_npi', fields.dest_addr_npi, body.dest_addr_npi);
  writeCString(writer, 'destination_addr', fields.destination_addr, body.destination_addr);
  writeUint8(writer, 'esm_class', fields.esm_class, body.esm_class);
  writeUint8(writer, 'protocol_id', fields.protocol_id, body.protocol_id);
  writeUint8(writer, 'priority_flag', fields.priority_flag, body.priority_flag);
  writeTime(writer, 'schedule_delivery_time', fields.schedule_delivery_time, body.schedule_delivery_time);
  writeTime(writer, 'validity_period', fields.validity_period, body.validity_period);
  writeUint8(writer, 'registered_delivery', fields.registered_delivery, body.registered_delivery);
  writeUint8(writer, 'replace_if_present_flag', fields.replace_if_present_flag, body.replace_if_present_flag);
  writeUint8(writer, 'data_coding', fields.data_coding, body.data_coding);
  writeUint8(writer, 'sm_default_msg_id', fields.sm_default_msg_id, body.sm_default_msg_id);
  writeShortMessage(writer, 'short_message', fields.short_message, body.short_message);
};
