/** Enough for every request; what comes after is not read. */
const longest = 480;

const isDigit = (codePoint: number): boolean => codePoint >= 0 && /^\p{Nd}$/u.test(String.fromCodePoint(codePoint));

/** Decimal digits of every script stand in runs that begin with their zero (Unicode, 4.6). */
const digitOf = (character: string): string => {
  const codePoint = character.codePointAt(0) ?? 0;
  let zero = codePoint;
  while (isDigit(zero - 1)) zero -= 1;
  return `${(codePoint - zero) % 10}`;
};

/**
 * A text in the one way in which all ways of writing it agree: capitals without accents, Western digits, one space
 * between words, no other signs than `*`.
 */
export const foldText = (text: string): string =>
  text
    .slice(0, longest)
    .toWellFormed()
    .normalize('NFKD')
    .replaceAll(/\p{M}|\p{Cf}/gu, '')
    .replaceAll(/\p{Nd}/gu, digitOf)
    .toUpperCase()
    .replaceAll('×', '*')
    .replaceAll(/[^\p{L}\p{N}*]+/gu, ' ')
    .replaceAll(/ ?\* ?/g, '*')
    .trim();

/** The words of a folded text; what is written together with a number is taken apart: `ACT1234567897`, `SPORT*3`. */
export const wordsOf = (folded: string): readonly string[] =>
  folded
    .replace(/^(\p{L}+)(\d{4,})/u, '$1 $2')
    .split(/ |(?=\*)/)
    .filter((word) => word !== '' && word !== '*');
