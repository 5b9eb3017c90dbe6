/** How the value of an optional parameter is written, SMPP 3.4, 3.2.4.1. Lengths are of the value, in octets. */
export type TlvFormat =
  | { readonly kind: 'integer'; readonly octets: 1 | 2 | 4 }
  | { readonly kind: 'octets'; readonly min: number; readonly max: number }
  /** `max` counts the final NUL. */
  | { readonly kind: 'cString'; readonly max: number }
  /** A parameter whose presence is its value. */
  | { readonly kind: 'flag' };

const integer = <Octets extends 1 | 2 | 4>(octets: Octets) => ({ kind: 'integer', octets }) as const;
const octets = (min: number, max = min) => ({ kind: 'octets', min, max }) as const;
const cString = (max: number) => ({ kind: 'cString', max }) as const;
const flag = { kind: 'flag' } as const;

/** Tag and format of every optional parameter of SMPP 3.4: 5.3.1 for the tags, 5.3.2 for the formats. */
export const tlvTable = {
  dest_addr_subunit: [0x0005, integer(1)],
  dest_network_type: [0x0006, integer(1)],
  dest_bearer_type: [0x0007, integer(1)],
  dest_telematics_id: [0x0008, integer(2)],
  source_addr_subunit: [0x000d, integer(1)],
  source_network_type: [0x000e, integer(1)],
  source_bearer_type: [0x000f, integer(1)],
  source_telematics_id: [0x0010, integer(1)],
  qos_time_to_live: [0x0017, integer(4)],
  payload_type: [0x0019, integer(1)],
  additional_status_info_text: [0x001d, cString(256)],
  receipted_message_id: [0x001e, cString(65)],
  ms_msg_wait_facilities: [0x0030, integer(1)],
  privacy_indicator: [0x0201, integer(1)],
  source_subaddress: [0x0202, octets(2, 23)],
  dest_subaddress: [0x0203, octets(2, 23)],
  user_message_reference: [0x0204, integer(2)],
  user_response_code: [0x0205, integer(1)],
  source_port: [0x020a, integer(2)],
  destination_port: [0x020b, integer(2)],
  sar_msg_ref_num: [0x020c, integer(2)],
  language_indicator: [0x020d, integer(1)],
  sar_total_segments: [0x020e, integer(1)],
  sar_segment_seqnum: [0x020f, integer(1)],
  sc_interface_version: [0x0210, integer(1)],
  callback_num_pres_ind: [0x0302, integer(1)],
  callback_num_atag: [0x0303, octets(0, 65)],
  number_of_messages: [0x0304, integer(1)],
  callback_num: [0x0381, octets(4, 19)],
  dpf_result: [0x0420, integer(1)],
  set_dpf: [0x0421, integer(1)],
  ms_availability_status: [0x0422, integer(1)],
  /** 5.3.2.31: a network type and a two-octet error. */
  network_error_code: [0x0423, octets(3)],
  message_payload: [0x0424, octets(0, 0xffff)],
  delivery_failure_reason: [0x0425, integer(1)],
  more_messages_to_send: [0x0426, integer(1)],
  message_state: [0x0427, integer(1)],
  ussd_service_op: [0x0501, integer(1)],
  display_time: [0x1201, integer(1)],
  sms_signal: [0x1203, integer(2)],
  ms_validity: [0x1204, integer(1)],
  alert_on_message_delivery: [0x130c, flag],
  its_reply_type: [0x1380, integer(1)],
  its_session_info: [0x1383, octets(2)],
} as const satisfies Readonly<Record<string, readonly [tag: number, format: TlvFormat]>>;

export type TlvName = keyof typeof tlvTable;

type ValueOf<Format extends TlvFormat> = Format['kind'] extends 'integer'
  ? number
  : Format['kind'] extends 'octets'
    ? Buffer
    : Format['kind'] extends 'cString'
      ? string
      : true;

/** The optional parameters of the specification that a PDU carries, by name. */
export type Tlvs = { readonly [Name in TlvName]?: ValueOf<(typeof tlvTable)[Name][1]> };

/** An optional parameter as it stood on the wire: a tag that 5.3.1 does not know, or one that came a second time. */
export interface RawTlv {
  readonly tag: number;
  readonly value: Buffer;
}
