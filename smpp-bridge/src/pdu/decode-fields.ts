import { asciiText } from './ascii-text.ts';
import { commandStatuses } from './command-status.ts';
import { decodeHeader } from './decode-header.ts';
import {
  type Destination,
  type Field,
  maxDestinations,
  maxShortMessage,
  memberFields,
  type UnsuccessfulSme,
} from './fields.ts';
import { PduError } from './pdu-error.ts';

/** A place in the body of one PDU. */
export interface Cursor {
  readonly frame: Buffer;
  offset: number;
}

const nul = 0x00;
const asciiEnd = 0x80;

export const fail = (cursor: Cursor, name: string, fault: string, status: number): never => {
  throw new PduError(`${name} ${fault}`, decodeHeader(cursor.frame), status);
};

export const readCString = (cursor: Cursor, name: string, field: Field): string => {
  const { frame, offset } = cursor;
  const limit = Math.min(frame.length, offset + field.max);
  let seen = 0;
  let end = offset;
  while (end < limit && frame[end] !== nul) seen |= frame[end++] ?? 0;
  if (end === limit) fail(cursor, name, `does not end within ${field.max} octets`, field.fault);
  if (seen >= asciiEnd) fail(cursor, name, 'is not ASCII', field.fault);
  cursor.offset = end + 1;
  return asciiText(frame, offset, end);
};

export const readTime = (cursor: Cursor, name: string, field: Field): string => {
  const time = readCString(cursor, name, field);
  if (time !== '' && time.length !== field.max - 1)
    fail(cursor, name, 'is neither empty nor 16 characters', field.fault);
  return time;
};

export const readUint8 = (cursor: Cursor, name: string, field: Field): number =>
  cursor.frame[cursor.offset++] ?? fail(cursor, name, 'is missing', field.fault);

export const readShortMessage = (cursor: Cursor, name: string, field: Field): Buffer => {
  const length = readUint8(cursor, 'sm_length', field);
  if (length > maxShortMessage) fail(cursor, 'sm_length', `is above ${maxShortMessage}`, field.fault);
  const start = cursor.offset;
  cursor.offset = start + length;
  if (cursor.offset > cursor.frame.length) fail(cursor, name, 'is shorter than sm_length says', field.fault);
  return cursor.frame.subarray(start, cursor.offset);
};

type MemberName = keyof typeof memberFields;

const readMemberUint8 = (cursor: Cursor, name: MemberName): number => readUint8(cursor, name, memberFields[name]);
const readMemberCString = (cursor: Cursor, name: MemberName): string => readCString(cursor, name, memberFields[name]);

const readSme = (cursor: Cursor) => ({
  dest_addr_ton: readMemberUint8(cursor, 'dest_addr_ton'),
  dest_addr_npi: readMemberUint8(cursor, 'dest_addr_npi'),
  destination_addr: readMemberCString(cursor, 'destination_addr'),
});

const readDestination = (cursor: Cursor): Destination => {
  const flag = readMemberUint8(cursor, 'dest_flag');
  if (flag === 1) return { dest_flag: 1, ...readSme(cursor) };
  if (flag === 2) return { dest_flag: 2, dl_name: readMemberCString(cursor, 'dl_name') };
  return fail(cursor, 'dest_flag', 'is neither 1 nor 2', memberFields.dest_flag.fault);
};

const readUnsuccessfulSme = (cursor: Cursor): UnsuccessfulSme => {
  const sme = readSme(cursor);
  const start = cursor.offset;
  cursor.offset += 4;
  if (cursor.offset > cursor.frame.length)
    fail(cursor, 'error_status_code', 'is missing', commandStatuses.ESME_RINVCMDLEN);
  return { ...sme, error_status_code: cursor.frame.readUInt32BE(start) };
};

const readDestinations = (cursor: Cursor, _name: string, field: Field): readonly Destination[] => {
  const count = readUint8(cursor, 'number_of_dests', field);
  if (count === 0 || count > maxDestinations)
    fail(cursor, 'number_of_dests', `is outside 1 to ${maxDestinations}`, field.fault);
  return Array.from({ length: count }, () => readDestination(cursor));
};

const readUnsuccessful = (cursor: Cursor, _name: string, field: Field): readonly UnsuccessfulSme[] =>
  Array.from({ length: readUint8(cursor, 'no_unsuccess', field) }, () => readUnsuccessfulSme(cursor));

/** How each kind of mandatory parameter is read; all of them move the cursor past it, or throw a PduError. */
export const readers: Readonly<Record<Field['kind'], (cursor: Cursor, name: string, field: Field) => unknown>> = {
  cString: readCString,
  time: readTime,
  uint8: readUint8,
  shortMessage: readShortMessage,
  destinations: readDestinations,
  unsuccessful: readUnsuccessful,
};
