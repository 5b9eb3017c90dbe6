import { parseReceipt } from '#shared/domain/receipts/parse-receipt.ts';
import { maskMsisdn } from '#shared/telemetry.ts';
import { commandStatusName } from '../pdu/command-status.ts';
import type { CommandName, PassingPdu } from '../pdu/pdu.ts';
import type { RawTlv } from '../pdu/tlvs.ts';

/** A PDU as a log may show it: no text, no password, and of a number the last three digits. */
export interface TracedPdu {
  readonly command: CommandName;
  readonly sequence: number;
  /** By its name in SMPP 3.4, 5.1.3. */
  readonly status: string;
  /** Parameters by the specification's names; those that are NULL are left out. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What a delivery receipt says, read as the bridge reads it. */
  readonly receipt?: object;
}

/** A name of letters is nobody's number; whatever has a digit may be one. */
const maskAddress = (address: string): string => (/\d/.test(address) ? maskMsisdn(address) : address);

const lengthOf = (value: string | Buffer): string => `${value.length} octets`;

const inHexadecimal = (value: Buffer): string => value.toString('hex');

type Mask = (value: never) => unknown;

/** Parameters that are not shown as they are; octets without a mask here are shown as their length. */
const masks: Readonly<Record<string, Mask>> = {
  source_addr: maskAddress,
  destination_addr: maskAddress,
  esme_addr: maskAddress,
  address_range: maskAddress,
  dl_name: maskAddress,
  password: () => '***',
  additional_status_info_text: lengthOf,
  network_error_code: inHexadecimal,
  its_session_info: inHexadecimal,
};

const shown = (name: string, value: unknown): unknown => {
  const mask = masks[name];
  if (mask) return mask(value as never);
  if (Buffer.isBuffer(value)) return lengthOf(value);
  return Array.isArray(value) ? value.map((member: object) => shownAll(member)) : value;
};

const shownAll = (values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(name, value)]));

const isNull = (value: unknown): boolean =>
  value === undefined || value === 0 || value === '' || (Buffer.isBuffer(value) && value.length === 0);

const shownTlv = ({ tag, value }: RawTlv): string => `0x${tag.toString(16).padStart(4, '0')}: ${lengthOf(value)}`;

interface Body {
  readonly tlvs?: object;
  readonly otherTlvs?: readonly RawTlv[];
}

const shownFields = ({ tlvs = {}, otherTlvs = [], ...mandatory }: Body): Record<string, unknown> => {
  const given = Object.fromEntries(Object.entries(mandatory).filter(([, value]) => !isNull(value)));
  return { ...shownAll(given), ...shownAll(tlvs), ...(otherTlvs.length > 0 && { other: otherTlvs.map(shownTlv) }) };
};

interface DeliveryBody {
  readonly esm_class: number;
  readonly data_coding: number;
  readonly short_message?: Buffer;
  readonly tlvs: {
    readonly message_payload?: Buffer;
    readonly receipted_message_id?: string;
    readonly message_state?: number;
    readonly network_error_code?: Buffer;
  };
}

const noOctets = Buffer.alloc(0);

const receiptOf = ({ esm_class, data_coding, short_message, tlvs }: DeliveryBody): object | undefined => {
  const parsed = parseReceipt({
    esmClass: esm_class,
    dataCoding: data_coding,
    shortMessage: short_message ?? noOctets,
    messagePayload: tlvs.message_payload,
    receiptedMessageId: tlvs.receipted_message_id,
    messageState: tlvs.message_state,
    networkErrorCode: tlvs.network_error_code,
  });
  if (parsed.kind === 'receipt')
    return { id: parsed.messageId, state: parsed.state, error: parsed.errorCode, final: parsed.final };
  return parsed.kind === 'unreadable-receipt' ? { unreadable: parsed.reason } : undefined;
};

const carriesDelivery: ReadonlySet<CommandName> = new Set(['deliver_sm', 'data_sm']);

/** Masks one PDU. Made only while a trace is on: it costs some microseconds. */
export const tracedPdu = ({ command, commandStatus, sequenceNumber, body }: PassingPdu): TracedPdu => {
  const receipt = body && carriesDelivery.has(command) ? receiptOf(body as DeliveryBody) : undefined;
  return {
    command,
    sequence: sequenceNumber,
    status: commandStatusName(commandStatus),
    fields: body ? shownFields(body) : {},
    ...(receipt && { receipt }),
  };
};
