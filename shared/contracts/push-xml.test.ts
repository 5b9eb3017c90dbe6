import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { XmlShape } from '#shared/domain/xml/xml-fields.ts';
import type { JsonSchema } from './json-schema.ts';
import { pushDocuments } from './push-xml.ts';
import { pushXsd } from './push-xsd.ts';
import { AcceptedPush, PlannedPush, PushView, SubmitPush } from './pushes.ts';

test('docs/push.xsd is what the contract makes: if not, run `npm run openapi`', () => {
  expect(readFileSync(new URL('../../docs/push.xsd', import.meta.url), 'utf8')).toBe(pushXsd());
});

/** The paths of all that a schema of JSON has, with what kind of value is there. */
const ofSchema = (given: JsonSchema, path: string): string[] => {
  const schema = given.anyOf?.find(({ type }) => type !== 'null') ?? given;
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([name, inner]) => ofSchema(inner, `${path}/${name}`));
  if (schema.items) return ofSchema(schema.items, `${path}[]`);
  // Particulars have any names.
  if (schema.type === 'object') return [`${path}[]/name string`, `${path}[]/value string`];
  return [`${path} ${[schema.type].flat()[0]}`];
};

const kinds = { text: 'string', integer: 'integer', boolean: 'boolean' } as const;

const ofShape = (shape: XmlShape, path: string): string[] => {
  if (typeof shape === 'string') return [`${path} ${kinds[shape]}`];
  if (shape.kind === 'list') return ofShape(shape.shape, `${path}[]`);
  return [...shape.fields].flatMap(([name, inner]) => ofShape(inner, `${path}/${name}`));
};

test.each([
  ['push', SubmitPush, 'input'],
  ['accepted_push', AcceptedPush, 'output'],
  ['planned_push', PlannedPush, 'output'],
  ['push_view', PushView, 'output'],
] as const)('%s has the same members in XML as in JSON', (name, schema, io) => {
  const json = ofSchema(z.toJSONSchema(schema, { io }) as JsonSchema, '');
  expect(ofShape(pushDocuments[name].shape, '').sort()).toEqual(json.sort());
});
