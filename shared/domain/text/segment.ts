import { encodeGsm7, firstOutsideGsm7, gsm7Widths } from './gsm7.ts';
import { type ConcatHeader, concat16, parseUserData } from './user-data.ts';

export type Encoding = 'gsm7' | 'ucs2';
export type WantedEncoding = 'auto' | Encoding;

export type TextRefusal =
  | { readonly outcome: 'refused'; readonly reason: 'not-gsm7'; readonly character: string }
  | { readonly outcome: 'refused'; readonly reason: 'lone-surrogate' }
  | { readonly outcome: 'refused'; readonly reason: 'too-many-parts' };

export interface TextPart {
  /** Empty for a message of one part. */
  readonly udh: Buffer;
  /** Septets one an octet, or UCS-2 units, big-endian. */
  readonly data: Buffer;
  readonly text: string;
}

export type SegmentedText =
  | {
      readonly outcome: 'segmented';
      readonly encoding: Encoding;
      readonly parts: readonly TextPart[];
      /** What made it UCS-2: the first character outside GSM 7-bit; absent when there is none. */
      readonly notGsm7?: string;
    }
  | TextRefusal;

export type CountedParts =
  | { readonly outcome: 'counted'; readonly encoding: Encoding; readonly parts: number; readonly notGsm7?: string }
  | TextRefusal;

/** The total and the number of a part are one octet each. */
const mostParts = 255;
const octetsOfShortMessage = 140;

/** What one short message holds beside a header of so many octets: septets, UCS-2 units or octets (TS 23.040, 9.2.3.24). */
export const capacity = (unit: Encoding | 'octet', headerOctets: number): number => {
  const left = octetsOfShortMessage - headerOctets;
  if (unit === 'gsm7') return Math.floor((left * 8) / 7);
  return unit === 'ucs2' ? Math.floor(left / 2) : left;
};

const gsm7Width = gsm7Widths();

const ucs2Width = (unit: number): 1 | 2 => (unit >= 0xd800 && unit <= 0xdbff ? 2 : 1);

/** Where each part ends. An ESC with its code, and a surrogate pair, stay whole. One end too many says that there are too many. */
const partEnds = (text: string, encoding: Encoding, headerOctets: number): readonly number[] => {
  const most = capacity(encoding, headerOctets);
  const ends: number[] = [];
  let total = 0;
  let filled = 0;
  for (let index = 0; index < text.length && ends.length <= mostParts; ) {
    const unit = text.charCodeAt(index);
    const width = encoding === 'gsm7' ? gsm7Width(unit) : ucs2Width(unit);
    if (filled + width > most) {
      ends.push(index);
      filled = 0;
    }
    filled += width;
    total += width;
    index += encoding === 'gsm7' ? 1 : width;
  }
  return total <= capacity(encoding, 0) ? [text.length] : [...ends, text.length];
};

type Layout =
  | { readonly outcome: 'laid-out'; readonly encoding: Encoding; readonly ends: readonly number[]; notGsm7?: string }
  | TextRefusal;

const layOut = (text: string, wanted: WantedEncoding, headerOctets: number): Layout => {
  if (!text.isWellFormed()) return { outcome: 'refused', reason: 'lone-surrogate' };
  const notGsm7 = firstOutsideGsm7(text);
  if (wanted === 'gsm7' && notGsm7 !== undefined) return { outcome: 'refused', reason: 'not-gsm7', character: notGsm7 };
  const encoding = wanted === 'auto' ? (notGsm7 === undefined ? 'gsm7' : 'ucs2') : wanted;
  const ends = partEnds(text, encoding, headerOctets);
  if (ends.length > mostParts) return { outcome: 'refused', reason: 'too-many-parts' };
  return { outcome: 'laid-out', encoding, ends, ...(notGsm7 === undefined ? {} : { notGsm7 }) };
};

/** The same answer as `segmentText`, without making a part: what accepting a message needs to price it. */
export const countParts = (
  text: string,
  encoding: WantedEncoding,
  header: Pick<ConcatHeader, 'octets'> = concat16,
): CountedParts => {
  const layout = layOut(text, encoding, header.octets);
  if (layout.outcome === 'refused') return layout;
  const { ends, ...rest } = layout;
  return { ...rest, outcome: 'counted', parts: ends.length };
};

const encodeUcs2 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/**
 * Text as the user data of one or more short messages.
 *
 * @param reference one for all parts, unique among what is in flight from this sender to this recipient; its low 16
 *   (or 8) bits count.
 * @param header how parts are numbered; 16-bit references unless told otherwise.
 */
export const segmentText = ({
  text,
  encoding,
  reference,
  header = concat16,
}: {
  readonly text: string;
  readonly encoding: WantedEncoding;
  readonly reference: number;
  readonly header?: ConcatHeader;
}): SegmentedText => {
  const layout = layOut(text, encoding, header.octets);
  if (layout.outcome === 'refused') return layout;
  const { ends, ...rest } = layout;
  const encode = layout.encoding === 'gsm7' ? encodeGsm7 : encodeUcs2;
  const parts = ends.map((end, index) => {
    const piece = text.slice(ends[index - 1] ?? 0, end);
    const udh = ends.length === 1 ? Buffer.alloc(0) : header.build(reference, ends.length, index + 1);
    return { udh, data: encode(piece), text: piece };
  });
  return { ...rest, outcome: 'segmented', parts };
};

export type SegmentedBinary =
  | { readonly outcome: 'segmented'; readonly parts: readonly { readonly udh: Buffer; readonly data: Buffer }[] }
  | { readonly outcome: 'refused'; readonly reason: 'malformed-udh' | 'already-concatenated' | 'too-many-parts' };

/**
 * Octets as the user data of one or more short messages; nothing is copied.
 *
 * @param udh the caller's own header with its length octet (ports, say): its elements are repeated in every part,
 *   behind the part's number. One that numbers parts itself must fit one short message.
 */
export const segmentBinary = ({
  data,
  udh = Buffer.alloc(0),
  reference,
  header = concat16,
}: {
  readonly data: Buffer;
  readonly udh?: Buffer;
  readonly reference: number;
  readonly header?: ConcatHeader;
}): SegmentedBinary => {
  const own = parseUserData(udh, udh.length > 0);
  if (own.outcome === 'malformed' || own.data.length > 0) return { outcome: 'refused', reason: 'malformed-udh' };
  if (data.length + udh.length <= octetsOfShortMessage) return { outcome: 'segmented', parts: [{ udh, data }] };
  if (own.concatenation) return { outcome: 'refused', reason: 'already-concatenated' };
  const elements = udh.subarray(1);
  const each = capacity('octet', header.octets + elements.length);
  const total = Math.ceil(data.length / each);
  if (each < 1 || total > mostParts) return { outcome: 'refused', reason: 'too-many-parts' };
  const parts = Array.from({ length: total }, (_, index) => {
    const numbered = header.build(reference, total, index + 1);
    const joined = Buffer.concat([numbered, elements]);
    joined[0] = joined.length - 1;
    return { udh: joined, data: data.subarray(index * each, (index + 1) * each) };
  });
  return { outcome: 'segmented', parts };
};
