import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Statement } from './statement.ts';

/** `SqlParameter` of the Data API. */
export const SqlParameter = z.strictObject({
  name: z.string().min(1),
  typeHint: z.enum(['DATE', 'DECIMAL', 'JSON', 'TIME', 'TIMESTAMP', 'UUID']).optional(),
  value: z.strictObject({
    isNull: z.boolean().optional(),
    booleanValue: z.boolean().optional(),
    longValue: z.int().optional(),
    doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).optional(),
    stringValue: z.string().optional(),
    blobValue: z.base64().optional(),
    arrayValue: z.unknown().optional(),
  }),
});
export type SqlParameter = z.infer<typeof SqlParameter>;

/** Values for $1, $2, ... with the type PostgreSQL is told for each: an OID, 0 to let it infer. */
export interface Bound {
  readonly types: readonly number[];
  readonly values: readonly (string | Buffer | null)[];
}

const oid = { bool: 16, bytea: 17, int8: 20, text: 25, float8: 701 } as const;

/** What a hint makes of a string, and how that must look (Data API guide, "typeHint"). */
const hints: Record<NonNullable<SqlParameter['typeHint']>, { readonly oid: number; readonly form: RegExp }> = {
  DATE: { oid: 1082, form: /^\d{4}-\d\d-\d\d$/ },
  DECIMAL: { oid: 1700, form: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/ },
  JSON: { oid: 114, form: /^/ },
  TIME: { oid: 1083, form: /^\d\d:\d\d:\d\d(\.\d{1,6})?$/ },
  TIMESTAMP: { oid: 1114, form: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$/ },
  UUID: { oid: 2950, form: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
};

const refuse = (message: string): never => {
  throw new AwsError('BadRequestException', message);
};

const bindOne = ({ name, typeHint, value }: SqlParameter): readonly [number, string | Buffer | null] => {
  const given = Object.entries(value).filter(([, part]) => part !== undefined);
  if (given.length !== 1) refuse(`Parameter ${name} must have exactly one value.`);
  if (value.isNull !== undefined)
    return value.isNull
      ? [typeHint ? hints[typeHint].oid : 0, null]
      : refuse(`Parameter ${name} has isNull false and no value.`);
  if (value.stringValue !== undefined) {
    const hint = typeHint && hints[typeHint];
    if (hint && !hint.form.test(value.stringValue)) refuse(`Parameter ${name} does not look like ${typeHint}.`);
    return [hint?.oid ?? oid.text, value.stringValue];
  }
  if (typeHint) refuse(`Parameter ${name}: ${typeHint} goes with a stringValue only.`);
  if (value.longValue !== undefined) return [oid.int8, `${value.longValue}`];
  if (value.doubleValue !== undefined) return [oid.float8, `${value.doubleValue}`];
  if (value.booleanValue !== undefined) return [oid.bool, `${value.booleanValue}`];
  if (value.blobValue !== undefined) return [oid.bytea, Buffer.from(value.blobValue, 'base64')];
  return refuse(`Array parameters are not supported: ${name}`);
};

/**
 * Puts named parameters in the statement's order: strings as `text`, so that `uuid = :id` needs a cast or a hint.
 *
 * @throws AwsError BadRequestException for a parameter missing, unused or given twice, an array, or a misfit hint.
 */
export const bind = ({ names }: Statement, parameters: readonly SqlParameter[]): Bound => {
  const given = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  if (given.size !== parameters.length) refuse('A parameter is given twice.');
  const unused = [...given.keys()].find((name) => !names.includes(name));
  if (unused !== undefined) refuse(`The statement has no parameter ${unused}.`);
  const bound = names.map((name) => bindOne(given.get(name) ?? refuse(`Cannot find parameter: ${name}`)));
  return { types: bound.map(([type]) => type), values: bound.map(([, value]) => value) };
};
