import { commandStatuses } from './command-status.ts';
import { fail, type Writer, writers } from './encode-fields.ts';
import { encodeMessage } from './encode-message.ts';
import { encodeTlvs, tlvsLengthBound } from './encode-tlvs.ts';
import { bodyFields, type Field } from './fields.ts';
import { type BodyInput, type CommandName, commandIds, headerLength, isResponse, maxPduLength } from './pdu.ts';

/** What is to be sent. A null body makes a header alone, which only a response may be. */
export interface OutgoingPdu<Command extends CommandName> {
  readonly command: Command;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
  readonly body: BodyInput<Command> | null;
}

type FieldsEncoder = (writer: Writer, body: BodyInput<CommandName>) => void;

const writtenOut: { readonly [Command in CommandName]?: FieldsEncoder } = {
  submit_sm: encodeMessage,
  deliver_sm: encodeMessage,
};

const encoderOf =
  (fields: readonly (readonly [name: string, field: Field])[]): FieldsEncoder =>
  (writer, body) => {
    const values = body as Readonly<Record<string, unknown>>;
    for (const [name, field] of fields) writers[field.kind](writer, name, field, values[name]);
  };

interface Layout {
  readonly commandId: number;
  readonly encodeFields: FieldsEncoder;
  readonly hasFields: boolean;
  /** The header and the longest mandatory parameters there can be. */
  readonly mandatoryBound: number;
}

const layouts: ReadonlyMap<CommandName, Layout> = new Map(
  Object.entries(bodyFields).map(([name, table]) => {
    const command = name as CommandName;
    const fields: [string, Field][] = Object.entries(table);
    const mandatoryBound = fields.reduce((sum, [, field]) => sum + field.max, headerLength);
    const encodeFields = writtenOut[command] ?? encoderOf(fields);
    return [command, { commandId: commandIds[command], encodeFields, hasFields: fields.length > 0, mandatoryBound }];
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
  layout.encodeFields(writer, body);
  const { tlvs, otherTlvs } = body;
  if (tlvs?.message_payload?.length && 'short_message' in body && body.short_message?.length)
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
  else if (!isResponse(layout.commandId) && layout.hasFields)
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
