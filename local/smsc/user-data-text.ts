import { smpp } from './smpp-octets.ts';

/**
 * How the simulator reads and writes text: with the package's tables and its own header reader, never with the
 * repository's, so that what was sent is not checked by what sent it.
 */

export interface PartNumber {
  readonly reference: number;
  readonly reference_bits: 8 | 16;
  readonly number: number;
  readonly total: number;
}

const utf16 = (octets: Buffer): string => octets.subarray(0, octets.length & ~1).toString('utf16le');

/** The text under a data_coding (SMPP 3.4, 5.2.19; coding groups of TS 23.038, 4); null for what is no text. */
export const decodeText = (dataCoding: number, octets: Buffer): string | null => {
  if (dataCoding === 0 || (dataCoding & 0xf4) === 0xf0) return smpp.encodings.ASCII.decode(octets);
  if (dataCoding === 1 || dataCoding === 3) return octets.toString('latin1');
  if (dataCoding === 8 || dataCoding === 0x18)
    return utf16(Buffer.from(octets.subarray(0, octets.length & ~1)).swap16());
  return null;
};

/** The header with its length octet, and what follows it. A header longer than all there is counts as data. */
export const splitHeader = (octets: Buffer, hasHeader: boolean): { readonly udh: Buffer; readonly data: Buffer } => {
  const length = hasHeader && octets.length > 0 ? (octets[0] ?? 0) + 1 : 0;
  const end = length <= octets.length ? length : 0;
  return { udh: octets.subarray(0, end), data: octets.subarray(end) };
};

/** Which part this is, by a concatenation element (IEI 00 or 08). */
export const partNumberOf = (udh: Buffer): PartNumber | null => {
  for (let at = 1; at + 1 < udh.length; at += 2 + (udh[at + 1] ?? 0)) {
    const value = [...udh.subarray(at + 2, at + 2 + (udh[at + 1] ?? 0))];
    const [first = 0, second = 0, third = 0, fourth = 0] = value;
    if (udh[at] === 0x00 && value.length === 3)
      return { reference: first, reference_bits: 8, total: second, number: third };
    if (udh[at] === 0x08 && value.length === 4)
      return { reference: first * 256 + second, reference_bits: 16, total: third, number: fourth };
  }
  return null;
};

interface Encoded {
  readonly dataCoding: number;
  readonly pieces: readonly { readonly udh: Buffer; readonly data: Buffer }[];
}

const limits = { gsm: { alone: 160, each: 153 }, wide: { alone: 140, each: 134 } } as const;

/** Text of a telephone: GSM 7-bit or UCS-2, long text in parts numbered with an 8-bit reference. */
export const encodeText = (text: string, reference: number): Encoded => {
  const isGsm = smpp.encodings.ASCII.match(text);
  const alphabet = isGsm ? smpp.encodings.ASCII : smpp.encodings.UCS2;
  const encode = (part: string): Buffer => alphabet.encode(part);
  const { alone, each } = isGsm ? limits.gsm : limits.wide;
  const whole = encode(text);
  const dataCoding = isGsm ? 0 : 8;
  if (whole.length <= alone) return { dataCoding, pieces: [{ udh: Buffer.alloc(0), data: whole }] };
  const pieces: Buffer[][] = [[]];
  let filled = 0;
  for (const character of Array.from(text, encode)) {
    if (filled + character.length > each) {
      pieces.push([]);
      filled = 0;
    }
    filled += character.length;
    pieces.at(-1)?.push(character);
  }
  const header = (index: number): Buffer => Buffer.from([5, 0, 3, reference & 0xff, pieces.length, index + 1]);
  return { dataCoding, pieces: pieces.map((piece, index) => ({ udh: header(index), data: Buffer.concat(piece) })) };
};
