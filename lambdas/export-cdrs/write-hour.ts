import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type CdrLine, cdrHeader, toCdrRecord } from '#shared/domain/cdr/cdr-line.ts';
import { type CdrObject, cdrKey, sha256Of, sumLines } from '#shared/domain/cdr/cdr-manifest.ts';

const compress = promisify(gzip);

/** Where gzip says on which system it was made (RFC 1952, 2.3.1), and what says that it is unknown. */
const systemOctet = 9;
const unknownSystem = 255;

export interface WrittenObject {
  readonly object: CdrObject;
  readonly body: Buffer;
}

/** The same octets for the same lines, wherever and whenever: gzip's time is 0, and its system unknown. */
const toObject = async (provider: string, hour: Date, part: number, lines: readonly CdrLine[]) => {
  const text = cdrHeader + lines.map(toCdrRecord).join('');
  const body = await compress(text);
  body[systemOctet] = unknownSystem;
  return { object: { key: cdrKey(provider, hour, part), provider, ...sumLines(lines), sha256: sha256Of(text) }, body };
};

interface Open {
  lines: CdrLine[];
  parts: number;
}

export interface HourWriter {
  /** Takes lines in their order. @returns the objects that are full by them. */
  add(lines: readonly CdrLine[]): Promise<WrittenObject[]>;
  /** @returns what is left: one object for each provider that has lines in no object yet. */
  end(): Promise<WrittenObject[]>;
}

/** Sorts the lines of an hour into objects of `mostLines` by provider. */
export const createHourWriter = (hour: Date, mostLines: number): HourWriter => {
  const open = new Map<string, Open>();
  const close = async (provider: string, { lines, parts }: Open): Promise<WrittenObject> => {
    open.set(provider, { lines: [], parts: parts + 1 });
    return toObject(provider, hour, parts, lines);
  };
  return {
    add: async (lines) => {
      const full: WrittenObject[] = [];
      for (const line of lines) {
        const own = open.get(line.provider) ?? { lines: [], parts: 0 };
        own.lines.push(line);
        open.set(line.provider, own);
        if (own.lines.length === mostLines) full.push(await close(line.provider, own));
      }
      return full;
    },
    end: async () => {
      const left = [...open].filter(([, { lines }]) => lines.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
      const written: WrittenObject[] = [];
      for (const [provider, own] of left) written.push(await close(provider, own));
      return written;
    },
  };
};
