import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateOperations, typeOf } from './generate-operations.ts';

/** Formatting is the formatter's; what counts is the text without it. */
const bare = (source: string): string => source.replace(/[\s"';,|()]/g, '');

test('src/operations.ts is what the contract makes: if not, run `npm run client`', () => {
  const written = readFileSync(new URL('src/operations.ts', import.meta.url), 'utf8');
  expect(bare(written)).toBe(bare(generateOperations()));
});

test.each([
  [{ type: 'string' }, 'string'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ enum: ['a', 'b'] }, '"a" | "b"'],
  [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'number | null'],
  [{ type: 'array', items: { type: 'boolean' } }, 'readonly (boolean)[]'],
  [{ type: 'object', additionalProperties: { type: 'string' } }, 'Readonly<Record<string, string>>'],
  [{ type: 'object', properties: { a: { type: 'string' } } }, '{ readonly "a"?: string; }'],
  [{}, 'unknown'],
])('%j is %s', (schema, type) => {
  expect(typeOf(schema)).toBe(type);
});
