import type { XmlPosition } from './xml-error.ts';
import type { XmlLimits } from './xml-limits.ts';
import type { XmlSource } from './xml-source.ts';
import { decodeXmlText } from './xml-text.ts';

/** Namespaces by prefix, the empty one among them, and those around it. */
export interface Scope {
  readonly namespaces: ReadonlyMap<string, string>;
  readonly around: Scope | null;
}

export interface StartTag {
  /** As it is written, by which its end tag is known. */
  readonly tag: string;
  readonly namespace: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly scope: Scope | null;
  readonly isEmpty: boolean;
  readonly position: XmlPosition;
}

interface Attribute {
  readonly prefix: string;
  readonly name: string;
  readonly value: string;
  readonly offset: number;
}

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
const qualifiedName = /[A-Za-z_][A-Za-z0-9._-]*(?::[A-Za-z_][A-Za-z0-9._-]*)?/y;

const readName = (source: XmlSource, { nameLength }: XmlLimits) => {
  const offset = source.offset;
  const written = source.match(qualifiedName) ?? source.fail('xml.malformed', 'A name was expected.');
  if (written.length > nameLength)
    source.fail('xml.name_too_long', `A name has more than ${nameLength} characters.`, offset);
  const colon = written.indexOf(':');
  return { written, prefix: colon === -1 ? '' : written.slice(0, colon), name: written.slice(colon + 1), offset };
};

const readAttribute = (source: XmlSource, limits: XmlLimits): Attribute => {
  const { prefix, name, offset } = readName(source, limits);
  source.skipSpace();
  if (!source.skip('=')) source.fail('xml.malformed', 'An attribute has no value.');
  source.skipSpace();
  const quote = source.match(/["']/y) ?? source.fail('xml.malformed', "An attribute's value is not quoted.");
  const start = source.offset;
  const raw = source.upTo(quote) ?? source.fail('xml.malformed', "An attribute's value has no end.", start);
  source.skip(quote);
  const less = raw.indexOf('<');
  if (less !== -1) source.fail('xml.malformed', "An attribute's value contains no <.", start + less);
  return { prefix, name, value: decodeXmlText(source, raw.replace(/[\t\n]/g, ' '), start), offset };
};

const readAttributes = (source: XmlSource, limits: XmlLimits): Attribute[] => {
  const attributes: Attribute[] = [];
  const most = limits.attributesPerElement;
  while (source.skipSpace() && !/[/>]/.test(source.text[source.offset] ?? '>')) {
    if (attributes.length === most)
      source.fail('xml.too_many_attributes', `An element has more than ${most} attributes.`);
    attributes.push(readAttribute(source, limits));
  }
  return attributes;
};

const lookUp = (source: XmlSource, scope: Scope | null, prefix: string, offset: number): string => {
  if (prefix === 'xml') return xmlNamespace;
  for (let around = scope; around; around = around.around) {
    const found = around.namespaces.get(prefix);
    if (found !== undefined) return found;
  }
  return prefix === '' ? '' : source.fail('xml.prefix_unknown', 'The prefix stands for no namespace.', offset);
};

const isDeclaration = ({ prefix, name }: Attribute) => prefix === 'xmlns' || (prefix === '' && name === 'xmlns');

const scopeOf = (source: XmlSource, attributes: readonly Attribute[], around: Scope | null): Scope | null => {
  const namespaces = new Map<string, string>();
  for (const attribute of attributes.filter(isDeclaration)) {
    const prefix = attribute.prefix === '' ? '' : attribute.name;
    const isEmptyPrefix = prefix !== '' && attribute.value === '';
    if (namespaces.has(prefix) || isEmptyPrefix || prefix === 'xml' || prefix === 'xmlns')
      source.fail('xml.malformed', 'A namespace is declared twice, or may not be declared so.', attribute.offset);
    namespaces.set(prefix, attribute.value);
  }
  return namespaces.size > 0 ? { namespaces, around } : around;
};

/** Reads a start tag, or the tag of an empty element (XML 1.0, 3.1; Namespaces in XML 1.0). */
export const readStartTag = (source: XmlSource, around: Scope | null, limits: XmlLimits): StartTag => {
  const position = source.position();
  if (!source.skip('<')) source.fail('xml.malformed', 'An element was expected.');
  const { written, prefix, name, offset } = readName(source, limits);
  const found = readAttributes(source, limits);
  const isEmpty = source.skip('/>');
  if (!isEmpty && !source.skip('>')) source.fail('xml.malformed', 'The tag does not end as a tag does.');
  const scope = scopeOf(source, found, around);
  const attributes = new Map<string, string>();
  for (const attribute of found) {
    if (isDeclaration(attribute)) continue;
    const namespace = attribute.prefix === '' ? '' : lookUp(source, scope, attribute.prefix, attribute.offset);
    const key = namespace === '' ? attribute.name : `{${namespace}}${attribute.name}`;
    if (attributes.has(key)) source.fail('xml.malformed', 'An attribute stands there twice.', attribute.offset);
    attributes.set(key, attribute.value);
  }
  return { tag: written, namespace: lookUp(source, scope, prefix, offset), name, attributes, scope, isEmpty, position };
};
