import { refusedCharacter } from './xml-element.ts';
import type { XmlSource } from './xml-source.ts';

const predefined: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};
/** A reference in all forms that are allowed, or the ampersand of one that is not. */
const references = /&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});|&/g;

const ofNumber = (reference: string): string | undefined => {
  const isHex = reference[2] === 'x';
  const code = Number.parseInt(reference.slice(isHex ? 3 : 2, -1), isHex ? 16 : 10);
  if (code > 0x10ffff) return undefined;
  const character = String.fromCodePoint(code);
  return refusedCharacter.test(character) ? undefined : character;
};

/** The text that a stretch of the document stands for; `start` is its offset, by which faults are told. */
export const decodeXmlText = (source: XmlSource, raw: string, start: number): string => {
  const refused = raw.search(refusedCharacter);
  if (refused !== -1) source.fail('xml.character_refused', 'XML allows no such character.', start + refused);
  if (!raw.includes('&')) return raw;
  return raw.replace(references, (reference, offset: number) => {
    const character = reference.startsWith('&#') ? ofNumber(reference) : predefined[reference];
    return (
      character ??
      source.fail(
        reference.startsWith('&#') ? 'xml.character_refused' : 'xml.entity_refused',
        'Only the five entities of XML and references to allowed characters are read.',
        start + offset,
      )
    );
  });
};
