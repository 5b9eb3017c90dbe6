import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UsageError } from './parse-command.ts';

/** A line of a file as the API wants it; what is wrong with its values is for the API to say. */
export type CsvLine = Readonly<Record<string, string | number>>;

export interface CsvFormat {
  /** What the first line may name, in any order. */
  readonly columns: readonly string[];
  /** What it must name. */
  readonly required: readonly string[];
  /** Columns of whole numbers. */
  readonly numbers?: readonly string[];
  /** What a line has that does not say. */
  readonly defaults?: CsvLine;
}

/** Fields between commas, in quotation marks or not (RFC 4180, without line breaks in fields). */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    (quoted?.replaceAll('""', '"') ?? plain).trim(),
  );

const headerOf = (line: string, { columns, required }: CsvFormat): string[] => {
  const names = fieldsOf(line.replace(/^\ufeff/, '')).map((name) => name.toLowerCase());
  const unknown = names.filter((name) => !columns.includes(name));
  const missing = required.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`There are no columns ${unknown.join(', ')}, but: ${columns.join(', ')}.`);
  if (missing.length > 0) throw new UsageError(`The first line names the columns, and lacks ${missing.join(', ')}.`);
  return names;
};

const lineOf = (
  line: number,
  names: readonly string[],
  fields: readonly string[],
  { numbers = [], defaults = {} }: CsvFormat,
): CsvLine => ({
  line,
  ...defaults,
  ...Object.fromEntries(
    names.flatMap((name, i) => {
      const text = fields[i] ?? '';
      if (text === '') return [];
      return [[name, numbers.includes(name) && /^\d{1,15}$/.test(text) ? Number(text) : text]];
    }),
  ),
  // More fields than columns: the API tells of it, since it knows no such field.
  ...(fields.length > names.length ? { fields_too_many: fields.length - names.length } : {}),
});

/**
 * The lines of a CSV file, its first line naming the columns, at most `chunk` at a time: a file of any size is read
 * without being held.
 *
 * @throws UsageError when its first line does not name the columns.
 */
export async function* readCsvFile(path: string, format: CsvFormat, chunk: number): AsyncGenerator<readonly CsvLine[]> {
  let names: readonly string[] | undefined;
  let number = 0;
  let some: CsvLine[] = [];
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (text.trim() === '') continue;
    if (!names) names = headerOf(text, format);
    else some.push(lineOf(number, names, fieldsOf(text), format));
    if (some.length < chunk) continue;
    yield some;
    some = [];
  }
  if (!names) throw new UsageError('The file is empty.');
  if (some.length > 0) yield some;
}
