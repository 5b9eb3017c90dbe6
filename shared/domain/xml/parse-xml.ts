import { readStartTag, type Scope, type StartTag } from './read-start-tag.ts';
import type { XmlElement } from './xml-element.ts';
import { XmlError } from './xml-error.ts';
import { type XmlLimits, xmlLimits } from './xml-limits.ts';
import { type XmlSource, xmlSourceOf } from './xml-source.ts';
import { decodeXmlText } from './xml-text.ts';

interface Open extends StartTag {
  readonly children: (XmlElement | string)[];
}

const refused = [
  ['<!DOCTYPE', 'xml.doctype_refused', 'A document type declaration is not read.'],
  ['<![CDATA[', 'xml.cdata_refused', 'CDATA sections are not read.'],
  ['<!--', 'xml.comment_refused', 'Comments are not read.'],
  ['<!', 'xml.doctype_refused', 'Markup declarations are not read.'],
  ['<?', 'xml.instruction_refused', 'Processing instructions are not read.'],
] as const;

const refuseMarkup = (source: XmlSource): void => {
  for (const [start, reason, message] of refused)
    if (source.text.startsWith(start, source.offset)) source.fail(reason, message);
};

const decode = (octets: Uint8Array, limits: XmlLimits): string => {
  if (octets.length > limits.octets)
    throw new XmlError('xml.too_large', `The document is more than ${limits.octets} octets.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw new XmlError('xml.not_utf8', 'The document is not UTF-8.');
  }
};

const declaration =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;

const readText = (source: XmlSource, parent: Open): void => {
  const start = source.offset;
  const raw = source.upTo('<') ?? source.fail('xml.malformed', 'The document ends within an element.');
  if (raw === '') return;
  const forbidden = raw.indexOf(']]>');
  if (forbidden !== -1) source.fail('xml.malformed', 'Text does not contain ]]>.', start + forbidden);
  parent.children.push(decodeXmlText(source, raw, start));
};

const readEndTag = (source: XmlSource, open: Open): XmlElement => {
  const start = source.offset;
  source.moveTo(start + 2);
  if (!source.skip(open.tag)) source.fail('xml.malformed', 'The end tag is not that of the open element.', start);
  source.skipSpace();
  if (!source.skip('>')) source.fail('xml.malformed', 'The end tag is not that of the open element.', start);
  return toElement(open);
};

const toElement = ({ namespace, name, attributes, children, position }: Open): XmlElement => ({
  namespace,
  name,
  attributes,
  children,
  position,
});

/** Reads from the root's tag to its end; the stack is a list, so that depth costs no call. */
const readRoot = (source: XmlSource, limits: XmlLimits): XmlElement => {
  const stack: Open[] = [];
  let count = 0;
  for (;;) {
    const parent = stack.at(-1);
    if (parent) readText(source, parent);
    refuseMarkup(source);
    let closed: XmlElement | undefined;
    if (parent && source.text.startsWith('</', source.offset)) {
      closed = readEndTag(source, parent);
      stack.pop();
    } else {
      const start = source.offset;
      count += 1;
      if (count > limits.elements)
        source.fail('xml.too_many_elements', `There are more than ${limits.elements} elements.`);
      if (stack.length === limits.depth)
        source.fail('xml.too_deep', `Elements lie deeper than ${limits.depth}.`, start);
      const scope: Scope | null = parent?.scope ?? null;
      const open: Open = { ...readStartTag(source, scope, limits), children: [] };
      if (open.isEmpty) closed = toElement(open);
      else stack.push(open);
    }
    if (!closed) continue;
    const above = stack.at(-1);
    if (!above) return closed;
    above.children.push(closed);
  }
};

/**
 * Reads a document of the subset of XML 1.0 that machines exchange: elements, attributes, text, the five predefined
 * entities, references to characters, namespaces. Whatever else XML has is refused by name, above all document types
 * and with them entities: nothing here expands, fetches or recurses. Time and memory are linear in the octets, which
 * are limited.
 *
 * @param octets UTF-8, with or without a byte order mark and an XML declaration.
 * @throws XmlError with line and column.
 */
export const parseXml = (octets: Uint8Array, limits: XmlLimits = xmlLimits): XmlElement => {
  const source = xmlSourceOf(decode(octets, limits).replaceAll('\r\n', '\n').replaceAll('\r', '\n'));
  source.match(declaration);
  source.skipSpace();
  const root = readRoot(source, limits);
  source.skipSpace();
  refuseMarkup(source);
  if (source.offset < source.text.length) source.fail('xml.malformed', 'Something follows the root element.');
  return root;
};
