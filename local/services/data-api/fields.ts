import type { FieldDef } from 'pg';
import { AwsError } from '../aws-error.ts';

/** What is known of one PostgreSQL type, from pg_type. */
export interface TypeInfo {
  readonly name: string;
  /** The OID of an array's elements; undefined for anything else. */
  readonly element?: number;
  readonly isEnum: boolean;
}

export type TypeLookup = (oid: number) => TypeInfo;

type Kind = 'long' | 'double' | 'boolean' | 'blob' | 'string' | 'instant';

/** The scalar types the Data API documents, and timestamptz; any other is an UnsupportedResultException. */
const kinds: Readonly<Record<string, Kind>> = {
  int2: 'long',
  int4: 'long',
  int8: 'long',
  oid: 'long',
  float4: 'double',
  float8: 'double',
  bool: 'boolean',
  bytea: 'blob',
  timestamptz: 'instant',
  ...Object.fromEntries(
    'numeric text varchar bpchar char name uuid json jsonb date time timestamp cidr inet void unknown'
      .split(' ')
      .map((name) => [name, 'string' as const]),
  ),
};

/** java.sql.Types, which the Data API reports as `type`. */
const jdbcTypes: Readonly<Record<string, number>> = {
  int2: 5,
  int4: 4,
  int8: -5,
  oid: -5,
  float4: 7,
  float8: 8,
  numeric: 2,
  bool: -7,
  text: 12,
  varchar: 12,
  name: 12,
  bpchar: 1,
  bytea: -2,
  date: 91,
  time: 92,
  timestamp: 93,
  timestamptz: 93,
};

const kindOf = (info: TypeInfo): Kind => {
  const kind = info.isEnum ? 'string' : kinds[info.name];
  if (kind) return kind;
  throw new AwsError(
    'UnsupportedResultException',
    `The result contains the unsupported data type ${info.name.toUpperCase()}.`,
  );
};

/** Each element of PostgreSQL's text for an array (8.15.6), or undefined for one of several dimensions. */
const readArray = (text: string): (string | null)[] | undefined => {
  if (!text.startsWith('{')) return undefined;
  const elements: (string | null)[] = [];
  for (const [, quoted, bare, open] of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,"{}]+)|(\{)/gs)) {
    if (open) return undefined;
    if (quoted !== undefined) elements.push(quoted.replace(/\\(.)/gs, '$1'));
    else elements.push(bare === 'NULL' ? null : (bare ?? ''));
  }
  return elements;
};

const scalar = (kind: Kind, text: string): string => {
  if (kind === 'long') return text;
  if (kind === 'double') return /^[-\d.e+]+$/.test(text) ? `${Number(text)}` : JSON.stringify(text);
  if (kind === 'boolean') return text === 't' ? 'true' : 'false';
  if (kind === 'blob') return JSON.stringify(Buffer.from(text.slice(2), 'hex').toString('base64'));
  return JSON.stringify(kind === 'instant' ? text.replace(/\+00$/, '') : text);
};

const arrayNames = {
  long: 'longValues',
  double: 'doubleValues',
  boolean: 'booleanValues',
  blob: '',
  string: 'stringValues',
  instant: 'stringValues',
} as const;

const array = (kind: Kind, text: string): string => {
  const elements = readArray(text);
  if (!elements) throw new AwsError('UnsupportedResultException', 'Multidimensional arrays are not supported.');
  if (kind === 'blob' || elements.includes(null)) {
    throw new AwsError('UnsupportedResultException', 'The result contains an array that has no representation.');
  }
  return `{"arrayValue":{"${arrayNames[kind]}":[${elements.map((element) => scalar(kind, element ?? '')).join(',')}]}}`;
};

/** Writes PostgreSQL's text of one column as the JSON of a `Field`. */
export type FieldWriter = (text: string | null) => string;

/** @throws AwsError UnsupportedResultException when the Data API cannot give this type. */
export const fieldWriter = (oid: number, types: TypeLookup): FieldWriter => {
  const info = types(oid);
  const kind = kindOf(info.element === undefined ? info : types(info.element));
  const name = kind === 'instant' ? 'string' : kind;
  const write =
    info.element === undefined
      ? (text: string) => `{"${name}Value":${scalar(kind, text)}}`
      : (text: string) => array(kind, text);
  return (text) => (text === null ? '{"isNull":true}' : write(text));
};

/** `ColumnMetadata` of the Data API. Nullability stays 2, unknown: no code may depend on it. */
export const columnMetadata = (field: FieldDef, types: TypeLookup) => {
  const { name, element } = types(field.dataTypeID);
  const kind = element === undefined ? kinds[name] : undefined;
  const modifier = name === 'numeric' && field.dataTypeModifier > 3 ? field.dataTypeModifier - 4 : 0;
  return {
    arrayBaseColumnType: 0,
    isAutoIncrement: false,
    isCaseSensitive: kind === 'string',
    isCurrency: false,
    isSigned: kind === 'long' || kind === 'double' || name === 'numeric',
    label: field.name,
    name: field.name,
    nullable: 2,
    precision: modifier >> 16,
    scale: modifier & 0x7ff,
    schemaName: '',
    tableName: '',
    type: element === undefined ? (jdbcTypes[name] ?? 1111) : 2003,
    typeName: name,
  };
};
