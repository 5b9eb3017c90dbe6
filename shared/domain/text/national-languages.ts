import { defaultAlphabet, type Gsm7Alphabet } from './gsm7.ts';
import { bengali } from './national/bengali.ts';
import { gujarati } from './national/gujarati.ts';
import { hindi } from './national/hindi.ts';
import { kannada } from './national/kannada.ts';
import { malayalam } from './national/malayalam.ts';
import { oriya } from './national/oriya.ts';
import { portuguese } from './national/portuguese.ts';
import { punjabi } from './national/punjabi.ts';
import { spanish } from './national/spanish.ts';
import { noCharacter } from './national/table-of.ts';
import { tamil } from './national/tamil.ts';
import { telugu } from './national/telugu.ts';
import { turkish } from './national/turkish.ts';
import { urdu } from './national/urdu.ts';
import type { InformationElement } from './user-data.ts';

/** The languages of 3GPP TS 23.038, 6.2.1.2.4, by their code of ISO 639-1. */
const tables = {
  tr: turkish,
  es: spanish,
  pt: portuguese,
  bn: bengali,
  gu: gujarati,
  hi: hindi,
  kn: kannada,
  ml: malayalam,
  or: oriya,
  pa: punjabi,
  ta: tamil,
  te: telugu,
  ur: urdu,
} as const;

export type NationalLanguage = keyof typeof tables;
export const nationalLanguages = Object.keys(tables) as readonly NationalLanguage[];

/** Which tables a short message is written in, as National Language Identifiers; 0: the default one. */
export interface Shifts {
  readonly locking: number;
  readonly single: number;
}

export const noShifts: Shifts = { locking: 0, single: 0 };

/** Whether one of them is not the default one. */
export const isNational = ({ locking, single }: Shifts): boolean => locking !== 0 || single !== 0;

/** IEIs of TS 23.040, 9.2.3.24.15 and 9.2.3.24.16: each has the language's identifier as its only octet. */
const singleShift = 0x24;
const lockingShift = 0x25;

interface Tables {
  readonly locking: string | null;
  readonly single: string;
}
const byIdentifier = new Map<number, Tables>(Object.values(tables).map((table) => [table.identifier, table]));

const extensionOf = (single: string): Gsm7Alphabet['extension'] =>
  Object.fromEntries(Array.from(single, (character, code) => [code, character]).filter(([, c]) => c !== noCharacter));

const made = new Map<string, Gsm7Alphabet>();

/**
 * The alphabet under these shifts. One that nobody has defined, as a telephone may name it, is the default one (TS
 * 23.040, 9.2.3.24.15), so is the locking table of a language that has none.
 */
export const alphabetOf = ({ locking, single }: Shifts): Gsm7Alphabet => {
  const lockingTable = byIdentifier.get(locking)?.locking;
  const singleTable = byIdentifier.get(single)?.single;
  if (!lockingTable && !singleTable) return defaultAlphabet;
  // Only what names a table: a header's octets are anybody's, and this memory is not to grow with them.
  const key = `${lockingTable ? locking : 0} ${singleTable ? single : 0}`;
  const known = made.get(key);
  if (known) return known;
  const alphabet = {
    locking: lockingTable ?? defaultAlphabet.locking,
    extension: singleTable ? extensionOf(singleTable) : defaultAlphabet.extension,
  };
  made.set(key, alphabet);
  return alphabet;
};

/** What of a language's tables can be used, the shortest header first. */
export const shiftsOf = (language: NationalLanguage): readonly Shifts[] => {
  const { identifier, locking } = tables[language];
  const single = { locking: 0, single: identifier };
  if (locking === null) return [single];
  return [single, { locking: identifier, single: 0 }, { locking: identifier, single: identifier }];
};

/** Whose tables these are; null when they are the default ones. */
export const languageOf = ({ locking, single }: Shifts): NationalLanguage | null =>
  nationalLanguages.find((language) => tables[language].identifier === (single || locking)) ?? null;

/** The information elements that name the tables, to stand in the header of every part. */
export const shiftElements = ({ locking, single }: Shifts): Buffer =>
  Buffer.from([...(single ? [singleShift, 1, single] : []), ...(locking ? [lockingShift, 1, locking] : [])]);

/** The same read from a header. Of an element that is there twice the last one counts. */
export const readShifts = (elements: readonly InformationElement[]): Shifts => {
  const last = (identifier: number): number =>
    elements.findLast((element) => element.identifier === identifier && element.value.length === 1)?.value[0] ?? 0;
  return { locking: last(lockingShift), single: last(singleShift) };
};
