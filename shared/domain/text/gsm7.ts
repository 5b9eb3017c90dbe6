import { noCharacter } from './national/table-of.ts';

/** One 7-bit alphabet: a locking table of 128 cells and the extension behind ESC. A national table is one more of these. */
export interface Gsm7Alphabet {
  /** The character of each code 0x00-0x7F, in order; U+001B holds the place of ESC, U+FFFD that of no character. */
  readonly locking: string;
  /** The character of each code that may follow ESC. */
  readonly extension: Readonly<Record<number, string>>;
}

/** 3GPP TS 23.038, 6.2.1 and 6.2.1.1. */
export const defaultAlphabet: Gsm7Alphabet = {
  locking:
    '@£$¥èéùìòÇ\nØø\rÅå' +
    'Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
    ' !"#¤%&\'()*+,-./' +
    '0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNO' +
    'PQRSTUVWXYZÄÖÑÜ§' +
    '¿abcdefghijklmno' +
    'pqrstuvwxyzäöñüà',
  extension: {
    10: '\f',
    20: '^',
    40: '{',
    41: '}',
    47: '\\',
    60: '[',
    61: '~',
    62: ']',
    64: '|',
    101: '€',
  },
};

const escapeSeptet = 0x1b;
const carriageReturn = 0x0d;
const absent = -1;

/** For each UTF-16 unit its code, the code after ESC plus 0x80, or `absent`: one array read a character, nothing allocated. */
type Codes = Int16Array;

const codesOf = (alphabet: Gsm7Alphabet): Codes => {
  const codes = new Int16Array(0x10000).fill(absent);
  for (const [code, character] of Object.entries(alphabet.extension))
    codes[character.charCodeAt(0)] = Number(code) + 0x80;
  for (const [code, character] of Array.from(alphabet.locking).entries())
    if (code !== escapeSeptet && character !== noCharacter) codes[character.charCodeAt(0)] = code;
  return codes;
};

const remembered = new WeakMap<Gsm7Alphabet, Codes>();
const codes = (alphabet: Gsm7Alphabet): Codes => {
  const known = remembered.get(alphabet);
  if (known) return known;
  const made = codesOf(alphabet);
  remembered.set(alphabet, made);
  return made;
};

/** Septets each UTF-16 unit takes: 1, 2 behind ESC, or 0 when it is not in the alphabet. */
export const gsm7Widths = (alphabet: Gsm7Alphabet = defaultAlphabet): ((unit: number) => 0 | 1 | 2) => {
  const table = codes(alphabet);
  return (unit) => {
    const code = table[unit] ?? absent;
    if (code === absent) return 0;
    return code < 0x80 ? 1 : 2;
  };
};

/** The first character, whole even when it is a surrogate pair, that the alphabet lacks; undefined when it has them all. */
export const firstOutsideGsm7 = (text: string, alphabet: Gsm7Alphabet = defaultAlphabet): string | undefined => {
  const table = codes(alphabet);
  for (let index = 0; index < text.length; index += 1)
    if (table[text.charCodeAt(index)] === absent) return String.fromCodePoint(text.codePointAt(index) ?? 0);
  return undefined;
};

/**
 * Text as septets, one an octet.
 *
 * @throws RangeError when a character is outside the alphabet: ask `firstOutsideGsm7` before.
 */
export const encodeGsm7 = (text: string, alphabet: Gsm7Alphabet = defaultAlphabet): Buffer => {
  const table = codes(alphabet);
  const septets = Buffer.allocUnsafe(text.length * 2);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = table[text.charCodeAt(index)] ?? absent;
    if (code === absent) throw new RangeError(`Character ${index} is outside the alphabet.`);
    if (code >= 0x80) septets[length++] = escapeSeptet;
    septets[length++] = code & 0x7f;
  }
  return septets.subarray(0, length);
};

/**
 * Septets, one an octet, as text; no octets make it throw. After ESC, an unknown code shows the locking table's
 * character, and ESC or nothing shows a space (TS 23.038, 6.2.1.1). An octet above 0x7F is no septet: U+FFFD.
 */
export const decodeGsm7 = (septets: Uint8Array, alphabet: Gsm7Alphabet = defaultAlphabet): string => {
  let text = '';
  for (let index = 0; index < septets.length; index += 1) {
    const septet = septets[index] ?? 0;
    if (septet !== escapeSeptet) {
      text += alphabet.locking[septet] ?? '\ufffd';
      continue;
    }
    index += 1;
    const code = septets[index] ?? escapeSeptet;
    text += alphabet.extension[code] ?? (code === escapeSeptet ? ' ' : (alphabet.locking[code] ?? '\ufffd'));
  }
  return text;
};

/**
 * Packs septets into octets, least significant bit first (TS 23.038, 6.1.2.1). Seven bits left over are filled with
 * CR, because zeros would read as one more `@` (6.1.2.3.1).
 *
 * @param fillBits zero bits before the first septet, 0-6, so that text after a user data header starts on a septet border.
 */
export const packSeptets = (septets: Uint8Array, fillBits = 0): Buffer => {
  const bits = fillBits + septets.length * 7;
  const packed = Buffer.alloc(Math.ceil(bits / 8));
  const put = (septet: number, bit: number): void => {
    const at = bit >> 3;
    const shifted = (septet & 0x7f) << (bit & 7);
    packed[at] = (packed[at] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) packed[at + 1] = (packed[at + 1] ?? 0) | (shifted >> 8);
  };
  for (const [index, septet] of septets.entries()) put(septet, fillBits + index * 7);
  if (septets.length > 0 && packed.length * 8 - bits === 7) put(carriageReturn, bits);
  return packed;
};

/** Unpacks `count` septets; fewer come back when the octets do not hold so many. */
export const unpackSeptets = (packed: Uint8Array, count: number, fillBits = 0): Buffer => {
  const held = Math.max(0, Math.min(count, Math.floor((packed.length * 8 - fillBits) / 7)));
  const septets = Buffer.alloc(held);
  for (let index = 0; index < held; index += 1) {
    const bit = fillBits + index * 7;
    const pair = (packed[bit >> 3] ?? 0) | ((packed[(bit >> 3) + 1] ?? 0) << 8);
    septets[index] = (pair >> (bit & 7)) & 0x7f;
  }
  return septets;
};
