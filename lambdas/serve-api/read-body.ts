import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import { type FieldError, type Refusal, refuse } from '#shared/contracts/problems.ts';
import type { ApiRequest } from './api-request.ts';

const bodyLimit = 256 * 1024;
/** JSON that nests deeper than any request does would only cost a parser time. */
const deepest = 20;

/** What a request refuses when it does not fit its schema: every path, in the words of the contract. */
export const refuseFields = (errors: readonly FieldError[]): Refusal =>
  refuse('request.invalid', `${errors.length} of its fields ${errors.length > 1 ? 'do' : 'does'} not fit.`, errors);

export const refuseField = (path: string, message: string): Refusal =>
  refuse('request.invalid', `${path} ${message}.`, [{ path, message }]);

export const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not a field of this request' }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );

/** Counts brackets outside strings, so that what is too deep is refused before it is parsed. */
const isTooDeep = (json: string): boolean => {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"?|[[{\]}]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
};

/** The body's JSON, whatever it says. */
export const readJson = (body: string | null, limit = bodyLimit): { readonly value: unknown } | Refusal => {
  const text = body ?? '';
  const octets = Buffer.byteLength(text);
  if (octets > limit) return refuse('body.too_large', `The body has ${octets} octets, and ${limit} are allowed.`);
  if (isTooDeep(text)) return refuse('body.malformed', `It nests deeper than ${deepest} levels.`);
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return refuse('body.malformed', `${error instanceof Error ? error.message : 'It cannot be parsed'}.`);
  }
};

/** The body as its schema has it, or why it is not so. */
export const readBody = <Schema extends z.ZodType>(
  request: ApiRequest,
  schema: Schema,
  limit = bodyLimit,
): { readonly outcome: 'read'; readonly value: z.output<Schema> } | Refusal => {
  const json = readJson(request.body, limit);
  if ('outcome' in json) return json;
  const parsed = schema.safeParse(json.value);
  return parsed.success ? { outcome: 'read', value: parsed.data } : refuseFields(fieldErrors(parsed.error));
};

/** The query's parameters as their schema has them; what comes is text. */
export const readQuery = <Schema extends z.ZodType>(
  request: ApiRequest,
  schema: Schema,
): { readonly outcome: 'read'; readonly value: z.output<Schema> } | Refusal => {
  const given = Object.fromEntries(Object.entries(request.query).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(given);
  return parsed.success ? { outcome: 'read', value: parsed.data } : refuseFields(fieldErrors(parsed.error));
};

/** Keys in one order, so that the same request hashes the same however its fields were ordered. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
};

/** SHA-256 of what was asked of which operation, hexadecimal. */
export const hashRequest = (operation: string, value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([operation, canonical(value)]))
    .digest('hex');

const IdempotencyKeyHeader = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/**
 * The Idempotency-Key with the hash of what it stands for; null when there is none.
 *
 * @param value what was asked, as it was read.
 */
export const readKey = (
  request: ApiRequest,
  operation: string,
  value: unknown,
): { readonly outcome: 'read'; readonly key: IdempotencyKey | null } | Refusal => {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return { outcome: 'read', key: null };
  const key = IdempotencyKeyHeader.safeParse(given);
  if (!key.success)
    return refuse('idempotency.invalid', 'Idempotency-Key is empty, too long, or has spaces or control characters.');
  return { outcome: 'read', key: { key: key.data, request_hash: hashRequest(operation, value) } };
};
