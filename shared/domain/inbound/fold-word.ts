/**
 * A word as keywords and commands are compared: in capitals, without marks, blanks around it, or the punctuation that
 * telephones add to it. `arrêt.` and ` ARRET` are the same word.
 */
export const foldWord = (word: string): string =>
  word
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toUpperCase()
    // A dotless i is one too, whichever way its capital was written.
    .normalize('NFC')
    .replaceAll(/^[\s\p{Cc}\p{Cf}"'«»“”‘’„.,;:!?¡¿*#-]+|[\s\p{Cc}\p{Cf}"'«»“”‘’„.,;:!?¡¿*-]+$/gu, '')
    .replaceAll(/\s+/g, ' ');

/** The first word of a text, folded; empty when it has none. */
export const firstWordOf = (text: string): string => foldWord(text.trim().split(/\s/, 1)[0] ?? '');
