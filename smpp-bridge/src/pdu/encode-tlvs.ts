import { commandStatuses } from './command-status.ts';
import { PduError } from './pdu-error.ts';
import { type RawTlv, type TlvFormat, type TlvName, type Tlvs, tlvTable } from './tlvs.ts';

interface Header {
  readonly commandId: number;
  readonly sequenceNumber: number;
}

interface OptionalParameters {
  readonly tlvs?: Tlvs;
  readonly otherTlvs?: readonly RawTlv[];
}

type Value = number | string | Buffer | true | undefined;

const tagAndLength = 4;
const maxLength = 0xffff;

const entriesOf = (tlvs: Tlvs): [TlvName, Value][] => Object.entries(tlvs) as [TlvName, Value][];

const boundOf = (value: Value): number =>
  tagAndLength + (typeof value === 'string' || typeof value === 'object' ? value.length + 1 : 4);

/** How many octets the optional parameters take at most. */
export const tlvsLengthBound = ({ tlvs, otherTlvs }: OptionalParameters): number => {
  let bound = 0;
  if (tlvs) for (const [, value] of entriesOf(tlvs)) bound += boundOf(value);
  if (otherTlvs) for (const { value } of otherTlvs) bound += boundOf(value);
  return bound;
};

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 0x7f) return false;
  }
  return true;
};

/** Whether a value is one that its format can carry, and, where not, the command_status that says so. */
const faultOf = (value: Value, format: TlvFormat): number | undefined => {
  if (format.kind === 'flag') return value === true ? undefined : commandStatuses.ESME_RINVOPTPARAMVAL;
  if (format.kind === 'integer') {
    const fits = Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** (8 * format.octets);
    return fits ? undefined : commandStatuses.ESME_RINVOPTPARAMVAL;
  }
  if (format.kind === 'cString') {
    if (typeof value !== 'string' || !isAscii(value)) return commandStatuses.ESME_RINVOPTPARAMVAL;
    return value.length < format.max ? undefined : commandStatuses.ESME_RINVPARLEN;
  }
  if (!Buffer.isBuffer(value)) return commandStatuses.ESME_RINVOPTPARAMVAL;
  return value.length >= format.min && value.length <= format.max ? undefined : commandStatuses.ESME_RINVPARLEN;
};

/** Writes the value at `offset` and gives its length. */
const writeValue = (target: Buffer, offset: number, value: Value, format: TlvFormat): number => {
  if (format.kind === 'integer') return target.writeUIntBE(Number(value), offset, format.octets) - offset;
  if (typeof value === 'string') return target.write(`${value}\0`, offset, 'latin1');
  if (Buffer.isBuffer(value)) return value.copy(target, offset);
  return 0;
};

const writeKnown = (target: Buffer, offset: number, name: TlvName, value: Value, header: Header): number => {
  const [tag, format]: readonly [number, TlvFormat] = tlvTable[name];
  const fault = faultOf(value, format);
  if (fault !== undefined) throw new PduError(`${name} does not fit its format`, header, fault);
  const length = writeValue(target, offset + tagAndLength, value, format);
  target.writeUInt16BE(tag, offset);
  target.writeUInt16BE(length, offset + 2);
  return offset + tagAndLength + length;
};

const writeRaw = (target: Buffer, offset: number, { tag, value }: RawTlv, header: Header): number => {
  if (!Number.isInteger(tag) || tag < 0 || tag > 0xffff || value.length > maxLength)
    throw new PduError(
      'an optional parameter has a tag or length above 0xffff',
      header,
      commandStatuses.ESME_RINVPARLEN,
    );
  target.writeUInt16BE(tag, offset);
  target.writeUInt16BE(value.length, offset + 2);
  return offset + tagAndLength + value.copy(target, offset + tagAndLength);
};

/**
 * Writes the optional parameters, those of the specification first, and gives the offset after them.
 *
 * @throws PduError when a value does not fit its format.
 */
export const encodeTlvs = (
  target: Buffer,
  offset: number,
  { tlvs, otherTlvs }: OptionalParameters,
  header: Header,
): number => {
  let at = offset;
  if (tlvs)
    for (const [name, value] of entriesOf(tlvs))
      if (value !== undefined) at = writeKnown(target, at, name, value, header);
  if (otherTlvs) for (const tlv of otherTlvs) at = writeRaw(target, at, tlv, header);
  return at;
};
