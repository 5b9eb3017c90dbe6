/** What a table has no character for. */
export const noCharacter = '\ufffd';

/**
 * A table of 3GPP TS 23.038 as a string of its 128 characters, out of their code points: hexadecimal, 16 a row, `----`
 * for none. Whole scripts that few editors show side by side stay legible in this way.
 */
export const tableOf = (rows: string): string =>
  rows
    .trim()
    .split(/\s+/)
    .map((point) => (point === '----' ? noCharacter : String.fromCodePoint(Number.parseInt(point, 16))))
    .join('');
