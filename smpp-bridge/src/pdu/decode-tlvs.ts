import { asciiText } from './ascii-text.ts';
import { commandStatuses } from './command-status.ts';
import { decodeHeader } from './decode-header.ts';
import { PduError } from './pdu-error.ts';
import { type RawTlv, type TlvFormat, type Tlvs, tlvTable } from './tlvs.ts';

/** What a PDU without optional parameters carries; shared, so that most PDUs allocate nothing for them. */
export const noTlvs: Tlvs = Object.freeze({});
export const noOtherTlvs: readonly RawTlv[] = Object.freeze([]);

type Value = number | string | Buffer | true;

const fail = (frame: Buffer, fault: string, status: number): never => {
  throw new PduError(fault, decodeHeader(frame), status);
};

interface KnownTlv {
  readonly name: string;
  readonly format: TlvFormat;
}

const { receipted_message_id, message_state, ...otherThanReceipts } = tlvTable;
const [idTag, idFormat] = receipted_message_id;
const [stateTag, stateFormat] = message_state;
const idTlv: KnownTlv = { name: 'receipted_message_id', format: idFormat };
const stateTlv: KnownTlv = { name: 'message_state', format: stateFormat };

/** All but the two of a receipt. */
const known: ReadonlyMap<number, KnownTlv> = new Map(
  Object.entries(otherThanReceipts).map(([name, [tag, format]]) => [tag, { name, format }]),
);

const lengthFits = (length: number, format: TlvFormat): boolean => {
  if (format.kind === 'integer') return length === format.octets;
  if (format.kind === 'octets') return length >= format.min && length <= format.max;
  return format.kind === 'flag' ? length === 0 : length <= format.max;
};

/** A C-string never reaches past its own length; SMSCs leave the NUL out, or pad with several. */
const readCString = (frame: Buffer, start: number, limit: number): string | undefined => {
  let end = limit;
  while (end > start && frame[end - 1] === 0) end--;
  for (let at = start; at < end; at++) {
    const octet = frame[at] ?? 0;
    if (octet === 0 || octet > 0x7f) return undefined;
  }
  return asciiText(frame, start, end);
};

const readValue = (frame: Buffer, start: number, end: number, format: TlvFormat): Value | undefined => {
  if (format.kind === 'integer') return frame.readUIntBE(start, format.octets);
  if (format.kind === 'cString') return readCString(frame, start, end);
  return format.kind === 'flag' ? true : frame.subarray(start, end);
};

const readKnown = (frame: Buffer, start: number, end: number, { name, format }: KnownTlv): Value => {
  if (!lengthFits(end - start, format))
    fail(frame, `${name} has ${end - start} octets`, commandStatuses.ESME_RINVPARLEN);
  const value = readValue(frame, start, end, format);
  return value ?? fail(frame, `${name} is not ASCII`, commandStatuses.ESME_RINVOPTPARAMVAL);
};

/** Written out for the same reason as decodeMessage: an object that grows key by key takes as long as all the rest. */
const ofReceipt = (id: string | undefined, state: number | undefined): Tlvs => {
  if (id === undefined) return state === undefined ? noTlvs : { message_state: state };
  return state === undefined ? { receipted_message_id: id } : { receipted_message_id: id, message_state: state };
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
): { readonly tlvs: Tlvs; readonly otherTlvs: readonly RawTlv[] } => {
  let id: string | undefined;
  let state: number | undefined;
  let others: Record<string, Value> | undefined;
  let otherTlvs: RawTlv[] | undefined;
  let at = offset;
  while (at < frame.length) {
    const start = at + 4;
    const end = start <= frame.length ? start + frame.readUInt16BE(at + 2) : Number.POSITIVE_INFINITY;
    if (end > frame.length) fail(frame, 'an optional parameter is cut off', commandStatuses.ESME_RINVOPTPARSTREAM);
    const tag = frame.readUInt16BE(at);
    if (tag === idTag && id === undefined) id = readKnown(frame, start, end, idTlv) as string;
    else if (tag === stateTag && state === undefined) state = readKnown(frame, start, end, stateTlv) as number;
    else {
      const tlv = known.get(tag);
      others ??= {};
      otherTlvs ??= [];
      if (tlv && others[tlv.name] === undefined) others[tlv.name] = readKnown(frame, start, end, tlv);
      else otherTlvs.push({ tag, value: frame.subarray(start, end) });
    }
    at = end;
  }
  const tlvs = ofReceipt(id, state);
  return { tlvs: others ? { ...tlvs, ...others } : tlvs, otherTlvs: otherTlvs ?? noOtherTlvs };
};
