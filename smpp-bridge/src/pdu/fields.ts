import { commandStatuses } from './command-status.ts';

/**
 * The kinds of mandatory parameter, SMPP 3.4, 3.1. `fault` is the command_status by which a breach is answered, so
 * that the table alone knows what to tell the peer.
 */
export type Field =
  /** At most `max` octets, the final NUL among them. */
  | { readonly kind: 'cString'; readonly max: number; readonly fault: number }
  /** 7.1.1: empty, or exactly 16 characters `YYMMDDhhmmsstnnp` and the NUL. */
  | { readonly kind: 'time'; readonly max: 17; readonly fault: number }
  | { readonly kind: 'uint8'; readonly max: 1; readonly fault: number }
  /** sm_length and the short_message it measures. */
  | { readonly kind: 'shortMessage'; readonly max: 255; readonly fault: number }
  /** 4.5.1: number_of_dests, from 1 to 254, and so many destinations. */
  | { readonly kind: 'destinations'; readonly max: number; readonly fault: number }
  /** 4.5.2: no_unsuccess and so many unsuccessful SMEs. */
  | { readonly kind: 'unsuccessful'; readonly max: number; readonly fault: number };

/** One dest_address of a submit_multi: the address of an SME, or the name of a distribution list. SMPP 3.4, 4.5.1.1. */
export type Destination =
  | {
      readonly dest_flag: 1;
      readonly dest_addr_ton: number;
      readonly dest_addr_npi: number;
      readonly destination_addr: string;
    }
  | { readonly dest_flag: 2; readonly dl_name: string };

/** One unsuccess_sme of a submit_multi_resp: whom the message did not go to, and why. SMPP 3.4, 4.5.2.1. */
export interface UnsuccessfulSme {
  readonly dest_addr_ton: number;
  readonly dest_addr_npi: number;
  readonly destination_addr: string;
  readonly error_status_code: number;
}

interface Values {
  readonly cString: string;
  readonly time: string;
  readonly uint8: number;
  readonly shortMessage: Buffer;
  readonly destinations: readonly Destination[];
  readonly unsuccessful: readonly UnsuccessfulSme[];
}

/** The JavaScript value of a parameter. */
export type ValueOf<F extends Field> = Values[F['kind']];

const cString = (max: number, fault: number) => ({ kind: 'cString', max, fault }) as const;
const time = (fault: number) => ({ kind: 'time', max: 17, fault }) as const;
const uint8 = (fault: number = commandStatuses.ESME_RINVCMDLEN) => ({ kind: 'uint8', max: 1, fault }) as const;

/** sm_length is at most 254: SMPP 3.4, 5.2.21. */
export const maxShortMessage = 254;

/** number_of_dests is at most 254: SMPP 3.4, 5.2.24. */
export const maxDestinations = 254;

/** What number_of_dests and no_unsuccess are the number of, field by field: SMPP 3.4, 4.5.1.1 and 4.5.2.1. */
export const memberFields = {
  dest_flag: uint8(commandStatuses.ESME_RINVDESTFLAG),
  dest_addr_ton: uint8(commandStatuses.ESME_RINVDSTTON),
  dest_addr_npi: uint8(commandStatuses.ESME_RINVDSTNPI),
  destination_addr: cString(21, commandStatuses.ESME_RINVDSTADR),
  dl_name: cString(21, commandStatuses.ESME_RINVDLNAME),
} as const;

const smeLength = 23;

const destinations = {
  kind: 'destinations',
  max: 1 + maxDestinations * (1 + smeLength),
  fault: commandStatuses.ESME_RINVNUMDESTS,
} as const;

const unsuccessful = {
  kind: 'unsuccessful',
  max: 1 + 0xff * (smeLength + 4),
  fault: commandStatuses.ESME_RINVNUMDESTS,
} as const;

const shortMessage = { kind: 'shortMessage', max: 255, fault: commandStatuses.ESME_RINVMSGLEN } as const;

const messageId = { message_id: cString(65, commandStatuses.ESME_RINVMSGID) };
const serviceType = { service_type: cString(6, commandStatuses.ESME_RINVSERTYP) };

const source = (max: number) => ({
  source_addr_ton: uint8(commandStatuses.ESME_RINVSRCTON),
  source_addr_npi: uint8(commandStatuses.ESME_RINVSRCNPI),
  source_addr: cString(max, commandStatuses.ESME_RINVSRCADR),
});

const destination = (max: number) => ({
  dest_addr_ton: uint8(commandStatuses.ESME_RINVDSTTON),
  dest_addr_npi: uint8(commandStatuses.ESME_RINVDSTNPI),
  destination_addr: cString(max, commandStatuses.ESME_RINVDSTADR),
});

const times = {
  schedule_delivery_time: time(commandStatuses.ESME_RINVSCHED),
  validity_period: time(commandStatuses.ESME_RINVEXPIRY),
};

const bind = {
  system_id: cString(16, commandStatuses.ESME_RINVSYSID),
  password: cString(9, commandStatuses.ESME_RINVPASWD),
  system_type: cString(13, commandStatuses.ESME_RINVSYSTYP),
  interface_version: uint8(),
  addr_ton: uint8(),
  addr_npi: uint8(),
  address_range: cString(41, commandStatuses.ESME_RBINDFAIL),
};

const bindResp = { system_id: cString(16, commandStatuses.ESME_RINVSYSID) };

/** What follows the destination in a submit_sm, a deliver_sm and a submit_multi. */
const message = {
  esm_class: uint8(commandStatuses.ESME_RINVESMCLASS),
  protocol_id: uint8(),
  priority_flag: uint8(commandStatuses.ESME_RINVPRTFLG),
  ...times,
  registered_delivery: uint8(commandStatuses.ESME_RINVREGDLVFLG),
  replace_if_present_flag: uint8(commandStatuses.ESME_RINVREPFLAG),
  data_coding: uint8(),
  sm_default_msg_id: uint8(commandStatuses.ESME_RINVDFTMSGID),
  short_message: shortMessage,
};

const submitSm = { ...serviceType, ...source(21), ...destination(21), ...message };

/** The mandatory parameters of every command in the order of the wire: SMPP 3.4, chapter 4. */
export const bodyFields = {
  /** 4.3.1 */
  generic_nack: {},
  /** 4.1.1 to 4.1.6 */
  bind_receiver: bind,
  bind_receiver_resp: bindResp,
  bind_transmitter: bind,
  bind_transmitter_resp: bindResp,
  bind_transceiver: bind,
  bind_transceiver_resp: bindResp,
  /** 4.1.7 */
  outbind: {
    system_id: cString(16, commandStatuses.ESME_RINVSYSID),
    password: cString(9, commandStatuses.ESME_RINVPASWD),
  },
  /** 4.2 */
  unbind: {},
  unbind_resp: {},
  /** 4.4 */
  submit_sm: submitSm,
  submit_sm_resp: messageId,
  /** 4.5 */
  submit_multi: { ...serviceType, ...source(21), dest_addresses: destinations, ...message },
  submit_multi_resp: { ...messageId, unsuccess_smes: unsuccessful },
  /** 4.6 */
  deliver_sm: submitSm,
  deliver_sm_resp: messageId,
  /** 4.7 */
  data_sm: {
    ...serviceType,
    ...source(65),
    ...destination(65),
    esm_class: uint8(commandStatuses.ESME_RINVESMCLASS),
    registered_delivery: uint8(commandStatuses.ESME_RINVREGDLVFLG),
    data_coding: uint8(),
  },
  data_sm_resp: messageId,
  /** 4.8 */
  query_sm: { ...messageId, ...source(21) },
  query_sm_resp: {
    ...messageId,
    final_date: time(commandStatuses.ESME_RQUERYFAIL),
    message_state: uint8(),
    error_code: uint8(),
  },
  /** 4.9 */
  cancel_sm: { ...serviceType, ...messageId, ...source(21), ...destination(21) },
  cancel_sm_resp: {},
  /** 4.10 */
  replace_sm: {
    ...messageId,
    ...source(21),
    ...times,
    registered_delivery: uint8(commandStatuses.ESME_RINVREGDLVFLG),
    sm_default_msg_id: uint8(commandStatuses.ESME_RINVDFTMSGID),
    short_message: shortMessage,
  },
  replace_sm_resp: {},
  /** 4.11 */
  enquire_link: {},
  enquire_link_resp: {},
  /** 4.12 */
  alert_notification: {
    source_addr_ton: uint8(),
    source_addr_npi: uint8(),
    source_addr: cString(65, commandStatuses.ESME_RINVSRCADR),
    esme_addr_ton: uint8(),
    esme_addr_npi: uint8(),
    esme_addr: cString(65, commandStatuses.ESME_RINVDSTADR),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Field>>>>;
