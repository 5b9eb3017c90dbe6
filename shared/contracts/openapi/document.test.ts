import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { openApiDocument } from './document.ts';

const read = (page: string): string => readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');

test('docs/openapi.json is what the contract makes: if not, run `npm run openapi`', () => {
  const written = JSON.parse(read('openapi.json')) as unknown;
  expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('every route of the table is in the document', () => {
  const { paths } = openApiDocument() as { paths: Record<string, Record<string, { operationId: string }>> };
  for (const { method, path, operation } of routes)
    expect(paths[path]?.[method.toLowerCase()]?.operationId).toBe(operation);
});

describe('docs/api.md', () => {
  const page = read('api.md');

  test('tells of every route, in a table or an example', () => {
    // `$message` and a number stand in the examples for what the route table calls {id} and {msisdn}.
    const told = page.replaceAll(/\{\w+\}|\$(?!url)\w+|491700000009/g, '{}');
    const written = new Set(told.match(/\/[\w./{}-]*/g)?.map((path) => path.replace(/\.$/, '')));
    const missing = routes.filter(({ path }) => !written.has(path.replaceAll(/\{\w+\}/g, '{}')));
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  test('has every code of the table of problems among its errors, with its status', () => {
    const rows = page.slice(page.indexOf('## Errors')).split('\n');
    const missing = Object.entries(problems).filter(
      ([code, { status }]) => !rows.some((row) => row.includes(`\`${code}\``) && row.includes(`| ${status} `)),
    );
    expect(missing.map(([code]) => code)).toEqual([]);
  });
});
