import { commandStatuses } from './command-status.ts';
import { decodeTlvs, noOtherTlvs, noTlvs } from './decode-tlvs.ts';
import { bodyFields, type Field, maxShortMessage } from './fields.ts';
import { type CommandName, commandIds, headerLength, isResponse, type Pdu } from './pdu.ts';
import { PduError } from './pdu-error.ts';

/** The header of a PDU, SMPP 3.4, 3.2, without its length, which is the frame's. */
export interface Header {
  readonly commandId: number;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
}

/** Reads the header of a whole frame, of at least 16 octets as a framer gives it. */
export const decodeHeader = (frame: Buffer): Header => ({
  commandId: frame.readUInt32BE(4),
  commandStatus: frame.readUInt32BE(8),
  sequenceNumber: frame.readUInt32BE(12),
});

interface Cursor {
  readonly frame: Buffer;
  readonly header: Header;
  offset: number;
}

const nul = 0x00;
const asciiEnd = 0x80;

const fail = (cursor: Cursor, name: string, fault: string, status: number): never => {
  throw new PduError(`${name} ${fault}`, cursor.header, status);
};

const readCString = (cursor: Cursor, name: string, field: Field): string => {
  const { frame, offset } = cursor;
  const limit = Math.min(frame.length, offset + field.max);
  let seen = 0;
  let end = offset;
  while (end < limit && frame[end] !== nul) seen |= frame[end++] ?? 0;
  if (end === limit) fail(cursor, name, `does not end within ${field.max} octets`, field.fault);
  if (seen >= asciiEnd) fail(cursor, name, 'is not ASCII', field.fault);
  if (field.kind === 'time' && end > offset && end - offset < field.max - 1)
    fail(cursor, name, 'is neither empty nor 16 characters', field.fault);
  cursor.offset = end + 1;
  return end === offset ? '' : frame.toString('latin1', offset, end);
};

const readUint8 = (cursor: Cursor, name: string, field: Field): number => {
  const value = cursor.frame[cursor.offset++];
  return value ?? fail(cursor, name, 'is missing', field.fault);
};

const readShortMessage = (cursor: Cursor, name: string, field: Field): Buffer => {
  const start = cursor.offset + 1;
  const length = readUint8(cursor, 'sm_length', field);
  if (length > maxShortMessage) fail(cursor, 'sm_length', `is above ${maxShortMessage}`, field.fault);
  cursor.offset = start + length;
  if (cursor.offset > cursor.frame.length) fail(cursor, name, 'is shorter than sm_length says', field.fault);
  return cursor.frame.subarray(start, cursor.offset);
};

const readField = (cursor: Cursor, name: string, field: Field): string | number | Buffer => {
  if (field.kind === 'uint8') return readUint8(cursor, name, field);
  if (field.kind === 'shortMessage') return readShortMessage(cursor, name, field);
  return readCString(cursor, name, field);
};

type Body = Record<string, unknown>;

interface Layout {
  readonly command: CommandName;
  readonly fields: readonly (readonly [name: string, field: Field])[];
  /** A body with every key in place: copying its shape is far cheaper than growing one key by key. */
  readonly blank: Body;
}

const layouts: ReadonlyMap<number, Layout> = new Map(
  Object.entries(bodyFields).map(([name, fields]) => {
    const command = name as CommandName;
    const entries: [string, Field][] = Object.entries(fields);
    const blank = Object.fromEntries(entries.map(([key]) => [key, undefined]));
    return [
      commandIds[command],
      { command, fields: entries, blank: { ...blank, tlvs: noTlvs, otherTlvs: noOtherTlvs } },
    ];
  }),
);

const decodeBody = (cursor: Cursor, layout: Layout): Body => {
  const body = { ...layout.blank };
  for (const [name, field] of layout.fields) body[name] = readField(cursor, name, field);
  if (cursor.offset === cursor.frame.length) return body;
  const { tlvs, otherTlvs } = decodeTlvs(cursor.frame, cursor.offset, cursor.header);
  body.tlvs = tlvs;
  body.otherTlvs = otherTlvs;
  const { short_message: shortMessage } = body;
  if (tlvs.message_payload?.length && Buffer.isBuffer(shortMessage) && shortMessage.length > 0)
    fail(cursor, 'message_payload', 'stands beside a short_message', commandStatuses.ESME_ROPTPARNOTALLWD);
  return body;
};

/**
 * Decodes one whole PDU, as a framer gives it.
 *
 * Buffers in the result are views into the frame. A response that is its header alone, which every SMSC sends when it
 * refuses, has a null body. Optional parameters are taken after any command: 3.4 forbids them after some, later
 * versions do not, and SMSCs send them.
 *
 * @throws PduError for an unknown command_id (ESME_RINVCMDID) and for content outside the specification's limits;
 * nothing else, whatever the octets.
 */
export const decodePdu = (frame: Buffer): Pdu => {
  const header = decodeHeader(frame);
  const layout = layouts.get(header.commandId);
  if (!layout) throw new PduError('command_id is not known', header, commandStatuses.ESME_RINVCMDID);
  const headerOnly = frame.length === headerLength && layout.fields.length > 0 && isResponse(header.commandId);
  const body = headerOnly ? null : decodeBody({ frame, header, offset: headerLength }, layout);
  const { commandStatus, sequenceNumber } = header;
  // The table gave each field its type; TypeScript cannot follow it through the loop.
  return { command: layout.command, commandStatus, sequenceNumber, body } as unknown as Pdu;
};
