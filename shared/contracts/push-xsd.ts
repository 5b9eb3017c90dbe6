import * as z from 'zod';
import type { XmlShape } from '#shared/domain/xml/xml-fields.ts';
import type { JsonSchema } from './json-schema.ts';
import { type PushDocument, pushDocuments, pushNamespace } from './push-xml.ts';
import { AcceptedPush, PlannedPush, PushView, SubmitPush } from './pushes.ts';

const schemas: Readonly<Record<PushDocument, z.ZodType>> = {
  push: SubmitPush,
  accepted_push: AcceptedPush,
  planned_push: PlannedPush,
  push_view: PushView,
};

/** What may be null is left out in XML. */
const isNullable = ({ type = [], anyOf = [] }: JsonSchema): boolean =>
  [type].flat().includes('null') || anyOf.some((each) => each.type === 'null');
const unwrapped = (schema: JsonSchema): JsonSchema => schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;

const facet = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : `<xs:${name} value="${`${value}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"/>`;

/** Classes that XML Schema writes otherwise are left to the API. */
const patternOf = ({ pattern, format }: JsonSchema): string | undefined =>
  pattern === undefined || format !== undefined || /\\[pu]|\(\?/.test(pattern)
    ? undefined
    : pattern.replace(/^\^/, '').replace(/\$$/, '');

const facetsOf = (schema: JsonSchema): string =>
  [
    facet('minLength', schema.minLength),
    facet('maxLength', schema.maxLength),
    facet('pattern', patternOf(schema)),
    ...(schema.enum ?? []).map((each) => facet('enumeration', String(each))),
    facet('minInclusive', schema.minimum === Number.MIN_SAFE_INTEGER ? undefined : schema.minimum),
    facet('maxInclusive', schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum),
  ].join('');

const bases = { text: 'string', integer: 'integer', boolean: 'boolean' } as const;

const element = (name: string, shape: XmlShape, given: JsonSchema, occurs: string): string => {
  const schema = unwrapped(given);
  if (typeof shape === 'string') {
    const base = schema.format === 'date-time' ? 'dateTime' : bases[shape];
    const facets = facetsOf(schema);
    if (facets === '' || shape === 'boolean') return `<xs:element name="${name}" type="xs:${base}"${occurs}/>`;
    const restriction = `<xs:restriction base="xs:${base}">${facets}</xs:restriction>`;
    return `<xs:element name="${name}"${occurs}><xs:simpleType>${restriction}</xs:simpleType></xs:element>`;
  }
  const inside = shape.kind === 'list' ? list(shape.item, shape.shape, schema) : members(shape.fields, schema);
  return `<xs:element name="${name}"${occurs}><xs:complexType>${inside}</xs:complexType></xs:element>`;
};

const list = (item: string, shape: XmlShape, { items = {}, minItems = 0, maxItems }: JsonSchema): string => {
  const occurs = ` minOccurs="${minItems}" maxOccurs="${maxItems ?? 'unbounded'}"`;
  return `<xs:sequence>${element(item, shape, items, occurs)}</xs:sequence>`;
};

/** Members in any order, each at most once. */
const members = (fields: ReadonlyMap<string, XmlShape>, { properties = {}, required = [] }: JsonSchema): string => {
  const each = [...fields].map(([name, shape]) => {
    const schema = properties[name] ?? {};
    return element(name, shape, schema, required.includes(name) && !isNullable(schema) ? '' : ' minOccurs="0"');
  });
  return `<xs:all>${each.join('')}</xs:all>`;
};

const rootOf = (name: PushDocument): string => {
  const { root, shape } = pushDocuments[name];
  const schema = z.toJSONSchema(schemas[name], { io: name === 'push' ? 'input' : 'output' }) as JsonSchema;
  return element(root, shape, schema, '');
};

/** One element a line, indented by its depth. */
const indented = (xml: string): string => {
  let depth = 0;
  return xml
    .replaceAll('><', '>\n<')
    .split('\n')
    .map((line) => {
      if (line.startsWith('</')) depth -= 1;
      const text = '  '.repeat(depth) + line;
      if (!line.startsWith('</') && !line.endsWith('/>') && !line.startsWith('<?')) depth += 1;
      return text;
    })
    .join('\n');
};

/**
 * The documents of pushes in XML Schema 1.0: the shapes of their elements, with what the schemas of JSON demand of
 * values. What no schema of XML can say is checked by the API: that one of `iccid` and `to` is there, what an APDU is.
 */
export const pushXsd = (): string => {
  const roots = (Object.keys(pushDocuments) as PushDocument[]).map(rootOf).join('');
  const open = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${pushNamespace}" xmlns="${pushNamespace}" elementFormDefault="qualified">`;
  return `${indented(`<?xml version="1.0" encoding="UTF-8"?>${open}${roots}</xs:schema>`)}\n`;
};
