import { decodeGsm7, encodeGsm7, firstOutsideGsm7 } from './gsm7.ts';
import { alphabetOf, noShifts, type Shifts } from './national-languages.ts';

/** What data_coding 0 is at an SMSC (SMPP 3.4, 5.2.19: "SMSC default alphabet"): a property of the provider. */
export const defaultAlphabets = ['gsm7', 'ascii', 'latin1'] as const;
export type DefaultAlphabet = (typeof defaultAlphabets)[number];

const highest = { ascii: 0x7f, latin1: 0xff } as const;

const firstAbove = (text: string, most: number): string | undefined => {
  for (const character of text) if ((character.codePointAt(0) ?? 0) > most) return character;
  return undefined;
};

export type InDefaultAlphabet =
  | { readonly outcome: 'encoded'; readonly data: Buffer }
  /** The first character that the alphabet lacks: another data_coding has to carry the text. */
  | { readonly outcome: 'lacking'; readonly character: string };

/**
 * Text as an SMSC reads it under data_coding 0, one octet a character (a character of the GSM extension takes two).
 * National tables are the GSM alphabet's: an SMSC with another one cannot be sent them.
 */
export const encodeDefault = (
  text: string,
  alphabet: DefaultAlphabet,
  shifts: Shifts = noShifts,
): InDefaultAlphabet => {
  if (alphabet === 'gsm7') {
    const table = alphabetOf(shifts);
    const character = firstOutsideGsm7(text, table);
    return character === undefined
      ? { outcome: 'encoded', data: encodeGsm7(text, table) }
      : { outcome: 'lacking', character };
  }
  const character = firstAbove(text, highest[alphabet]);
  return character === undefined
    ? { outcome: 'encoded', data: Buffer.from(text, 'latin1') }
    : { outcome: 'lacking', character };
};

/** What came under data_coding 0, as text; no octets make it throw. An octet that is no ASCII is U+FFFD there. */
export const decodeDefault = (data: Buffer, alphabet: DefaultAlphabet, shifts: Shifts = noShifts): string => {
  if (alphabet === 'gsm7') return decodeGsm7(data, alphabetOf(shifts));
  const text = data.toString('latin1');
  return alphabet === 'latin1' ? text : text.replaceAll(/[^\0-\x7f]/g, '\ufffd');
};
