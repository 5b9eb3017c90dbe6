import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { routes } from '../routes.ts';
import { openApiDocument } from './document.ts';

test('docs/openapi.json is what the contract makes: if not, run `npm run openapi`', () => {
  const written = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as unknown;
  expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('every route of the table is in the document', () => {
  const { paths } = openApiDocument() as { paths: Record<string, Record<string, { operationId: string }>> };
  for (const { method, path, operation } of routes)
    expect(paths[path]?.[method.toLowerCase()]?.operationId).toBe(operation);
});
