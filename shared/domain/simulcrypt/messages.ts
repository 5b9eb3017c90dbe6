/** EMMG/PDG <=> MUX: ETSI TS 103 197, clause 6. Names are the specification's own. */

/** Its parameters (6.2.2): their parameter_type, and their octets; null where they may have any number. */
export const parameterTypes = {
  client_id: { type: 0x0001, octets: 4 },
  section_TSpkt_flag: { type: 0x0002, octets: 1 },
  data_channel_id: { type: 0x0003, octets: 2 },
  data_stream_id: { type: 0x0004, octets: 2 },
  datagram: { type: 0x0005, octets: null },
  /** In kbit/s. */
  bandwidth: { type: 0x0006, octets: 2 },
  data_type: { type: 0x0007, octets: 1 },
  data_id: { type: 0x0008, octets: 2 },
  error_status: { type: 0x7000, octets: 2 },
  error_information: { type: 0x7001, octets: null },
} as const;

export type ParameterName = keyof typeof parameterTypes;

/** How often a message has a parameter: once; not at all or once; once at least; any number of times. */
export type Occurrence = 'one' | 'optional' | 'some' | 'any';

const channel = { client_id: 'one', data_channel_id: 'one' } as const;
const stream = { ...channel, data_stream_id: 'one' } as const;
const errors = { error_status: 'some', error_information: 'any' } as const;

/** Its messages (6.2.3 to 6.2.5): their message_type, and their parameters in the order in which they are written. */
export const messageTypes = {
  channel_setup: { type: 0x0011, parameters: { ...channel, section_TSpkt_flag: 'one' } },
  channel_test: { type: 0x0012, parameters: channel },
  channel_status: { type: 0x0013, parameters: { ...channel, section_TSpkt_flag: 'one' } },
  channel_close: { type: 0x0014, parameters: channel },
  channel_error: { type: 0x0015, parameters: { ...channel, ...errors } },
  stream_setup: { type: 0x0111, parameters: { ...stream, data_id: 'one', data_type: 'one' } },
  stream_test: { type: 0x0112, parameters: stream },
  stream_status: { type: 0x0113, parameters: { ...stream, data_id: 'one', data_type: 'one' } },
  stream_close_request: { type: 0x0114, parameters: stream },
  stream_close_response: { type: 0x0115, parameters: stream },
  stream_error: { type: 0x0116, parameters: { ...stream, ...errors } },
  /** Without a bandwidth it asks what is allocated. */
  stream_BW_request: { type: 0x0117, parameters: { ...stream, bandwidth: 'optional' } },
  /** Without a bandwidth the MUX does not know what is allocated. */
  stream_BW_allocation: { type: 0x0118, parameters: { ...stream, bandwidth: 'optional' } },
  /** Over UDP it names neither channel nor stream. */
  data_provision: {
    type: 0x0211,
    parameters: {
      client_id: 'one',
      data_channel_id: 'optional',
      data_stream_id: 'optional',
      data_id: 'one',
      datagram: 'some',
    },
  },
} as const satisfies Readonly<
  Record<string, { readonly type: number; readonly parameters: Readonly<Partial<Record<ParameterName, Occurrence>>> }>
>;

export type MessageName = keyof typeof messageTypes;

type Value<Name extends ParameterName> = (typeof parameterTypes)[Name]['octets'] extends null ? Uint8Array : number;

type Fields<Parameters> = {
  readonly [Name in keyof Parameters & ParameterName as Parameters[Name] extends 'optional'
    ? never
    : Name]: Parameters[Name] extends 'one' ? Value<Name> : readonly Value<Name>[];
} & {
  readonly [Name in keyof Parameters & ParameterName as Parameters[Name] extends 'optional'
    ? Name
    : never]?: Value<Name>;
};

/** Both have the same messages here; a MUX that speaks another refuses the channel. */
export const protocolVersions = [2, 3] as const;
export type ProtocolVersion = (typeof protocolVersions)[number];

/** A message of this name, without its version. */
export type MessageOf<Name extends MessageName> = Name extends MessageName
  ? { readonly message: Name } & Fields<(typeof messageTypes)[Name]['parameters']>
  : never;

export type SimulcryptMessage = MessageOf<MessageName>;

/** Values of section_TSpkt_flag: what a datagram is. */
export const sectionTsPktFlags = { section: 0x00, packet: 0x01 } as const;
export type DatagramMode = keyof typeof sectionTsPktFlags;

/** Values of data_type. */
export const dataTypes = { emm: 0x00, private_data: 0x01 } as const;

/** Values of error_status (6.2.6). */
export const errorStatuses = {
  invalid_message: 0x0001,
  unsupported_protocol_version: 0x0002,
  unknown_message_type: 0x0003,
  message_too_long: 0x0004,
  unknown_data_stream_id: 0x0005,
  unknown_data_channel_id: 0x0006,
  too_many_channels: 0x0007,
  too_many_streams_on_channel: 0x0008,
  too_many_streams: 0x0009,
  unknown_parameter_type: 0x000a,
  inconsistent_length: 0x000b,
  missing_parameter: 0x000c,
  invalid_value: 0x000d,
  unknown_client_id: 0x000e,
  exceeded_bandwidth: 0x000f,
  unknown_data_id: 0x0010,
  data_channel_id_in_use: 0x0011,
  data_stream_id_in_use: 0x0012,
  data_id_in_use: 0x0013,
  client_id_in_use: 0x0014,
  unknown_error: 0x7000,
  unrecoverable_error: 0x7001,
} as const;

const statusNames = new Map<number, string>(Object.entries(errorStatuses).map(([name, status]) => [status, name]));

/** `exceeded_bandwidth`, or `0x8001` for one that the specification does not name. */
export const errorStatusName = (status: number): string =>
  statusNames.get(status) ?? `0x${status.toString(16).padStart(4, '0')}`;
