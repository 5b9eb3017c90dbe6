import { commandStatuses } from './command-status.ts';
import { encodeTlvs, tlvsLengthBound } from './encode-tlvs.ts';
import { bodyFields, type Field, maxShortMessage } from './fields.ts';
import { type BodyInput, type CommandName, commandIds, headerLength, isResponse, maxPduLength } from './pdu.ts';
import { PduError } from './pdu-error.ts';

/** What is to be sent. A null body makes a header alone, which only a response may be. */
export interface OutgoingPdu<Command extends CommandName> {
  readonly command: Command;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
  readonly body: BodyInput<Command> | null;
}

interface Writer {
  readonly target: Buffer;
  readonly header: { readonly commandId: number; readonly sequenceNumber: number };
  offset: number;
}

const fail = (writer: Writer, name: string, fault: string, status: number): never => {
  throw new PduError(`${name} ${fault}`, writer.header, status);
};

const writeCString = (writer: Writer, name: string, field: Field, value: string): void => {
  const { target, offset } = writer;
  const { length } = value;
  if (length >= field.max) fail(writer, name, `is longer than ${field.max - 1} characters`, field.fault);
  if (field.kind === 'time' && length !== 0 && length !== field.max - 1)
    fail(writer, name, 'is neither empty nor 16 characters', field.fault);
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    // A NUL would end the field here and shift every later one: an address could then inject any of them.
    if (code === 0 || code > 0x7f) fail(writer, name, 'is not ASCII', field.fault);
    target[offset + i] = code;
  }
  target[offset + length] = 0;
  writer.offset = offset + length + 1;
};

const writeUint8 = (writer: Writer, name: string, field: Field, value: number): void => {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) fail(writer, name, 'is not an octet', field.fault);
  writer.target[writer.offset++] = value;
};

const writeShortMessage = (writer: Writer, name: string, field: Field, value: Buffer): void => {
  if (value.length > maxShortMessage) fail(writer, name, `has more than ${maxShortMessage} octets`, field.fault);
  writer.target[writer.offset++] = value.length;
  writer.target.set(value, writer.offset);
  writer.offset += value.length;
};

const noOctets = Buffer.alloc(0);

const writeField = (writer: Writer, name: string, field: Field, value: unknown): void => {
  if (field.kind === 'uint8') writeUint8(writer, name, field, (value as number | undefined) ?? 0);
  else if (field.kind === 'shortMessage')
    writeShortMessage(writer, name, field, (value as Buffer | undefined) ?? noOctets);
  else writeCString(writer, name, field, (value as string | undefined) ?? '');
};

interface Layout {
  readonly commandId: number;
  readonly fields: readonly (readonly [name: string, field: Field])[];
  /** The header and the longest mandatory parameters there can be. */
  readonly mandatoryBound: number;
}

const layouts: ReadonlyMap<CommandName, Layout> = new Map(
  Object.entries(bodyFields).map(([name, table]) => {
    const command = name as CommandName;
    const fields: [string, Field][] = Object.entries(table);
    const mandatoryBound = fields.reduce((sum, [, field]) => sum + field.max, headerLength);
    return [command, { commandId: commandIds[command], fields, mandatoryBound }];
  }),
);

const layoutOf = (command: CommandName): Layout => {
  const layout = layouts.get(command);
  if (!layout) throw new TypeError(`no such command: ${command}`);
  return layout;
};

/** How many octets a PDU may take at most: cheap, and close enough to find room by. */
export const pduLengthBound = <Command extends CommandName>({ command, body }: OutgoingPdu<Command>): number =>
  body ? layoutOf(command).mandatoryBound + tlvsLengthBound(body) : headerLength;

const writeBody = (writer: Writer, layout: Layout, body: BodyInput<CommandName>): void => {
  const values = body as Readonly<Record<string, unknown>>;
  for (const [name, field] of layout.fields) writeField(writer, name, field, values[name]);
  const { tlvs, otherTlvs } = body;
  if (tlvs?.message_payload?.length && (values.short_message as Buffer | undefined)?.length)
    fail(writer, 'message_payload', 'stands beside a short_message', commandStatuses.ESME_ROPTPARNOTALLWD);
  if (tlvs || otherTlvs) writer.offset = encodeTlvs(writer.target, writer.offset, body, writer.header);
};

/**
 * Writes one PDU into `target` at `offset`, where `pduLengthBound` octets must be free, and gives the offset after it.
 * When it throws, what stands in `target` from `offset` on means nothing.
 *
 * @throws PduError for a value outside the specification's limits, with the command_status an SMSC would refuse it by.
 */
export const encodePduInto = <Command extends CommandName>(
  target: Buffer,
  offset: number,
  pdu: OutgoingPdu<Command>,
): number => {
  const layout = layoutOf(pdu.command);
  const header = { commandId: layout.commandId, sequenceNumber: pdu.sequenceNumber };
  const writer = { target, header, offset: offset + headerLength };
  if (pdu.body) writeBody(writer, layout, pdu.body);
  else if (!isResponse(layout.commandId) && layout.fields.length > 0)
    fail(writer, pdu.command, 'has no body', commandStatuses.ESME_RINVCMDLEN);
  const length = writer.offset - offset;
  if (length > maxPduLength) fail(writer, pdu.command, `has ${length} octets`, commandStatuses.ESME_RINVCMDLEN);
  target.writeUInt32BE(length, offset);
  target.writeUInt32BE(layout.commandId, offset + 4);
  target.writeUInt32BE(pdu.commandStatus, offset + 8);
  target.writeUInt32BE(pdu.sequenceNumber, offset + 12);
  return writer.offset;
};

/**
 * One PDU in a buffer of its own.
 *
 * @throws PduError as `encodePduInto`.
 */
export const encodePdu = <Command extends CommandName>(pdu: OutgoingPdu<Command>): Buffer => {
  const target = Buffer.allocUnsafe(pduLengthBound(pdu));
  return target.subarray(0, encodePduInto(target, 0, pdu));
};
