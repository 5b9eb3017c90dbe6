import { createHash } from 'node:crypto';

/** Where a page ended: the values of the columns that the list is ordered by. */
export type CursorPosition = readonly (string | number)[];

/** Enough to tell lists apart. It keeps no secret: a list shows nothing but its own client's rows, wherever it begins. */
const digestLength = 12;
/** In characters; what is longer was not made here. */
const longest = 1_024;

const digestOf = (scope: string): string =>
  createHash('sha256').update(scope).digest('base64url').slice(0, digestLength);

const isPosition = (value: unknown): value is (string | number)[] =>
  Array.isArray(value) &&
  value.every((each) => typeof each === 'string' || (typeof each === 'number' && Number.isFinite(each)));

/**
 * An opaque text that continues a list after `position`, for that list only.
 *
 * @param scope what the list is: the client's id, the operation and its filters.
 */
export const encodeCursor = (scope: string, position: CursorPosition): string =>
  Buffer.from(JSON.stringify([digestOf(scope), ...position])).toString('base64url');

/**
 * The position that a cursor stands for. Its values come from outside: parse them before they are used.
 *
 * @returns undefined for what is no cursor, or was made for another scope.
 */
export const decodeCursor = (scope: string, cursor: string): (string | number)[] | undefined => {
  if (cursor.length > longest || !/^[\w-]+$/.test(cursor)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!isPosition(value)) return undefined;
    const [digest, ...position] = value;
    return digest === digestOf(scope) ? position : undefined;
  } catch {
    return undefined;
  }
};
