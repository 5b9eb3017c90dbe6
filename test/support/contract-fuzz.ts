import fc from 'fast-check';
import type { JsonSchema } from '#shared/contracts/json-schema.ts';

/** Requests made from the OpenAPI document: nearly right, wrong and absurd ones. */

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: JsonSchema;
}

export interface FuzzedOperation {
  readonly method: string;
  readonly path: string;
  readonly statuses: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly contentType: string; readonly schema: JsonSchema; readonly example: unknown };
}

interface Documented {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: JsonSchema; example?: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

export const operationsOf = (document: object): FuzzedOperation[] => {
  const { paths } = document as { paths: Readonly<Record<string, Readonly<Record<string, Documented>>>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => {
      const [content] = Object.entries(requestBody?.content ?? {});
      const statuses = Object.keys(responses);
      const common = { method: method.toUpperCase(), path, statuses, parameters };
      if (!content) return common;
      const [contentType, { schema, example }] = content;
      return { ...common, body: { contentType, schema, example } };
    }),
  );
};

const numbers = ['+491700000009', '491700000001', '+12025550123', '0170', '+', '999999999999999'];
const uuids = ['01a1fd77-b35a-7034-ac02-ae2ff88bcaf3', '00000000-0000-0000-0000-000000000000', 'not-a-uuid'];
const times = [
  '2026-11-21T08:00:00Z',
  '9999-12-31T23:59:59.999+14:00',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '0001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
];
const hostile = ["' OR 1=1 --", '../../etc', '%00', '{{7*7}}', '\u0000', '\ud800', '=1+1', '<script>', 'ж'.repeat(300)];

const text = fc.oneof(
  fc.constantFrom(...numbers, ...uuids, ...times, ...hostile),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 20 }),
);

const number = ({ minimum = -10, maximum = 1_000 }: JsonSchema): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.integer({ min: Math.ceil(Math.max(minimum, -1e9)), max: Math.min(Math.max(maximum, minimum), 1e9) }),
    fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1, 0.5, 2 ** 53, -(2 ** 63), 1e308),
  );

/** Mostly what the schema asks for, now and then something else. */
export const anyValue = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const right = rightValue(schema);
  return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
};

const objectOf = ({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.record(Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, anyValue(inner)])), {
        requiredKeys: [...required],
      }),
      fc.option(fc.tuple(fc.string({ maxLength: 10 }), fc.jsonValue({ maxDepth: 1 })), { freq: 12 }),
    )
    .map(([fields, extra]) => (extra ? { ...fields, [extra[0]]: extra[1] } : fields));

const rightValue = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(rightValue));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'integer' || type === 'number') return number(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'array') return fc.array(anyValue(schema.items ?? {}), { maxLength: 5 });
  if (schema.format === 'date-time') return fc.constantFrom(...times);
  if (type === 'object') return schema.properties ? objectOf(schema) : fc.dictionary(text, text, { maxKeys: 3 });
  return text;
};

/** The example with one of its fields replaced: most of what is checked lies behind a body that nearly fits. */
const nearExample = (example: unknown, schema: JsonSchema): fc.Arbitrary<unknown> => {
  const fields = Object.entries(schema.properties ?? {});
  if (typeof example !== 'object' || example === null || fields.length === 0) return fc.constant(example);
  return fc
    .constantFrom(...fields)
    .chain(([name, inner]) => anyValue(inner).map((value) => ({ ...example, [name]: value })));
};

export interface FuzzedRequest {
  readonly path: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

const bodyOf = ({ body }: FuzzedOperation): fc.Arbitrary<string | undefined> => {
  if (!body) return fc.constant(undefined);
  const json = fc
    .oneof(nearExample(body.example, body.schema), anyValue(body.schema))
    .map((value) => JSON.stringify(value));
  const garbage = fc.oneof(fc.string({ unit: 'binary', maxLength: 50 }), fc.constantFrom('', '{', '[[[', 'null', '"'));
  return fc.oneof({ weight: 12, arbitrary: json }, { weight: 1, arbitrary: garbage });
};

/** A path segment or a query as a client would write it: encoded. An object may carry any name, `toString` too. */
const encoded = (value: unknown): string =>
  encodeURIComponent((typeof value === 'string' ? value : `${JSON.stringify(value)}`).toWellFormed());

const segment = fc.oneof(
  fc.constantFrom(...uuids, ...numbers.slice(0, 2), ...hostile.slice(0, 3)),
  fc.uuid({ version: 7 }),
);

export const requestOf = (operation: FuzzedOperation): fc.Arbitrary<FuzzedRequest> => {
  const names = operation.parameters.filter((each) => each.in === 'path').map(({ name }) => name);
  const query = operation.parameters.filter((each) => each.in === 'query');
  return fc
    .record({
      segments: fc.tuple(...names.map(() => segment)),
      query: fc.record(Object.fromEntries(query.map(({ name, schema }) => [name, anyValue(schema)])), {
        requiredKeys: [],
      }),
      body: bodyOf(operation),
      key: fc.option(fc.constantFrom('k1', 'k2', '', 'ü', 'x'.repeat(300)), { nil: undefined, freq: 4 }),
    })
    .map(({ segments, query: asked, body, key }) => {
      const filled = names.reduce((path, name, i) => path.replace(`{${name}}`, encoded(segments[i])), operation.path);
      const parameters = Object.entries(asked).map(([name, value]) => `${name}=${encoded(value)}`);
      return {
        path: parameters.length > 0 ? `${filled}?${parameters.join('&')}` : filled,
        ...(body === undefined ? {} : { body }),
        headers: {
          ...(operation.body ? { 'content-type': operation.body.contentType } : {}),
          ...(key !== undefined && /^[\x20-\x7e]*$/.test(key) ? { 'idempotency-key': key } : {}),
        },
      };
    });
};
