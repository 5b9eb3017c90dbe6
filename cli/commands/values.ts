import { UsageError } from '../parse-command.ts';

/** @throws UsageError when it is given and no whole number. */
export const wholeNumber = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw new UsageError(`--${name} is a whole number, and "${text}" is none.`);
  return Number(text);
};

/** Words between commas; nothing at all is an empty list. */
export const words = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** What was given, without what was not. */
export const present = <Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** A word that the command's table demands. */
export const given = (text: string | undefined): string => text ?? '';

/** The members of a JSON object. @throws UsageError when it is given and is none. */
export const json = (name: string, text: string | undefined): Readonly<Record<string, unknown>> => {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below, in the words of the option.
  }
  throw new UsageError(`--${name} is a JSON object, such as {"window":50}.`);
};
