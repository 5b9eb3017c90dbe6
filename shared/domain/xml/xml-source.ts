import { XmlError, type XmlPosition, type XmlReason } from './xml-error.ts';

/** The text of a document and how far it was read. Nothing goes back: reading it all is linear in its length. */
export interface XmlSource {
  readonly text: string;
  readonly offset: number;
  /** Moves past the string when it stands here. */
  skip(expected: string): boolean;
  /** Moves past XML white space. @returns whether there was any. */
  skipSpace(): boolean;
  /** What a sticky pattern finds here; moves past it. */
  match(pattern: RegExp): string | undefined;
  /** What stands before the string, or undefined when it never comes; moves to the string. */
  upTo(end: string): string | undefined;
  moveTo(offset: number): void;
  /** Of an offset that is not before the last one asked for. */
  position(offset?: number): XmlPosition;
  fail(reason: XmlReason, message: string, offset?: number): never;
}

const space = /[ \t\r\n]+/y;

export const xmlSourceOf = (text: string): XmlSource => {
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const lineEndFrom = (offset: number): number => {
    const found = text.indexOf('\n', offset);
    return found === -1 ? text.length : found;
  };
  let lineEnd = lineEndFrom(0);
  const position = (offset = at): XmlPosition => {
    while (lineEnd < offset) {
      line += 1;
      lineStart = lineEnd + 1;
      lineEnd = lineEndFrom(lineStart);
    }
    return { line, column: offset - lineStart + 1 };
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  return {
    text,
    get offset() {
      return at;
    },
    skip: (expected) => {
      if (!text.startsWith(expected, at)) return false;
      at += expected.length;
      return true;
    },
    skipSpace: () => match(space) !== undefined,
    match,
    upTo: (end) => {
      const found = text.indexOf(end, at);
      if (found === -1) return undefined;
      const before = text.slice(at, found);
      at = found;
      return before;
    },
    moveTo: (offset) => {
      at = offset;
    },
    position,
    fail: (reason, message, offset = at) => {
      throw new XmlError(reason, message, position(offset));
    },
  };
};
