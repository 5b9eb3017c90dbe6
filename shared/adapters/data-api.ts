import {
  type ArrayValue,
  BadRequestException,
  type ColumnMetadata,
  DatabaseErrorException,
  ExecuteStatementCommand,
  type Field,
  RDSDataClient,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import { clientSettings } from './client-settings.ts';

export interface Database {
  readonly clusterArn: string;
  readonly secretArn: string;
  readonly name: string;
}

/** What a statement may be given. An object or array travels as one JSON text, to be cast `::jsonb`. */
export type SqlValue = string | number | boolean | null | object;

/** Runs one statement and gives its rows, each column under its SQL name. */
export type Sql = <Row>(statement: string, parameters?: Readonly<Record<string, SqlValue>>) => Promise<Row[]>;

/** What PostgreSQL said of a statement it refused, with the five characters by which a refusal is told from a fault. */
export class SqlError extends Error {
  readonly sqlState: string;
  constructor(message: string, sqlState: string, options: ErrorOptions) {
    super(message, options);
    this.name = 'SqlError';
    this.sqlState = sqlState;
  }
}

const toParameter = ([name, value]: readonly [string, SqlValue]): SqlParameter => {
  if (value === null) return { name, value: { isNull: true } };
  if (typeof value === 'string') return { name, value: { stringValue: value } };
  if (typeof value === 'boolean') return { name, value: { booleanValue: value } };
  if (typeof value === 'number')
    return { name, value: Number.isInteger(value) ? { longValue: value } : { doubleValue: value } };
  return { name, value: { stringValue: JSON.stringify(value) } };
};

const arrayOf = ({ stringValues, longValues, doubleValues, booleanValues, arrayValues }: ArrayValue): unknown[] =>
  stringValues ??
  longValues ??
  doubleValues ??
  booleanValues ??
  arrayValues?.map((inner) => inner && arrayOf(inner)) ??
  [];

const fromField = (field: Field, column: ColumnMetadata | undefined): unknown => {
  if (field.isNull) return null;
  if (field.longValue !== undefined) return field.longValue;
  if (field.booleanValue !== undefined) return field.booleanValue;
  if (field.doubleValue !== undefined) return field.doubleValue;
  if (field.arrayValue !== undefined) return arrayOf(field.arrayValue);
  const text = field.stringValue ?? '';
  if (column?.typeName === 'json' || column?.typeName === 'jsonb') return JSON.parse(text) as unknown;
  // The Data API writes timestamptz in UTC without an offset: `2026-11-21 08:42:00.123`.
  if (column?.typeName === 'timestamptz') return new Date(`${text.replace(' ', 'T')}Z`);
  return text;
};

const stateOf = (error: Error): string | undefined => /SQLState: ([0-9A-Z]{5})/.exec(error.message)?.[1];

/**
 * Aurora PostgreSQL through the Data API: one statement a call, each its own transaction.
 *
 * Values come back as JavaScript's: int8 as number (every amount is far below 2^53), timestamptz as Date, json parsed,
 * uuid and numeric as string, arrays as arrays.
 *
 * @throws SqlError when PostgreSQL refused the statement; the SDK's own error for everything else (a fault: let it go
 * back to the queue). A timeout may come after the commit, so every statement given here can be repeated.
 */
export const connectSql = (database: Database, client = new RDSDataClient(clientSettings)): Sql => {
  const target = { resourceArn: database.clusterArn, secretArn: database.secretArn, database: database.name };
  return async <Row>(statement: string, parameters: Readonly<Record<string, SqlValue>> = {}) => {
    const command = new ExecuteStatementCommand({
      ...target,
      sql: statement,
      parameters: Object.entries(parameters).map(toParameter),
      includeResultMetadata: true,
    });
    const answer = await client.send(command).catch((error: unknown) => {
      if (error instanceof DatabaseErrorException || error instanceof BadRequestException) {
        const sqlState = stateOf(error);
        if (sqlState) throw new SqlError(error.message, sqlState, { cause: error });
      }
      throw error;
    });
    const columns = answer.columnMetadata ?? [];
    return (answer.records ?? []).map(
      (record) =>
        Object.fromEntries(
          record.map((field, i) => [columns[i]?.label ?? `${i}`, fromField(field, columns[i])]),
        ) as Row,
    );
  };
};
