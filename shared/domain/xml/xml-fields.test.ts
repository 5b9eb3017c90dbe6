import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseXml } from './parse-xml.ts';
import { writeXml } from './write-xml.ts';
import { refusedCharacter, type XmlElement } from './xml-element.ts';
import { readXmlFields, toXmlElement, type XmlDocumentType, type XmlValue, xmlFields, xmlList } from './xml-fields.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !refusedCharacter.test(value));
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,9}$/).filter((value) => !/^xmlns$/i.test(value));

const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc
    .record({
      namespace: fc.constantFrom('', 'urn:a', 'urn:b'),
      name,
      attributes: fc.dictionary(name, text, { maxKeys: 3 }).map((found) => new Map(Object.entries(found))),
      children: fc.array(fc.oneof({ depthSize: 'small', maxDepth: 5 }, text, tie('element')), { maxLength: 4 }),
      position: fc.constant(null),
    })
    .map((found) => ({ ...found, children: merged(found.children) })),
}));

function merged(children: readonly (XmlElement | string)[]): (XmlElement | string)[] {
  const result: (XmlElement | string)[] = [];
  for (const child of children) {
    const last = result.at(-1);
    if (child === '') continue;
    if (typeof child === 'string' && typeof last === 'string') result[result.length - 1] = last + child;
    else result.push(child);
  }
  return result;
}

const withoutPositions = (given: XmlElement): XmlElement => ({
  ...given,
  position: null,
  children: given.children.map((child) => (typeof child === 'string' ? child : withoutPositions(child))),
});

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(element, (given) => {
      expect(withoutPositions(parseXml(Buffer.from(writeXml(given))))).toEqual(given);
    }),
  );
});

const order: XmlDocumentType = {
  namespace: 'urn:order',
  root: 'Order',
  shape: xmlFields({
    to: 'text',
    count: 'integer',
    express: 'boolean',
    lines: xmlList('line', xmlFields({ item: 'text', tags: xmlList('tag', 'text') })),
  }),
};

const read = (document: string) => readXmlFields(parseXml(Buffer.from(document)), order);
const inOrder = (inside: string) => `<Order xmlns="urn:order">${inside}</Order>`;

test('a document and its value stand for each other', () => {
  const line = fc.record({ item: text, tags: fc.array(text) });
  const value = fc.record(
    {
      to: text,
      count: fc.maxSafeInteger().map((n) => Math.trunc(n / 16) + 0),
      express: fc.boolean(),
      lines: fc.array(line),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(value, (given) => {
      expect(read(writeXml(toXmlElement(given as XmlValue, order)))).toEqual(given);
    }),
  );
});

test('members come in any order, with space between them and a schema location', () => {
  const document = `<o:Order xmlns:o="urn:order" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="urn:order order.xsd"> <o:count> 7 </o:count> <o:to>a</o:to> </o:Order>`;
  expect(read(document)).toEqual({ to: 'a', count: 7 });
});

test.each([
  ['another root', '<Other xmlns="urn:order"/>', 'xml.unexpected_element'],
  ['another namespace', '<Order/>', 'xml.unexpected_element'],
  ['an unknown member', inOrder('<other/>'), 'xml.unexpected_element'],
  ['a member named as objects are', inOrder('<constructor/>'), 'xml.unexpected_element'],
  ['a member of another namespace', inOrder('<to xmlns=""/>'), 'xml.unexpected_element'],
  ['a member twice', inOrder('<to/><to/>'), 'xml.repeated_element'],
  ['text between members', inOrder('a<to/>'), 'xml.unexpected_text'],
  ['an attribute', inOrder('<to a="1"/>'), 'xml.unexpected_attribute'],
  ['an element in a value', inOrder('<to><b/></to>'), 'xml.unexpected_element'],
  ['no integer', inOrder('<count>1e3</count>'), 'xml.value_malformed'],
  ['no boolean', inOrder('<express>yes</express>'), 'xml.value_malformed'],
  ['a list of others', inOrder('<lines><row/></lines>'), 'xml.unexpected_element'],
])('%s is refused', (_, document, reason) => {
  expect(() => read(document)).toThrow(expect.objectContaining({ reason }));
});
