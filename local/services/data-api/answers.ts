import { AwsError } from '../aws-error.ts';
import type { Database, Result } from './database.ts';
import { columnMetadata, fieldWriter } from './fields.ts';

const rowLimit = 64 * 1024;
const resultLimit = 1024 * 1024;

const writeRows = (rows: Result['rows'], writers: readonly ((text: string | null) => string)[]): string => {
  const written: string[] = [];
  let size = 0;
  for (const row of rows) {
    const raw = row.reduce((sum, text) => sum + (text === null ? 0 : Buffer.byteLength(text)), 0);
    if (raw > rowLimit)
      throw new AwsError('BadRequestException', 'Database returned a row larger than the 64 KB limit');
    const json = `[${row.map((text, i) => writers[i]?.(text)).join(',')}]`;
    size += Buffer.byteLength(json) + 1;
    if (size > resultLimit) {
      throw new AwsError('BadRequestException', 'Database returned more than the allowed response size limit');
    }
    written.push(json);
  }
  return `[${written.join(',')}]`;
};

/**
 * An ExecuteStatement answer as JSON text.
 *
 * @throws AwsError for a type the Data API cannot give, a row above 64 KB, a result above 1 MiB.
 */
export const writeResult = async (result: Result, database: Database, metadata: boolean): Promise<string> => {
  if (result.fields.length === 0) {
    return `{"generatedFields":[],"numberOfRecordsUpdated":${result.command === 'SELECT' ? 0 : (result.rowCount ?? 0)}}`;
  }
  const types = await database.types(result.fields.map((field) => field.dataTypeID));
  const writers = result.fields.map((field) => fieldWriter(field.dataTypeID, types));
  const columns = metadata
    ? `"columnMetadata":${JSON.stringify(result.fields.map((field) => columnMetadata(field, types)))},`
    : '';
  return `{${columns}"numberOfRecordsUpdated":0,"records":${writeRows(result.rows, writers)}}`;
};
