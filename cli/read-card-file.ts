import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UsageError } from './parse-command.ts';

/** A line of a card file as the API wants it; what is wrong with its values is for the API to say. */
export type CardFileLine = Readonly<Record<string, string | number>>;

const columns = [
  'iccid',
  'msisdn',
  'profile',
  'version',
  'kic_algorithm',
  'kid_algorithm',
  'location',
  'kic',
  'kid',
  'counter',
] as const;
const required = ['iccid', 'version', 'kic_algorithm', 'kid_algorithm'] as const;
const numbers: ReadonlySet<string> = new Set(['version', 'counter']);

/** Fields between commas, in quotation marks or not (RFC 4180, without line breaks in fields). */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    (quoted?.replaceAll('""', '"') ?? plain).trim(),
  );

const headerOf = (line: string): string[] => {
  const names = fieldsOf(line.replace(/^\ufeff/, '')).map((name) => name.toLowerCase());
  const unknown = names.filter((name) => !columns.some((column) => column === name));
  const missing = required.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`There are no columns ${unknown.join(', ')}, but: ${columns.join(', ')}.`);
  if (missing.length > 0) throw new UsageError(`The first line names the columns, and lacks ${missing.join(', ')}.`);
  return names;
};

const typedValue = (name: string, text: string): string | number =>
  numbers.has(name) && /^\d{1,15}$/.test(text) ? Number(text) : text;

const lineOf = (line: number, names: readonly string[], fields: readonly string[], profile: string): CardFileLine => ({
  line,
  profile,
  ...Object.fromEntries(
    names.flatMap((name, i) => {
      const text = fields[i] ?? '';
      return text === '' ? [] : [[name, typedValue(name, text)]];
    }),
  ),
  // More fields than columns: the API tells of it, since it knows no such field.
  ...(fields.length > names.length ? { fields_too_many: fields.length - names.length } : {}),
});

/**
 * The lines of a card file (CSV, its first line naming the columns), some at a time: a file of any size is read without
 * being held.
 *
 * @param profile of the lines that name none.
 * @throws UsageError when its first line does not name the columns.
 */
export async function* readCardFile(
  path: string,
  { profile, chunk }: { readonly profile: string; readonly chunk: number },
): AsyncGenerator<readonly CardFileLine[]> {
  let names: readonly string[] | undefined;
  let number = 0;
  let some: CardFileLine[] = [];
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (text.trim() === '') continue;
    if (!names) names = headerOf(text);
    else some.push(lineOf(number, names, fieldsOf(text), profile));
    if (some.length < chunk) continue;
    yield some;
    some = [];
  }
  if (!names) throw new UsageError('The file is empty.');
  if (some.length > 0) yield some;
}
