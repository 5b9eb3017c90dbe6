import { encodeGsm7, firstOutsideGsm7, gsm7Widths } from './gsm7.ts';
import {
  alphabetOf,
  isNational,
  type NationalLanguage,
  noShifts,
  type Shifts,
  shiftElements,
  shiftsOf,
} from './national-languages.ts';
import { type ConcatHeader, concat16, parseUserData, withElements } from './user-data.ts';

export type Encoding = 'gsm7' | 'ucs2';
export type WantedEncoding = 'auto' | Encoding;

export type TextRefusal =
  | { readonly outcome: 'refused'; readonly reason: 'not-gsm7'; readonly character: string }
  | { readonly outcome: 'refused'; readonly reason: 'lone-surrogate' }
  | { readonly outcome: 'refused'; readonly reason: 'too-many-parts' };

export interface TextPart {
  /** Empty for a message of one part in the default alphabet. */
  readonly udh: Buffer;
  /** Septets one an octet, or UCS-2 units, big-endian. */
  readonly data: Buffer;
  readonly text: string;
}

interface Written {
  readonly encoding: Encoding;
  /** The national tables that it is written in; absent when it is in the default alphabet or UCS-2. */
  readonly shifts?: Shifts;
  /** What made it UCS-2, or national: the first character outside the default alphabet; absent when there is none. */
  readonly notGsm7?: string;
}

export type SegmentedText =
  | (Written & { readonly outcome: 'segmented'; readonly parts: readonly TextPart[] })
  | TextRefusal;

export type CountedParts = (Written & { readonly outcome: 'counted'; readonly parts: number }) | TextRefusal;

/** In which alphabets a text may be written beside the default one and UCS-2. */
export interface Tables {
  /** Languages whose tables may be chosen, where they make fewer parts than UCS-2. */
  readonly languages?: readonly NationalLanguage[];
  /** The tables that were chosen before: GSM 7-bit in just these, so that every cut of a text is alike. */
  readonly shifts?: Shifts;
}

/** The total and the number of a part are one octet each. */
const mostParts = 255;
const octetsOfShortMessage = 140;

/** What one short message holds beside a header of so many octets: septets, UCS-2 units or octets (TS 23.040, 9.2.3.24). */
export const capacity = (unit: Encoding | 'octet', headerOctets: number): number => {
  const left = octetsOfShortMessage - headerOctets;
  if (unit === 'gsm7') return Math.floor((left * 8) / 7);
  return unit === 'ucs2' ? Math.floor(left / 2) : left;
};

type Width = (unit: number) => 0 | 1 | 2;

const ucs2Width: Width = (unit) => (unit >= 0xd800 && unit <= 0xdbff ? 2 : 1);

/** One way to write a text. */
interface Way {
  readonly encoding: Encoding;
  readonly shifts: Shifts;
}

const inUcs2: Way = { encoding: 'ucs2', shifts: noShifts };
const inGsm7 = (shifts: Shifts): Way => ({ encoding: 'gsm7', shifts });

/** Where each part ends. An ESC with its code, and a surrogate pair, stay whole. One end too many says that there are too many. */
const partEnds = (text: string, { encoding, shifts }: Way, headerOctets: number): readonly number[] => {
  const elements = shiftElements(shifts).length;
  const most = capacity(encoding, headerOctets + elements);
  const widthOf = encoding === 'gsm7' ? gsm7Widths(alphabetOf(shifts)) : ucs2Width;
  const ends: number[] = [];
  let total = 0;
  let filled = 0;
  for (let index = 0; index < text.length && ends.length <= mostParts; ) {
    const width = widthOf(text.charCodeAt(index));
    if (filled + width > most) {
      ends.push(index);
      filled = 0;
    }
    filled += width;
    total += width;
    index += encoding === 'gsm7' ? 1 : width;
  }
  const alone = capacity(encoding, elements === 0 ? 0 : elements + 1);
  return total <= alone ? [text.length] : [...ends, text.length];
};

/** The ways that can write it, in the order in which they are preferred when they take as many parts; none: refused. */
const waysOf = (text: string, wanted: WantedEncoding, notGsm7: string | undefined, tables: Tables): readonly Way[] => {
  const fits = (shifts: Shifts): boolean => firstOutsideGsm7(text, alphabetOf(shifts)) === undefined;
  if (tables.shifts && isNational(tables.shifts)) return fits(tables.shifts) ? [inGsm7(tables.shifts)] : [];
  if (wanted === 'ucs2') return [inUcs2];
  if (notGsm7 === undefined) return [inGsm7(noShifts)];
  const national = (tables.languages ?? []).flatMap(shiftsOf).filter(fits).map(inGsm7);
  return wanted === 'gsm7' ? national : [inUcs2, ...national];
};

type Layout = (Written & { readonly outcome: 'laid-out'; readonly ends: readonly number[] }) | TextRefusal;

const layOut = (text: string, wanted: WantedEncoding, headerOctets: number, tables: Tables): Layout => {
  if (!text.isWellFormed()) return { outcome: 'refused', reason: 'lone-surrogate' };
  const notGsm7 = firstOutsideGsm7(text);
  const [first, ...others] = waysOf(text, wanted, notGsm7, tables).map((way) => ({
    way,
    ends: partEnds(text, way, headerOctets),
  }));
  if (!first) return { outcome: 'refused', reason: 'not-gsm7', character: notGsm7 ?? '' };
  const { way, ends } = others.reduce((best, each) => (each.ends.length < best.ends.length ? each : best), first);
  if (ends.length > mostParts) return { outcome: 'refused', reason: 'too-many-parts' };
  return {
    outcome: 'laid-out',
    encoding: way.encoding,
    ends,
    ...(isNational(way.shifts) ? { shifts: way.shifts } : {}),
    ...(notGsm7 === undefined ? {} : { notGsm7 }),
  };
};

/** The same answer as `segmentText`, without making a part: what accepting a message needs to price it. */
export const countParts = (
  text: string,
  encoding: WantedEncoding,
  header: Pick<ConcatHeader, 'octets'> = concat16,
  tables: Tables = {},
): CountedParts => {
  const layout = layOut(text, encoding, header.octets, tables);
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
  ...tables
}: Tables & {
  readonly text: string;
  readonly encoding: WantedEncoding;
  readonly reference: number;
  readonly header?: ConcatHeader;
}): SegmentedText => {
  const layout = layOut(text, encoding, header.octets, tables);
  if (layout.outcome === 'refused') return layout;
  const { ends, ...rest } = layout;
  const shifts = layout.shifts ?? noShifts;
  const elements = shiftElements(shifts);
  const alphabet = alphabetOf(shifts);
  const encode = (piece: string) => (layout.encoding === 'gsm7' ? encodeGsm7(piece, alphabet) : encodeUcs2(piece));
  const parts = ends.map((end, index) => {
    const piece = text.slice(ends[index - 1] ?? 0, end);
    const numbered = ends.length === 1 ? Buffer.alloc(0) : header.build(reference, ends.length, index + 1);
    return { udh: withElements(numbered, elements), data: encode(piece), text: piece };
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
    const numbered = withElements(header.build(reference, total, index + 1), elements);
    return { udh: numbered, data: data.subarray(index * each, (index + 1) * each) };
  });
  return { outcome: 'segmented', parts };
};
