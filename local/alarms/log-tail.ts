import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads what has been added to the logs of a directory since it was last asked, line by line. */
export interface LogTail {
  /** Calls `take` with each new whole line. */
  read(take: (line: string) => void): Promise<void>;
}

interface Place {
  offset: number;
  rest: Buffer;
}

const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;

const newline = 0x0a;

const readFrom = async (path: string, place: Place): Promise<Buffer> => {
  const size = await sizeOf(path);
  if (size <= place.offset) return Buffer.alloc(0);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - place.offset),
      0,
      size - place.offset,
      place.offset,
    );
    place.offset += bytesRead;
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const logsOf = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.log')).map((name) => join(directory, name));

/** What stands in the logs already is of an earlier run, and is passed over. */
export const startLogTail = async (directory: string): Promise<LogTail> => {
  const places = new Map<string, Place>();
  for (const path of await logsOf(directory)) places.set(path, { offset: await sizeOf(path), rest: Buffer.alloc(0) });
  return {
    read: async (take) => {
      for (const path of await logsOf(directory)) {
        const place = places.get(path) ?? { offset: 0, rest: Buffer.alloc(0) };
        places.set(path, place);
        const bytes = Buffer.concat([place.rest, await readFrom(path, place)]);
        const end = bytes.lastIndexOf(newline) + 1;
        place.rest = bytes.subarray(end);
        for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) if (line !== '') take(line);
      }
    },
  };
};
