import { writeFileSync } from 'node:fs';
import type { JsonSchema } from '#shared/contracts/json-schema.ts';
import { openApiDocument } from '#shared/contracts/openapi/document.ts';

/** `npm run client`: the client's types and table of operations, from the OpenAPI document. */

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

interface DocumentedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

const unionOf = (types: readonly string[]): string => [...new Set(types)].join(' | ');

const objectType = ({ properties = {}, required = [], additionalProperties }: JsonSchema): string => {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `readonly ${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`,
  );
  if (typeof additionalProperties === 'object')
    return fields.length > 0 ? `{ ${fields.join(' ')} }` : `Readonly<Record<string, ${typeOf(additionalProperties)}>>`;
  return fields.length > 0 ? `{ ${fields.join(' ')} }` : 'Readonly<Record<string, unknown>>';
};

/** A JSON schema of the document as a TypeScript type. */
export const typeOf = (schema: JsonSchema): string => {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return unionOf(schema.enum.map((value) => JSON.stringify(value)));
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return unionOf(variants.map(typeOf));
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((type: string) => typeOf({ ...schema, type })));
  if (schema.type === 'array') return `readonly (${schema.items ? typeOf(schema.items) : 'unknown'})[]`;
  if (schema.type === 'object') return objectType(schema);
  return scalars[String(schema.type)] ?? 'unknown';
};

const parametersOf = (operation: DocumentedOperation, place: Parameter['in']): JsonSchema => {
  const some = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
  return {
    type: 'object',
    properties: Object.fromEntries(some.map(({ name, schema }) => [name, schema])),
    required: some.filter(({ required }) => required).map(({ name }) => name),
  };
};

/** The client speaks JSON wherever that is spoken; what comes in nothing else is text. */
const bodyTypes = (content: Content = {}): string[] => {
  const json = content['application/json'];
  return json?.schema ? [typeOf(json.schema)] : Object.keys(content).map(() => 'string');
};

const requestType = (operation: DocumentedOperation): string => {
  const path = parametersOf(operation, 'path');
  const query = parametersOf(operation, 'query');
  const isOptional = (query.required ?? []).length === 0;
  const fields = [
    ...(Object.keys(path.properties ?? {}).length > 0 ? [`readonly path: ${typeOf(path)};`] : []),
    ...(Object.keys(query.properties ?? {}).length > 0
      ? [`readonly query${isOptional ? '?' : ''}: ${typeOf(query)};`]
      : []),
    ...(operation.requestBody ? [`readonly body: ${unionOf(bodyTypes(operation.requestBody.content))};`] : []),
  ];
  return fields.length > 0 ? `{ ${fields.join(' ')} }` : 'Record<never, never>';
};

const answerType = ({ responses }: DocumentedOperation): string =>
  unionOf(
    Object.entries(responses)
      .filter(([status]) => status.startsWith('2'))
      .flatMap(([, { content }]) => (content ? bodyTypes(content) : ['null'])),
  );

/** The source text of `src/operations.ts`. */
export const generateOperations = (): string => {
  const { paths } = openApiDocument() as {
    paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  };
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const types = all.map(({ operation }) =>
    [
      `  /** ${operation.summary}. */`,
      `  readonly ${operation.operationId}: {`,
      `    readonly request: ${requestType(operation)};`,
      `    readonly answer: ${answerType(operation)};`,
      '  };',
    ].join('\n'),
  );
  const table = all.map(
    ({ path, method, operation }) =>
      `  ${operation.operationId}: { method: '${method}', path: '${path}', takesKey: ${(operation.parameters ?? []).some(({ name }) => name === 'Idempotency-Key')} },`,
  );
  return [
    '// Made from docs/openapi.json by `npm run client`.',
    '',
    'export interface Operations {',
    ...types,
    '}',
    '',
    'export const operations = {',
    ...table,
    '} as const;',
    '',
  ].join('\n');
};

if (import.meta.main) writeFileSync(new URL('src/operations.ts', import.meta.url), generateOperations());
