import { commandStatuses } from './command-status.ts';
import {
  type Destination,
  type Field,
  maxDestinations,
  maxShortMessage,
  memberFields,
  type UnsuccessfulSme,
} from './fields.ts';
import { PduError } from './pdu-error.ts';

/** A place in the buffer that one PDU is written to. */
export interface Writer {
  readonly target: Buffer;
  readonly header: { readonly commandId: number; readonly sequenceNumber: number };
  offset: number;
}

export const fail = (writer: Writer, name: string, fault: string, status: number): never => {
  throw new PduError(`${name} ${fault}`, writer.header, status);
};

export const writeCString = (writer: Writer, name: string, field: Field, value = ''): void => {
  const { target, offset } = writer;
  const { length } = value;
  if (length >= field.max) fail(writer, name, `is longer than ${field.max - 1} characters`, field.fault);
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    // A NUL would end the field here and shift every later one: an address could then inject any of them.
    if (code === 0 || code > 0x7f) fail(writer, name, 'is not ASCII', field.fault);
    target[offset + i] = code;
  }
  target[offset + length] = 0;
  writer.offset = offset + length + 1;
};

export const writeTime = (writer: Writer, name: string, field: Field, value = ''): void => {
  if (value !== '' && value.length !== field.max - 1)
    fail(writer, name, 'is neither empty nor 16 characters', field.fault);
  writeCString(writer, name, field, value);
};

export const writeUint8 = (writer: Writer, name: string, field: Field, value = 0): void => {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) fail(writer, name, 'is not an octet', field.fault);
  writer.target[writer.offset++] = value;
};

const noOctets: Buffer = Buffer.alloc(0);

export const writeShortMessage = (writer: Writer, _name: string, field: Field, value = noOctets): void => {
  if (value.length > maxShortMessage)
    fail(writer, 'short_message', `has more than ${maxShortMessage} octets`, field.fault);
  writer.target[writer.offset++] = value.length;
  writer.target.set(value, writer.offset);
  writer.offset += value.length;
};

type Sme = Pick<UnsuccessfulSme, 'dest_addr_ton' | 'dest_addr_npi' | 'destination_addr'>;

const writeSme = (writer: Writer, sme: Sme): void => {
  writeUint8(writer, 'dest_addr_ton', memberFields.dest_addr_ton, sme.dest_addr_ton);
  writeUint8(writer, 'dest_addr_npi', memberFields.dest_addr_npi, sme.dest_addr_npi);
  writeCString(writer, 'destination_addr', memberFields.destination_addr, sme.destination_addr);
};

const writeDestinations = (writer: Writer, name: string, field: Field, value: readonly Destination[] = []): void => {
  if (value.length === 0 || value.length > maxDestinations)
    fail(writer, name, `are not 1 to ${maxDestinations}`, field.fault);
  writer.target[writer.offset++] = value.length;
  for (const destination of value) {
    writer.target[writer.offset++] = destination.dest_flag;
    if (destination.dest_flag === 1) writeSme(writer, destination);
    else writeCString(writer, 'dl_name', memberFields.dl_name, destination.dl_name);
  }
};

const writeUnsuccessful = (
  writer: Writer,
  name: string,
  field: Field,
  value: readonly UnsuccessfulSme[] = [],
): void => {
  if (value.length > 0xff) fail(writer, name, 'are more than 255', field.fault);
  writer.target[writer.offset++] = value.length;
  for (const sme of value) {
    writeSme(writer, sme);
    const status = sme.error_status_code;
    if (!Number.isInteger(status) || status < 0 || status > 0xffffffff)
      fail(writer, 'error_status_code', 'is not of four octets', commandStatuses.ESME_RINVCMDLEN);
    writer.offset = writer.target.writeUInt32BE(status, writer.offset);
  }
};

type FieldWriter = (writer: Writer, name: string, field: Field, value: unknown) => void;

/**
 * How each kind of mandatory parameter is written; all of them move the offset past it, or throw a PduError. One that
 * is left out is the specification's NULL.
 */
export const writers = {
  cString: writeCString,
  time: writeTime,
  uint8: writeUint8,
  shortMessage: writeShortMessage,
  destinations: writeDestinations,
  unsuccessful: writeUnsuccessful,
} as Readonly<Record<Field['kind'], FieldWriter>>;
