/** The user data header of a short message (3GPP TS 23.040, 9.2.3.24): information elements behind a length octet. */

export interface InformationElement {
  readonly identifier: number;
  readonly value: Buffer;
}

/** Which part of how many this is, by an element with an 8-bit or a 16-bit reference. */
export interface Concatenation {
  readonly referenceBits: 8 | 16;
  readonly reference: number;
  readonly total: number;
  readonly part: number;
}

export type UserData =
  | {
      readonly outcome: 'parsed';
      /** The header with its length octet; empty when there was none. */
      readonly udh: Buffer;
      readonly elements: readonly InformationElement[];
      readonly concatenation: Concatenation | null;
      readonly data: Buffer;
    }
  | { readonly outcome: 'malformed'; readonly reason: 'header-beyond-data' | 'element-beyond-header' };

/** How a part is told from its siblings: the whole header with its length octet. */
export interface ConcatHeader {
  readonly octets: number;
  /** Of the reference only the low 8 or 16 bits count. */
  readonly build: (reference: number, total: number, part: number) => Buffer;
}

/** TS 23.040, 9.2.3.24.1. */
export const concat8: ConcatHeader = {
  octets: 6,
  build: (reference, total, part) => Buffer.from([0x05, 0x00, 0x03, reference & 0xff, total, part]),
};

/** TS 23.040, 9.2.3.24.8. */
export const concat16: ConcatHeader = {
  octets: 7,
  build: (reference, total, part) =>
    Buffer.from([0x06, 0x08, 0x04, (reference >> 8) & 0xff, reference & 0xff, total, part]),
};

/** Further elements behind those of a header, which may be empty; both stay as they are. */
export const withElements = (header: Buffer, elements: Buffer): Buffer => {
  if (elements.length === 0) return header;
  const joined = Buffer.concat([header.length === 0 ? Buffer.alloc(1) : header, elements]);
  joined[0] = joined.length - 1;
  return joined;
};

/** An element of another length, or one that names a part 0 or a part beyond the last, is to be ignored (9.2.3.24.1). */
const readConcatenation = ({ identifier, value }: InformationElement): Concatenation | null => {
  const isWide = identifier === 0x08 && value.length === 4;
  if (!isWide && !(identifier === 0x00 && value.length === 3)) return null;
  const reference = isWide ? value.readUInt16BE(0) : value.readUInt8(0);
  const total = value.readUInt8(value.length - 2);
  const part = value.readUInt8(value.length - 1);
  if (part === 0 || part > total) return null;
  return { referenceBits: isWide ? 16 : 8, reference, total, part };
};

const readElements = (header: Buffer): InformationElement[] | null => {
  const elements: InformationElement[] = [];
  for (let offset = 1; offset < header.length; ) {
    const identifier = header[offset] ?? 0;
    const length = header[offset + 1];
    const end = offset + 2 + (length ?? 0);
    if (length === undefined || end > header.length) return null;
    elements.push({ identifier, value: header.subarray(offset + 2, end) });
    offset = end;
  }
  return elements;
};

/**
 * Takes the octets of a short message apart; no octets make it throw.
 *
 * @param hasHeader the UDHI bit of esm_class (0x40).
 */
export const parseUserData = (octets: Buffer, hasHeader: boolean): UserData => {
  if (!hasHeader)
    return { outcome: 'parsed', udh: octets.subarray(0, 0), elements: [], concatenation: null, data: octets };
  const length = (octets[0] ?? octets.length) + 1;
  if (length > octets.length) return { outcome: 'malformed', reason: 'header-beyond-data' };
  const udh = octets.subarray(0, length);
  const elements = readElements(udh);
  if (!elements) return { outcome: 'malformed', reason: 'element-beyond-header' };
  // Of an element that is there twice, the last one counts (TS 23.040, 9.2.3.24).
  const concatenation = elements.map(readConcatenation).findLast((found) => found !== null) ?? null;
  return { outcome: 'parsed', udh, elements, concatenation, data: octets.subarray(length) };
};

/** A header's elements without the one that numbers the part: what is left of it where parts are numbered otherwise. */
export const elementsBeside = (udh: Buffer): Buffer => {
  const header = parseUserData(udh, udh.length > 0);
  if (header.outcome === 'malformed') return Buffer.alloc(0);
  const others = header.elements.filter(({ identifier }) => identifier !== 0x00 && identifier !== 0x08);
  return Buffer.concat(others.map(({ identifier, value }) => Buffer.from([identifier, value.length, ...value])));
};
