import { type DefaultAlphabet, decodeDefault } from '../text/default-alphabet.ts';
import { noShifts, readShifts, type Shifts } from '../text/national-languages.ts';
import { elementsOf, type InboundPart } from './inbound-part.ts';

interface Alphabet {
  readonly name: DefaultAlphabet | 'ucs2' | 'cyrillic' | 'hebrew';
  readonly shifts: Shifts;
}

/** SMPP 3.4, 5.2.19. */
const byDataCoding: Readonly<Record<number, 'ascii' | 'latin1' | 'cyrillic' | 'hebrew' | 'ucs2'>> = {
  1: 'ascii',
  3: 'latin1',
  6: 'cyrillic',
  7: 'hebrew',
  8: 'ucs2',
};

/** The alphabet in bits 3 and 2 of a general data coding (3GPP TS 23.038, 4). */
const ofGeneralCoding = { 0: 'gsm7', 8: 'ucs2' } as const;

/** The coding groups of 3GPP TS 23.038, 4, which many SMSCs pass on: GSM 7-bit, UCS-2, or octets. */
const ofCodingGroup = (dataCoding: number): 'gsm7' | 'ucs2' | null => {
  switch (dataCoding >> 4) {
    // General, uncompressed, with a message class.
    case 0x1:
      return ofGeneralCoding[(dataCoding & 0x0c) as keyof typeof ofGeneralCoding] ?? null;
    // Message waiting.
    case 0xc:
    case 0xd:
      return 'gsm7';
    case 0xe:
      return 'ucs2';
    // With a message class; bit 2 says octets.
    case 0xf:
      return (dataCoding & 0x04) === 0 ? 'gsm7' : null;
    default:
      return null;
  }
};

/** The UDHI bit of esm_class (SMPP 3.4, 5.2.12). */
const hasHeader = 0x40;

/** Null for octets that are no text, or in an alphabet that nobody sends any more. */
const alphabetOfPart = (part: InboundPart): Alphabet | null => {
  const { data_coding: dataCoding, default_alphabet: alphabet } = part;
  // A header is said to be there, and there is none to be read: who knows where the text begins.
  if ((part.esm_class & hasHeader) !== 0 && part.udh_hex === '') return null;
  const name = dataCoding === 0 ? alphabet : (byDataCoding[dataCoding] ?? ofCodingGroup(dataCoding));
  if (name === null) return null;
  return name === 'gsm7' ? { name, shifts: readShifts(elementsOf(part)) } : { name, shifts: noShifts };
};

const iso8859 = { cyrillic: new TextDecoder('iso-8859-5'), hebrew: new TextDecoder('iso-8859-8') } as const;

const readAs = (data: Buffer, { name, shifts }: Alphabet): string => {
  switch (name) {
    case 'cyrillic':
    case 'hebrew':
      return iso8859[name].decode(data);
    case 'ucs2':
      return Buffer.from(data.subarray(0, data.length & ~1))
        .swap16()
        .toString('utf16le')
        .toWellFormed();
    default:
      return decodeDefault(data, name, shifts);
  }
};

interface Run {
  readonly alphabet: Alphabet;
  readonly data: Buffer[];
}

const isAlike = (a: Alphabet, b: Alphabet): boolean =>
  a.name === b.name && a.shifts.locking === b.shifts.locking && a.shifts.single === b.shifts.single;

/**
 * The text of a message's parts, in their order; no octets make it throw. Parts of one alphabet are joined before they
 * are read: a telephone may have cut an ESC from its code, or a surrogate pair in two.
 *
 * @returns null when a part is no text: then what came is octets.
 */
export const readParts = (parts: readonly InboundPart[]): string | null => {
  const runs: Run[] = [];
  for (const part of parts) {
    const alphabet = alphabetOfPart(part);
    if (!alphabet) return null;
    const data = Buffer.from(part.data_hex, 'hex');
    const last = runs.at(-1);
    if (last && isAlike(last.alphabet, alphabet)) last.data.push(data);
    else runs.push({ alphabet, data: [data] });
  }
  return runs.map(({ alphabet, data }) => readAs(Buffer.concat(data), alphabet)).join('');
};
