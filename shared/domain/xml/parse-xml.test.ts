import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseXml } from './parse-xml.ts';
import type { XmlElement } from './xml-element.ts';
import { XmlError } from './xml-error.ts';
import { xmlLimits } from './xml-limits.ts';

const parse = (text: string) => parseXml(Buffer.from(text));

const faultOf = (octets: Uint8Array | string): XmlError => {
  try {
    parseXml(typeof octets === 'string' ? Buffer.from(octets) : octets);
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error;
  }
  throw new Error('It was read without a fault');
};

const only = ({ children }: XmlElement) => children[0];

test('elements, attributes, text, entities and references are read', () => {
  const root = parse(
    `\ufeff<?xml version='1.0' encoding="utf-8"?>\r\n<a x = "1&amp;&#x41;" y='"'>t &lt;&#65;\r\n<b/><c ></c>\n</a>\n`,
  );
  expect(root).toMatchObject({ name: 'a', namespace: '', position: { line: 2, column: 1 } });
  expect([...root.attributes]).toEqual([
    ['x', '1&A'],
    ['y', '"'],
  ]);
  expect(root.children.map((child) => (typeof child === 'string' ? child : child.name))).toEqual([
    't <A\n',
    'b',
    'c',
    '\n',
  ]);
});

test('namespaces are those of the nearest declaration, with a prefix and without', () => {
  const root = parse('<p:a xmlns:p="urn:p" xmlns="urn:d"><b p:x="1"><p:c xmlns:p="urn:q"/></b><d xmlns=""/></p:a>');
  const [b, d] = root.children as XmlElement[];
  expect(root.namespace).toBe('urn:p');
  expect(b?.namespace).toBe('urn:d');
  expect([...(b?.attributes ?? [])]).toEqual([['{urn:p}x', '1']]);
  expect(b && only(b)).toMatchObject({ name: 'c', namespace: 'urn:q' });
  expect(d?.namespace).toBe('');
});

test.each([
  ['a document type', '<!DOCTYPE a><a/>', 'xml.doctype_refused'],
  ['entities of its own', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'xml.doctype_refused'],
  ['a document type inside', '<a><!DOCTYPE a></a>', 'xml.doctype_refused'],
  ['an unknown entity', '<a>&nbsp;</a>', 'xml.entity_refused'],
  ['a bare ampersand', '<a>R & D</a>', 'xml.entity_refused'],
  ['an instruction', '<a><?php echo 1?></a>', 'xml.instruction_refused'],
  ['a stylesheet', '<?xml-stylesheet href="x"?><a/>', 'xml.instruction_refused'],
  ['another encoding', '<?xml version="1.0" encoding="latin1"?><a/>', 'xml.instruction_refused'],
  ['a comment', '<a><!-- b --></a>', 'xml.comment_refused'],
  ['a comment at the end', '<a/><!-- b -->', 'xml.comment_refused'],
  ['CDATA', '<a><![CDATA[b]]></a>', 'xml.cdata_refused'],
  ['a reference to nothing', '<a>&#0;</a>', 'xml.character_refused'],
  ['a reference to half a character', '<a>&#xD800;</a>', 'xml.character_refused'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>', 'xml.character_refused'],
  ['a control character', '<a>\u0001</a>', 'xml.character_refused'],
  ['the end of CDATA', '<a>]]></a>', 'xml.malformed'],
  ['another end tag', '<a></b>', 'xml.malformed'],
  ['a longer end tag', '<a></ab>', 'xml.malformed'],
  ['no end', '<a><b></b>', 'xml.malformed'],
  ['nothing', '', 'xml.malformed'],
  ['text alone', 'hello', 'xml.malformed'],
  ['two roots', '<a/><b/>', 'xml.malformed'],
  ['text after the root', '<a/>b', 'xml.malformed'],
  ['an attribute twice', '<a b="1" b="2"/>', 'xml.malformed'],
  ['an attribute twice by namespace', '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>', 'xml.malformed'],
  ['attributes without space', '<a b="1"c="2"/>', 'xml.malformed'],
  ['a value without quotes', '<a b=1/>', 'xml.malformed'],
  ['a value with a tag', '<a b="<c>"/>', 'xml.malformed'],
  ['an unknown prefix', '<p:a/>', 'xml.prefix_unknown'],
  ['a long name', `<${'a'.repeat(65)}/>`, 'xml.name_too_long'],
  ['many attributes', `<a ${Array.from({ length: 17 }, (_, n) => `b${n}=""`).join(' ')}/>`, 'xml.too_many_attributes'],
  ['many elements', `<a>${'<b/>'.repeat(10_000)}</a>`, 'xml.too_many_elements'],
  ['a thousand levels', `${'<a>'.repeat(1_000)}${'</a>'.repeat(1_000)}`, 'xml.too_deep'],
  ['10 MB', `<a>${'b'.repeat(10_000_000)}</a>`, 'xml.too_large'],
])('%s is refused by name', (_, text, reason) => {
  expect(faultOf(text).reason).toBe(reason);
});

test('a billion laughs are refused at their first word', () => {
  const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`);
  const text = `<?xml version="1.0"?>\n<!DOCTYPE l [<!ENTITY l0 "lol">${entities.join('')}]>\n<l>&l9;</l>`;
  expect(faultOf(text)).toMatchObject({ reason: 'xml.doctype_refused', position: { line: 2, column: 1 } });
});

test('octets that are no UTF-8 are refused', () => {
  expect(faultOf(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])).reason).toBe('xml.not_utf8');
  expect(faultOf(Buffer.from('<a/>', 'utf16le')).reason).toBe('xml.malformed');
});

test('a fault is told by line and column', () => {
  expect(faultOf('<a>\n  <b>\n    &x;</b></a>').position).toEqual({ line: 3, column: 5 });
  expect(faultOf('<a>\r\n<b x=1/></a>').position).toEqual({ line: 2, column: 6 });
});

describe('whatever it is given', () => {
  const neverThrowsElse = (octets: Uint8Array): void => {
    try {
      parseXml(octets);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
    }
  };

  test('random octets make it throw nothing but its own error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), neverThrowsElse));
  });

  test('pieces of XML in any order make it throw nothing but its own error', () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '/',
        '</',
        '/>',
        '<a',
        '<a>',
        '</a>',
        'a',
        ':',
        '=',
        '"',
        "'",
        '&',
        ';',
        '&amp;',
        '&#',
        '&#x41;',
        ' ',
        '\n',
      ],
      ...[
        '<!',
        '<!--',
        '-->',
        '<?',
        '?>',
        '<![CDATA[',
        ']]>',
        'xmlns',
        'xmlns:a="u"',
        '<a:a',
        '<?xml version="1.0"?>',
        '\0',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => neverThrowsElse(Buffer.from(pieces.join('')))),
      { numRuns: 2_000 },
    );
  });

  test('its work grows with the octets and no faster, whatever stands in them', () => {
    const limits = { ...xmlLimits, octets: 10_000_000, elements: 1_000_000 };
    const octets = 300_000;
    for (const text of [
      `<a>${'<b/>'.repeat(octets / 4)}</a>`,
      `<a>${'&#65;'.repeat(octets / 5)}</a>`,
      `<a>${'&'.repeat(octets)}</a>`,
      `<a>${'\n'.repeat(octets)}&x;</a>`,
      `<a>${`<b c="${' '.repeat(50)}"/>`.repeat(octets / 60)}</a>`,
      `<a ${' '.repeat(octets)}`,
      `<?xml${' '.repeat(octets)}`,
    ])
      try {
        parseXml(Buffer.from(text), limits);
      } catch (error) {
        expect(error).toBeInstanceOf(XmlError);
      }
  }, 10_000);
});
