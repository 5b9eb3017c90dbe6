import { firstOutsideGsm7, gsm7Widths } from './gsm7.ts';

/** A character, and what stands in its place. */
export interface Transliteration {
  readonly from: string;
  readonly to: string;
  readonly times: number;
}

export interface Transliterated {
  readonly text: string;
  /** In the order in which they first occur; empty when nothing had to be changed. */
  readonly changes: readonly Transliteration[];
}

/** What no decomposition tells: punctuation that word processors put in, spaces, and letters that are no base with a mark. */
const spellings: Readonly<Record<string, string>> = {
  '\u00a0': ' ',
  '\u2002': ' ',
  '\u2003': ' ',
  '\u2007': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
  '\u00ad': '',
  '\u200b': '',
  '\ufeff': '',
  '\t': ' ',
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201b': "'",
  '\u2032': "'",
  '\u00b4': "'",
  '\u0060': "'",
  '\u2039': "'",
  '\u203a': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2033': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2022': '*',
  '\u00b7': '.',
  '\u2026': '...',
  '\u00d7': 'x',
  '\u00f7': '/',
  '\u00a9': '(c)',
  '\u00ae': '(R)',
  '\u2122': '(TM)',
  '\u00b0': 'o',
  '\u00ba': 'o',
  '\u00aa': 'a',
  '\u2116': 'No',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
  ł: 'l',
  Ł: 'L',
  ŋ: 'n',
  Ŋ: 'N',
  œ: 'oe',
  Œ: 'OE',
  ŧ: 't',
  Ŧ: 'T',
  ẞ: 'SS',
};

const isGsm7 = (text: string): boolean => firstOutsideGsm7(text) === undefined;

/** A Latin letter without its marks; ligatures and full-width forms as their letters. */
const baseOf = (character: string): string | undefined => {
  // A mark for which there is no composed letter goes with those that have one.
  if (/[\u0300-\u036f]/.test(character)) return '';
  if (!/[\p{Script=Latin}\p{Nd}\p{P}\p{Zs}]/u.test(character)) return undefined;
  const base = character.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return base !== '' && isGsm7(base) ? base : undefined;
};

const spellingOf = (character: string): string | undefined => spellings[character] ?? baseOf(character);

const widthOf = gsm7Widths();

/**
 * A text in the default alphabet: letters without the marks that it lacks, plain quotation marks and dashes. All or
 * nothing: null when a character has no such spelling, since the text would be UCS-2 all the same.
 */
export const transliterate = (text: string): Transliterated | null => {
  const changes = new Map<string, Transliteration>();
  let changed = '';
  // Composed, so that a letter and its mark are one character where there is such a one.
  for (const from of text.normalize('NFC')) {
    if (widthOf(from.charCodeAt(0)) > 0) {
      changed += from;
      continue;
    }
    const to = changes.get(from)?.to ?? spellingOf(from);
    if (to === undefined) return null;
    changes.set(from, { from, to, times: (changes.get(from)?.times ?? 0) + 1 });
    changed += to;
  }
  return { text: changed, changes: [...changes.values()] };
};
