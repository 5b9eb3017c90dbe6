import {
  type MessageName,
  messageTypes,
  type Occurrence,
  type ParameterName,
  type ProtocolVersion,
  parameterTypes,
  protocolVersions,
  type SimulcryptMessage,
} from './messages.ts';
import { SimulcryptError } from './simulcrypt-error.ts';

/** protocol_version 1, message_type 2, message_length 2: ETSI TS 103 197, 4.4.1. */
export const headerOctets = 5;
const parameterHeadOctets = 4;
const longestBody = 0xffff;

type Value = number | Uint8Array;
type Values = Partial<Record<ParameterName, Value | readonly Value[]>>;

const entriesOf = (name: MessageName): readonly [ParameterName, Occurrence][] =>
  Object.entries(messageTypes[name].parameters) as [ParameterName, Occurrence][];

const encodeParameter = (name: ParameterName, value: Value): Buffer => {
  const { type, octets } = parameterTypes[name];
  const length = typeof value === 'number' ? (octets ?? 0) : value.length;
  if (length > longestBody) throw new SimulcryptError('length', `${name} is longer than ${longestBody} octets.`);
  const encoded = Buffer.alloc(parameterHeadOctets + length);
  encoded.writeUInt16BE(type, 0);
  encoded.writeUInt16BE(length, 2);
  if (typeof value !== 'number') {
    encoded.set(value, parameterHeadOctets);
    return encoded;
  }
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * length))
    throw new SimulcryptError('value', `${name} does not fit ${length} octets.`);
  encoded.writeUIntBE(value, parameterHeadOctets, length);
  return encoded;
};

const valuesOf = (given: Value | readonly Value[] | undefined): readonly Value[] => {
  if (given === undefined) return [];
  return typeof given === 'number' || given instanceof Uint8Array ? [given] : given;
};

/** @throws SimulcryptError when a value does not fit, or the whole is longer than 65,535 octets. */
export const encodeMessage = (version: ProtocolVersion, message: SimulcryptMessage): Buffer => {
  const values = message as unknown as Values;
  const parts = entriesOf(message.message).flatMap(([name, occurrence]) => {
    const given = valuesOf(values[name]);
    if (given.length === 0 && (occurrence === 'one' || occurrence === 'some'))
      throw new SimulcryptError('parameter', `${message.message} has no ${name}.`);
    return given.map((value) => encodeParameter(name, value));
  });
  const body = Buffer.concat(parts);
  if (body.length > longestBody) throw new SimulcryptError('length', `A message has at most ${longestBody} octets.`);
  const header = Buffer.alloc(headerOctets);
  header.writeUInt8(version, 0);
  header.writeUInt16BE(messageTypes[message.message].type, 1);
  header.writeUInt16BE(body.length, 3);
  return Buffer.concat([header, body]);
};

const messageNames = new Map<number, MessageName>(
  (Object.keys(messageTypes) as MessageName[]).map((name) => [messageTypes[name].type, name]),
);
const parameterNames = new Map<number, ParameterName>(
  (Object.keys(parameterTypes) as ParameterName[]).map((name) => [parameterTypes[name].type, name]),
);

/** @throws SimulcryptError `version` for every other one. */
export const versionOf = (octet: number): ProtocolVersion => {
  const version = protocolVersions.find((known) => known === octet);
  if (version === undefined) throw new SimulcryptError('version', `protocol_version ${octet} is not spoken here.`);
  return version;
};

const decodeParameter = (name: ParameterName, octets: Buffer): Value => {
  const wanted = parameterTypes[name].octets;
  if (wanted === null) return octets;
  if (octets.length !== wanted)
    throw new SimulcryptError('parameter', `${name} has ${octets.length} octets, not ${wanted}.`);
  return octets.readUIntBE(0, wanted);
};

/** 4.4.1: a parameter whose type is not known, or has no place in this message, is passed over. */
const readParameters = (body: Buffer): Map<ParameterName, Value[]> => {
  const found = new Map<ParameterName, Value[]>();
  for (let at = 0; at < body.length; ) {
    const start = at + parameterHeadOctets;
    if (start > body.length) throw new SimulcryptError('length', 'A parameter is cut off within its head.');
    const end = start + body.readUInt16BE(at + 2);
    if (end > body.length) throw new SimulcryptError('length', 'A parameter is cut off within its value.');
    const name = parameterNames.get(body.readUInt16BE(at));
    if (name) {
      const values = found.get(name);
      const value = decodeParameter(name, body.subarray(start, end));
      if (values) values.push(value);
      else found.set(name, [value]);
    }
    at = end;
  }
  return found;
};

const isRepeatable = (occurrence: Occurrence): boolean => occurrence === 'some' || occurrence === 'any';

const toFields = (message: MessageName, found: ReadonlyMap<ParameterName, Value[]>): Values => {
  const fields: Values = {};
  for (const [name, occurrence] of entriesOf(message)) {
    const values = found.get(name) ?? [];
    if (values.length === 0 && (occurrence === 'one' || occurrence === 'some'))
      throw new SimulcryptError('parameter', `${message} has no ${name}.`);
    if (isRepeatable(occurrence)) {
      fields[name] = values;
      continue;
    }
    if (values.length > 1) throw new SimulcryptError('parameter', `${message} has more than one ${name}.`);
    const [value] = values;
    if (value !== undefined) fields[name] = value;
  }
  return fields;
};

/**
 * Decodes one whole message.
 *
 * @throws SimulcryptError, and nothing else, for whatever is none.
 */
export const decodeMessage = (
  octets: Uint8Array,
): { readonly version: ProtocolVersion; readonly message: SimulcryptMessage } => {
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (bytes.length < headerOctets) throw new SimulcryptError('length', 'The message is cut off within its header.');
  const version = versionOf(bytes.readUInt8(0));
  const length = bytes.readUInt16BE(3);
  if (length !== bytes.length - headerOctets)
    throw new SimulcryptError('length', `message_length says ${length}, and ${bytes.length - headerOctets} follow.`);
  const type = bytes.readUInt16BE(1);
  const name = messageNames.get(type);
  if (!name) throw new SimulcryptError('message_type', `message_type ${type} is not known.`);
  const fields = toFields(name, readParameters(bytes.subarray(headerOctets)));
  return { version, message: { message: name, ...fields } as unknown as SimulcryptMessage };
};
