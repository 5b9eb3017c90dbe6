import type { bodyFields, Field, ValueOf } from './fields.ts';
import type { RawTlv, Tlvs } from './tlvs.ts';

/** command_id, SMPP 3.4, 5.1.2.1. */
export const commandIds = {
  generic_nack: 0x80000000,
  bind_receiver: 0x00000001,
  bind_receiver_resp: 0x80000001,
  bind_transmitter: 0x00000002,
  bind_transmitter_resp: 0x80000002,
  query_sm: 0x00000003,
  query_sm_resp: 0x80000003,
  submit_sm: 0x00000004,
  submit_sm_resp: 0x80000004,
  deliver_sm: 0x00000005,
  deliver_sm_resp: 0x80000005,
  unbind: 0x00000006,
  unbind_resp: 0x80000006,
  replace_sm: 0x00000007,
  replace_sm_resp: 0x80000007,
  cancel_sm: 0x00000008,
  cancel_sm_resp: 0x80000008,
  bind_transceiver: 0x00000009,
  bind_transceiver_resp: 0x80000009,
  outbind: 0x0000000b,
  enquire_link: 0x00000015,
  enquire_link_resp: 0x80000015,
  submit_multi: 0x00000021,
  submit_multi_resp: 0x80000021,
  alert_notification: 0x00000102,
  data_sm: 0x00000103,
  data_sm_resp: 0x80000103,
} as const satisfies Readonly<Record<keyof typeof bodyFields, number>>;

export type CommandName = keyof typeof commandIds;

const namesById: ReadonlyMap<number, CommandName> = new Map(
  Object.entries(commandIds).map(([name, id]) => [id, name as CommandName]),
);

/** The name of a command_id, or undefined for one that this codec does not speak. */
export const commandName = (commandId: number): CommandName | undefined => namesById.get(commandId);

/** Whether a command_id is a response: bit 31, SMPP 3.4, 5.1.2. Responses are never answered. */
export const isResponse = (commandId: number): boolean => commandId >= 0x80000000;

/** command_length, command_id, command_status, sequence_number: SMPP 3.4, 3.2. */
export const headerLength = 16;

/** The longest PDU taken or sent: a message_payload of 64 KiB and 1 KiB for everything else. */
export const maxPduLength = 64 * 1024 + 1024;

interface OptionalParameters {
  readonly tlvs: Tlvs;
  /** What stands outside the specification's table, in the order of the wire. */
  readonly otherTlvs: readonly RawTlv[];
}

type FieldsOf<Command extends CommandName> = (typeof bodyFields)[Command] extends infer Fields
  ? { readonly [Name in keyof Fields]: Fields[Name] extends Field ? ValueOf<Fields[Name]> : never }
  : never;

/**
 * The parameters of one command by the specification's names.
 *
 * Buffers of a decoded body are views into the frame it came in; copy what is to be kept for long.
 */
export type BodyOf<Command extends CommandName> = FieldsOf<Command> & OptionalParameters;

/** What an encoder takes: a parameter left out is the specification's NULL, so '' or 0 or no octets. */
export type BodyInput<Command extends CommandName> = Partial<BodyOf<Command>>;

/** A response may be its header alone, most often when it refuses; its body is then null. */
type DecodedBody<Command extends CommandName> = Command extends `${string}_resp`
  ? BodyOf<Command> | null
  : BodyOf<Command>;

export interface PduOf<Command extends CommandName> {
  readonly command: Command;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
  readonly body: DecodedBody<Command>;
}

export type Pdu = { [Command in CommandName]: PduOf<Command> }[CommandName];

/** Any PDU on its way in or out; one that goes out need not name the parameters that are NULL. */
export interface PassingPdu {
  readonly command: CommandName;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
  readonly body: object | null;
}

export type SubmitSm = PduOf<'submit_sm'>;
export type DeliverSm = PduOf<'deliver_sm'>;
export type DataSm = PduOf<'data_sm'>;
