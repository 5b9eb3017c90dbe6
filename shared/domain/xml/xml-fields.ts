import type { XmlElement } from './xml-element.ts';
import { XmlError, type XmlReason } from './xml-error.ts';

/** What stands in an element: a value, further elements by name, or a list of elements of one name. */
export type XmlShape = 'text' | 'integer' | 'boolean' | XmlList | XmlFields;
export interface XmlList {
  readonly kind: 'list';
  readonly item: string;
  readonly shape: XmlShape;
}
export interface XmlFields {
  readonly kind: 'fields';
  readonly fields: ReadonlyMap<string, XmlShape>;
}

/** As JSON would have it, so that one schema checks both. */
export type XmlValue = string | number | boolean | readonly XmlValue[] | { readonly [name: string]: XmlValue };

export const xmlList = (item: string, shape: XmlShape): XmlList => ({ kind: 'list', item, shape });
export const xmlFields = (fields: Readonly<Record<string, XmlShape>>): XmlFields => ({
  kind: 'fields',
  fields: new Map(Object.entries(fields)),
});

const instance = '{http://www.w3.org/2001/XMLSchema-instance}';
const fail = (reason: XmlReason, message: string, element: XmlElement): never => {
  throw new XmlError(reason, message, element.position);
};

const elementsOf = (element: XmlElement): readonly XmlElement[] => {
  const elements: XmlElement[] = [];
  for (const child of element.children) {
    if (typeof child !== 'string') elements.push(child);
    else if (/[^ \t\n\r]/.test(child)) fail('xml.unexpected_text', 'Text stands between elements.', element);
  }
  return elements;
};

const textOf = (element: XmlElement): string => {
  for (const child of element.children)
    if (typeof child !== 'string') fail('xml.unexpected_element', 'An element stands where a value should.', child);
  return element.children.filter((child) => typeof child === 'string').join('');
};

const integer = (element: XmlElement): number => {
  const text = textOf(element).trim();
  return /^[+-]?[0-9]{1,15}$/.test(text) ? Number(text) : fail('xml.value_malformed', 'It is no integer.', element);
};

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

const checkAttributes = (element: XmlElement): void => {
  for (const name of element.attributes.keys())
    if (!name.startsWith(instance)) fail('xml.unexpected_attribute', 'No attribute is expected here.', element);
};

const readList = (element: XmlElement, { item, shape }: XmlList, namespace: string): XmlValue[] =>
  elementsOf(element).map((child) =>
    child.name === item && child.namespace === namespace
      ? readValue(child, shape, namespace)
      : fail('xml.unexpected_element', 'The list has an element of another name.', child),
  );

const readMembers = (element: XmlElement, { fields }: XmlFields, namespace: string): XmlValue => {
  const found = new Map<string, XmlValue>();
  for (const child of elementsOf(element)) {
    const shape = child.namespace === namespace ? fields.get(child.name) : undefined;
    if (!shape) throw new XmlError('xml.unexpected_element', 'The element is not expected here.', child.position);
    if (found.has(child.name)) fail('xml.repeated_element', 'The element stands there twice.', child);
    found.set(child.name, readValue(child, shape, namespace));
  }
  return Object.fromEntries(found);
};

const readValue = (element: XmlElement, shape: XmlShape, namespace: string): XmlValue => {
  checkAttributes(element);
  if (shape === 'text') return textOf(element);
  if (shape === 'integer') return integer(element);
  if (shape === 'boolean')
    return (
      booleans.get(textOf(element).trim()) ?? fail('xml.value_malformed', 'It is neither true nor false.', element)
    );
  return shape.kind === 'list' ? readList(element, shape, namespace) : readMembers(element, shape, namespace);
};

/** Of one kind of document: its namespace, the name of its root, and what stands in it. */
export interface XmlDocumentType {
  readonly namespace: string;
  readonly root: string;
  readonly shape: XmlFields;
}

/**
 * What a document says, as JSON would: members by name in any order, each at most once, nothing unknown, no attributes
 * but those of XML Schema's instances, which are ignored. What must be there is for the schema of the value to say.
 *
 * @throws XmlError with the place of the element.
 */
export const readXmlFields = (root: XmlElement, { namespace, root: name, shape }: XmlDocumentType): XmlValue => {
  if (root.name !== name || root.namespace !== namespace)
    fail('xml.unexpected_element', 'The root element is not the one that is expected here.', root);
  return readValue(root, shape, namespace);
};

const toElement = (name: string, value: XmlValue, shape: XmlShape, namespace: string): XmlElement => {
  const make = (children: readonly (XmlElement | string)[]): XmlElement => ({
    namespace,
    name,
    attributes: new Map(),
    children: children.filter((child) => child !== ''),
    position: null,
  });
  if (typeof shape === 'string') return make([typeof value === 'object' ? '' : `${value}`]);
  if (shape.kind === 'list') {
    const items = Array.isArray(value) ? (value as readonly XmlValue[]) : [];
    return make(items.map((item) => toElement(shape.item, item, shape.shape, namespace)));
  }
  const members = new Map(Object.entries(value));
  return make(
    [...shape.fields].flatMap(([member, inner]) => {
      const inside = members.get(member) as XmlValue | null | undefined;
      return inside === undefined || inside === null ? [] : [toElement(member, inside, inner, namespace)];
    }),
  );
};

/** The document that `readXmlFields` reads as the same value; members stand in the order of the shape. */
export const toXmlElement = (value: XmlValue, { namespace, root, shape }: XmlDocumentType): XmlElement =>
  toElement(root, value, shape, namespace);
