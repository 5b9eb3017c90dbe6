import type { CasCommand, CasPackage, Grammar, Language } from './grammar.ts';
import { passesLuhn } from './luhn.ts';
import { findMeant } from './near-miss.ts';
import { foldText, wordsOf } from './words.ts';

export type CasMisunderstanding =
  | 'empty'
  | 'keyword.unknown'
  | 'card.missing'
  | 'card.invalid'
  | 'package.missing'
  | 'package.unknown'
  | 'months.invalid'
  | 'box.missing';

/** A request as it was understood. */
export type CasAsked = { readonly language: Language | null } & (
  | { readonly command: 'activate'; readonly card: string; readonly package: CasPackage; readonly months: number }
  | { readonly command: 'deactivate'; readonly card: string; readonly package: CasPackage }
  | { readonly command: 'status'; readonly card: string }
  | { readonly command: 'refresh'; readonly card: string }
  | { readonly command: 'pair'; readonly card: string; readonly box: string }
  | { readonly command: 'help' }
  | { readonly command: 'stop' }
);

export type CasRequest =
  | { readonly outcome: 'asked'; readonly asked: CasAsked }
  | { readonly outcome: 'refused'; readonly reason: CasMisunderstanding; readonly language: Language | null };

const shortestCard = 8;
const longestCard = 19;
export const mostMonths = 12;

interface Read {
  readonly card: string | null;
  /** Words that are no part of the card's number, in their order. */
  readonly rest: readonly string[];
  readonly reason?: 'card.missing' | 'card.invalid';
}

/**
 * The first number among the words that can be a card's. People write it in groups, so neighbouring numbers are put
 * together until they pass the check.
 */
const readCard = (words: readonly string[]): Read => {
  const start = words.findIndex((word) => /^\d+$/.test(word) && word.length > 2);
  if (start < 0) return { card: null, rest: words, reason: 'card.missing' };
  let digits = '';
  for (let end = start; end < words.length && /^\d+$/.test(words[end] ?? ''); end += 1) {
    digits += words[end] ?? '';
    if (digits.length >= shortestCard && digits.length <= longestCard && passesLuhn(digits))
      return { card: digits, rest: [...words.slice(0, start), ...words.slice(end + 1)] };
  }
  return { card: null, rest: words, reason: 'card.invalid' };
};

const packageMeant = (typed: string, packages: readonly CasPackage[]): CasPackage | undefined =>
  findMeant(
    typed,
    new Map(packages.flatMap((each) => [[foldText(each.name).replaceAll(' ', ''), each] as const, [each.code, each]])),
    (a, b) => a.code === b.code,
  );

const isMonths = (word: string): boolean => /^(\*|X)?\d+M?$/.test(word);

const readMonths = (words: readonly string[], usual: number): number | null => {
  const word = words.find(isMonths);
  if (word === undefined) return usual;
  const months = Number(word.replaceAll(/\D/g, ''));
  return months >= 1 && months <= mostMonths ? months : null;
};

type Reader = (card: string, rest: readonly string[], grammar: Grammar) => CasWithoutLanguage | CasMisunderstanding;
type CasWithoutLanguage = CasAsked extends infer Each ? (Each extends unknown ? Omit<Each, 'language'> : never) : never;

const readPackage = (
  rest: readonly string[],
  { packages }: Grammar,
): { readonly package: CasPackage } | 'package.missing' | 'package.unknown' => {
  const names = rest.filter((word) => !isMonths(word));
  const [first] = names;
  if (first === undefined) return 'package.missing';
  // A code with a figure at its end may have been typed with a space before it, a name of two words with one within.
  const meant =
    packageMeant(first, packages) ?? packageMeant(names.join(''), packages) ?? packageMeant(rest.join(''), packages);
  return meant ? { package: meant } : 'package.unknown';
};

const readers: Readonly<Record<Exclude<CasCommand, 'help' | 'stop'>, Reader>> = {
  activate: (card, rest, grammar) => {
    const found = readPackage(rest, grammar);
    if (typeof found === 'string') return found;
    const months = readMonths(rest, found.package.months);
    return months === null ? 'months.invalid' : { command: 'activate', card, package: found.package, months };
  },
  deactivate: (card, rest, grammar) => {
    const found = readPackage(rest, grammar);
    return typeof found === 'string' ? found : { command: 'deactivate', card, package: found.package };
  },
  status: (card) => ({ command: 'status', card }),
  refresh: (card) => ({ command: 'refresh', card }),
  pair: (card, rest) => {
    const box = rest.filter((word) => /^[0-9A-Z]+$/.test(word)).join('');
    return box.length >= 4 && box.length <= 20 ? { command: 'pair', card, box } : 'box.missing';
  },
};

/**
 * What a subscriber's text asks for, read as forgivingly as it can be without guessing: any case, digits of any script,
 * signs and spaces where people put them, one typing mistake in a keyword or a package. A card's number is never guessed.
 *
 * @returns the request, or what is missing in it; whatever the text, nothing is thrown.
 */
export const parseCasRequest = (text: string, grammar: Grammar): CasRequest => {
  const [typed, ...words] = wordsOf(foldText(text));
  if (typed === undefined) return { outcome: 'refused', reason: 'empty', language: null };
  const keyword = findMeant(
    typed,
    new Map(grammar.keywords.map((each) => [each.word, each])),
    (a, b) => a.command === b.command,
  );
  if (!keyword) return { outcome: 'refused', reason: 'keyword.unknown', language: null };
  const { command, language } = keyword;
  if (command === 'help') return { outcome: 'asked', asked: { command, language } };
  if (command === 'stop') return { outcome: 'asked', asked: { command, language } };
  const { card, rest, reason } = readCard(words);
  if (card === null) return { outcome: 'refused', reason: reason ?? 'card.missing', language };
  const read = readers[command](card, rest, grammar);
  return typeof read === 'string'
    ? { outcome: 'refused', reason: read, language }
    : { outcome: 'asked', asked: { ...read, language } };
};
