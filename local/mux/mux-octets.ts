/**
 * The MUX's own reading and writing of EMMG/PDG <=> MUX messages (ETSI TS 103 197, 6.2). It shares nothing with the
 * product's codec, so that the two do not share one wrong idea.
 */
export interface ReadMessage {
  readonly version: number;
  readonly type: number;
  /** Values by parameter_type, in the order in which they came. */
  readonly values: ReadonlyMap<number, readonly Buffer[]>;
}

export const type = {
  channelSetup: 0x0011,
  channelTest: 0x0012,
  channelStatus: 0x0013,
  channelClose: 0x0014,
  channelError: 0x0015,
  streamSetup: 0x0111,
  streamTest: 0x0112,
  streamStatus: 0x0113,
  streamCloseRequest: 0x0114,
  streamCloseResponse: 0x0115,
  streamError: 0x0116,
  bandwidthRequest: 0x0117,
  bandwidthAllocation: 0x0118,
  dataProvision: 0x0211,
} as const;

export const parameter = {
  clientId: 0x0001,
  sectionTsPktFlag: 0x0002,
  channelId: 0x0003,
  streamId: 0x0004,
  datagram: 0x0005,
  bandwidth: 0x0006,
  dataType: 0x0007,
  dataId: 0x0008,
  errorStatus: 0x7000,
} as const;

/** Reads one message. @throws Error when its lengths do not agree. */
export const readMessage = (octets: Buffer): ReadMessage => {
  const values = new Map<number, Buffer[]>();
  let rest = octets.subarray(5);
  if (octets.readUInt16BE(3) !== rest.length) throw new Error('message_length does not agree');
  while (rest.length > 0) {
    const [tag, length] = [rest.readUInt16BE(0), rest.readUInt16BE(2)];
    if (rest.length < 4 + length) throw new Error('parameter_length does not agree');
    values.set(tag, [...(values.get(tag) ?? []), rest.subarray(4, 4 + length)]);
    rest = rest.subarray(4 + length);
  }
  return { version: octets.readUInt8(0), type: octets.readUInt16BE(1), values };
};

/** The message at the beginning of a stream of octets; null while it is not whole. */
export const firstMessage = (octets: Buffer): Buffer | null => {
  if (octets.length < 5) return null;
  const length = 5 + octets.readUInt16BE(3);
  return octets.length < length ? null : octets.subarray(0, length);
};

/** Writes a message; parameters as parameter_type and value in hexadecimal. */
export const writeMessage = (
  version: number,
  messageType: number,
  parameters: readonly (readonly [number, string])[],
): Buffer => {
  const hex = (value: number, octets: number) => value.toString(16).padStart(2 * octets, '0');
  const body = parameters.map(([tag, value]) => hex(tag, 2) + hex(value.length / 2, 2) + value).join('');
  return Buffer.from(hex(version, 1) + hex(messageType, 2) + hex(body.length / 2, 2) + body, 'hex');
};
