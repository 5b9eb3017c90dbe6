import { commandStatuses } from './command-status.ts';
import { PduError } from './pdu-error.ts';
import { type RawTlv, type TlvFormat, type Tlvs, tlvTable } from './tlvs.ts';

/** What a PDU without optional parameters carries; shared, so that most PDUs allocate nothing for them. */
export const noTlvs: Tlvs = Object.freeze({});
export const noOtherTlvs: readonly RawTlv[] = Object.freeze([]);

interface Header {
  readonly commandId: number;
  readonly sequenceNumber: number;
}

type Value = number | string | Buffer | true;

const formats: ReadonlyMap<number, readonly [name: string, format: TlvFormat]> = new Map(
  Object.entries(tlvTable).map(([name, [tag, format]]) => [tag, [name, format]]),
);

/** A C-string never reaches past its own length; SMSCs leave the NUL out, or pad with several. */
const readCString = (value: Buffer): string | undefined => {
  let end = value.length;
  while (end > 0 && value[end - 1] === 0) end--;
  for (let i = 0; i < end; i++) {
    const octet = value[i] ?? 0;
    if (octet === 0 || octet > 0x7f) return undefined;
  }
  return value.toString('latin1', 0, end);
};

const lengthFits = (length: number, format: TlvFormat): boolean => {
  if (format.kind === 'integer') return length === format.octets;
  if (format.kind === 'octets') return length >= format.min && length <= format.max;
  return format.kind === 'flag' ? length === 0 : length <= format.max;
};

const readValue = (value: Buffer, format: TlvFormat): Value | undefined => {
  if (format.kind === 'octets') return value;
  if (format.kind === 'integer') return value.readUIntBE(0, format.octets);
  return format.kind === 'flag' ? true : readCString(value);
};

const readKnown = (value: Buffer, name: string, format: TlvFormat, header: Header): Value => {
  if (!lengthFits(value.length, format))
    throw new PduError(`${name} has ${value.length} octets`, header, commandStatuses.ESME_RINVPARLEN);
  const read = readValue(value, format);
  if (read === undefined) throw new PduError(`${name} is not ASCII`, header, commandStatuses.ESME_RINVOPTPARAMVAL);
  return read;
};

/**
 * Reads the optional parameters from `offset` to the end of the frame: SMPP 3.4, 3.2.4. A tag outside the
 * specification is kept as it stood, and so is one that comes again (callback_num may); the first one counts.
 *
 * @throws PduError ESME_RINVOPTPARSTREAM where a parameter is cut off, ESME_RINVPARLEN where its length is not its
 * format's, ESME_RINVOPTPARAMVAL where a string is none.
 */
export const decodeTlvs = (
  frame: Buffer,
  offset: number,
  header: Header,
): { readonly tlvs: Tlvs; readonly otherTlvs: readonly RawTlv[] } => {
  const tlvs: Record<string, Value> = {};
  const otherTlvs: RawTlv[] = [];
  let at = offset;
  while (at < frame.length) {
    const start = at + 4;
    const end = start <= frame.length ? start + frame.readUInt16BE(at + 2) : Number.POSITIVE_INFINITY;
    if (end > frame.length)
      throw new PduError('an optional parameter is cut off', header, commandStatuses.ESME_RINVOPTPARSTREAM);
    const tag = frame.readUInt16BE(at);
    const value = frame.subarray(start, end);
    const [name, format] = formats.get(tag) ?? [];
    if (name !== undefined && format && !(name in tlvs)) tlvs[name] = readKnown(value, name, format, header);
    else otherTlvs.push({ tag, value });
    at = end;
  }
  return { tlvs: tlvs as Tlvs, otherTlvs };
};
