/** Why octets are no document of the subset of XML that is spoken here, or not one of the expected shape. */
export type XmlReason =
  | 'xml.too_large'
  | 'xml.not_utf8'
  | 'xml.too_deep'
  | 'xml.too_many_elements'
  | 'xml.too_many_attributes'
  | 'xml.name_too_long'
  | 'xml.doctype_refused'
  | 'xml.instruction_refused'
  | 'xml.comment_refused'
  | 'xml.cdata_refused'
  | 'xml.entity_refused'
  | 'xml.character_refused'
  | 'xml.prefix_unknown'
  | 'xml.malformed'
  | 'xml.unexpected_element'
  | 'xml.unexpected_attribute'
  | 'xml.unexpected_text'
  | 'xml.repeated_element'
  | 'xml.value_malformed';

/** Counted from 1, in UTF-16 code units. */
export interface XmlPosition {
  readonly line: number;
  readonly column: number;
}

/** What the functions of this folder throw, and all that they throw. The message quotes nothing of the document. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly reason: XmlReason;
  /** Null where the fault has no place, such as the size. */
  readonly position: XmlPosition | null;

  constructor(reason: XmlReason, message: string, position: XmlPosition | null = null) {
    super(position ? `${message} Line ${position.line}, column ${position.column}.` : message);
    this.reason = reason;
    this.position = position;
  }
}
