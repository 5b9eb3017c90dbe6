import { type CsvFormat, readCsvFile } from './read-csv-file.ts';

interface Rejected {
  readonly line: number;
  readonly reason: string;
  readonly message: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

/** What the API says of a batch of lines. */
export interface ImportedBatch {
  readonly imported: number;
  readonly known: number;
  readonly rejected: readonly Rejected[];
}

export interface ImportedFile extends ImportedBatch {
  readonly lines: number;
}

const told = (rejected: Rejected): Rejected => ({
  ...rejected,
  message: [rejected.message, ...rejected.errors.map(({ path, message }) => `${path} ${message}`)].join('; '),
});

/**
 * Imports a file some lines at a time, and says after each how far it is. The API checks each line and says what is
 * wrong with it; a file that is imported again finds its lines known.
 *
 * @throws UsageError when its first line does not name the columns.
 */
export const importFile = async (
  path: string,
  format: CsvFormat,
  chunk: number,
  send: (lines: readonly object[]) => Promise<ImportedBatch>,
): Promise<ImportedFile> => {
  let so: ImportedFile = { lines: 0, imported: 0, known: 0, rejected: [] };
  for await (const some of readCsvFile(path, format, chunk)) {
    const { imported, known, rejected } = await send(some);
    so = {
      lines: so.lines + some.length,
      imported: so.imported + imported,
      known: so.known + known,
      rejected: [...so.rejected, ...rejected.map(told)],
    };
    console.error(`${so.lines} lines: ${so.imported} imported, ${so.known} known, ${so.rejected.length} rejected`);
  }
  return so;
};
