/**
 * The contract as a page that a person reads: one HTML document without scripts, fonts or anything else to fetch, made
 * from the OpenAPI document.
 */

import type { JsonSchema } from '../json-schema.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema; readonly example?: unknown }>>;

interface OpenApi {
  readonly info: { readonly title: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Row {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** Code spans as Markdown writes them; nothing else of it is used in the contract. */
const prose = (text: string): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll('\n\n', '<br>');

const typeName = (schema: JsonSchema): string => {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeName))].join(' | ');
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  if (schema.type === 'array') return `${schema.items ? typeName(schema.items) : 'anything'}[]`;
  return schema.format ?? String(schema.type ?? 'anything');
};

const boundsOf = (schema: JsonSchema): string => {
  const isSafe = (limit: number | undefined): limit is number => limit !== undefined && Math.abs(limit) < 2 ** 53 - 1;
  const range = (low: number | undefined, high: number | undefined, unit: string) => {
    if (!isSafe(low) && !isSafe(high)) return [];
    return [`${isSafe(low) ? low : ''}..${isSafe(high) ? high : ''}${unit}`];
  };
  return [
    ...range(schema.minimum, schema.maximum, ''),
    ...range(schema.minLength, schema.maxLength, ' characters'),
    ...range(schema.minItems, schema.maxItems, ' items'),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
  ].join(', ');
};

const fieldRows = (schema: JsonSchema, prefix = ''): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inner = field.type === 'array' ? field.items : field;
    const path = `${prefix}${name}${field.type === 'array' ? '[]' : ''}`;
    const isRequired = schema.required?.includes(name) ?? false;
    const words = [boundsOf(field), field.description ?? ''].filter(Boolean).join('. ');
    const row = `<tr><td><code>${escapeHtml(path)}</code>${isRequired ? ' <b>*</b>' : ''}</td><td>${escapeHtml(typeName(field))}</td><td>${prose(words)}</td></tr>`;
    return [row, ...(inner?.properties ? fieldRows(inner, `${path}.`) : [])];
  });

const table = (rows: readonly string[]): string => (rows.length > 0 ? `<table>${rows.join('')}</table>` : '');

const parameterRows = ({ parameters = [] }: Operation): string[] =>
  parameters.map(
    (each) =>
      `<tr><td><code>${escapeHtml(each.name)}</code>${each.required ? ' <b>*</b>' : ''}</td><td>${each.in}, ${escapeHtml(typeName(each.schema))}</td><td>${prose([boundsOf(each.schema), each.description ?? ''].filter(Boolean).join('. '))}</td></tr>`,
  );

const curlOf = ({ method, path, operation }: Row): string => {
  const [content] = Object.entries(operation.requestBody?.content ?? {});
  const example = content?.[1].example;
  const body =
    example === undefined
      ? ''
      : ` \\\n  -H 'content-type: ${content?.[0]}' -d '${typeof example === 'string' ? example : JSON.stringify(example)}'`;
  return `curl -X ${method} "$SIGNALBOX_URL${path}" -H "x-api-key: $SIGNALBOX_API_KEY"${body}`;
};

const answersOf = ({ responses }: Operation): string =>
  Object.entries(responses)
    .map(([status, { description, content }]) => {
      const schema = status.startsWith('2') ? content?.['application/json']?.schema : undefined;
      const fields = schema ? fieldRows(schema) : [];
      const details = fields.length > 0 ? `<details><summary>Fields</summary>${table(fields)}</details>` : '';
      return `<tr><td><b>${escapeHtml(status)}</b></td><td>${prose(description)}${details}</td></tr>`;
    })
    .join('');

const sectionOf = (row: Row): string => {
  const { method, path, operation } = row;
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  return `<section id="${operation.operationId}">
<h3><span class="method">${method}</span> <code>${escapeHtml(path)}</code></h3>
<p>${prose(operation.summary)}. ${prose(operation.description ?? '')}</p>
${table(parameterRows(operation))}
${schema ? `<h4>Body</h4>${table(fieldRows(schema))}` : ''}
<pre>${escapeHtml(curlOf(row))}</pre>
<h4>Answers</h4><table>${answersOf(operation)}</table>
</section>`;
};

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1c2430;background:#fff}
h2{border-bottom:2px solid #1c2430;margin-top:3rem}h3{margin-top:2.5rem}code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:#f3f5f8;padding:.75rem;overflow:auto}table{border-collapse:collapse;width:100%}
td{border-top:1px solid #d8dee6;padding:.3rem .6rem .3rem 0;vertical-align:top}.method{font-weight:700;color:#0b5cad}
nav a{display:inline-block;margin-right:1rem}b{color:#a4262c}
@media(prefers-color-scheme:dark){body{background:#12161c;color:#dde3ea}pre{background:#1c232c}.method{color:#6cb2f5}a{color:#6cb2f5}td{border-color:#333d49}h2{border-color:#dde3ea}}`;

/** The whole page, for `GET /docs`. */
export const docsPage = (document: object): string => {
  const { info, paths } = document as OpenApi;
  const rows: Row[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const byTag = [...Map.groupBy(rows, ({ operation }) => operation.tags?.[0] ?? 'Other')];
  const contents = byTag
    .map(
      ([tag, some]) =>
        `<p><b>${escapeHtml(tag)}</b><br>${some.map(({ operation }) => `<a href="#${operation.operationId}">${escapeHtml(operation.operationId)}</a>`).join(' ')}</p>`,
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(info.title)} API</title><style>${style}</style></head><body>
<h1>${escapeHtml(info.title)} API</h1><p>${prose(info.description)} The same as a document for programs: <a href="openapi.json">openapi.json</a>. <b>*</b> marks what must be given.</p>
<nav>${contents}</nav>
${byTag.map(([tag, some]) => `<h2>${escapeHtml(tag)}</h2>${some.map(sectionOf).join('\n')}`).join('\n')}
</body></html>
`;
};
