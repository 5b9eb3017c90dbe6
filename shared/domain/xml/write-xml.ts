import { refusedCharacter, type XmlElement, xmlName } from './xml-element.ts';
import { XmlError } from './xml-error.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

const checked = (text: string): string => {
  if (refusedCharacter.test(text)) throw new XmlError('xml.character_refused', 'XML allows no such character.');
  return text;
};
const escapeText = (text: string) => checked(text).replace(/[&<>\r]/g, (character) => escapes[character] ?? '');
const escapeValue = (text: string) => checked(text).replace(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? '');

const checkedName = (name: string): string => {
  if (!xmlName.test(name)) throw new XmlError('xml.malformed', 'A name is no name of the subset that is written here.');
  return name;
};

const writeElement = (element: XmlElement, around: string): string => {
  const name = checkedName(element.name);
  const declaration = element.namespace === around ? '' : ` xmlns="${escapeValue(element.namespace)}"`;
  const attributes = [...element.attributes].map(([key, value]) => ` ${checkedName(key)}="${escapeValue(value)}"`);
  const start = `<${name}${declaration}${attributes.join('')}`;
  if (element.children.length === 0) return `${start}/>`;
  const content = element.children.map((child) =>
    typeof child === 'string' ? escapeText(child) : writeElement(child, element.namespace),
  );
  return `${start}>${content.join('')}</${name}>`;
};

/**
 * Writes a document that `parseXml` reads as the same element, without space between elements. Names have no prefixes:
 * an element of another namespace than the one around it declares its own.
 *
 * @throws XmlError for a name or a character that XML has not.
 */
export const writeXml = (root: XmlElement): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root, '')}\n`;
