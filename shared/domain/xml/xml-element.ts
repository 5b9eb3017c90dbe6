import type { XmlPosition } from './xml-error.ts';

export interface XmlElement {
  /** The namespace's name; empty where there is none. */
  readonly namespace: string;
  /** Without a prefix. */
  readonly name: string;
  /** By name; one with a prefix is called `{namespace}name`. Declarations of namespaces are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements and text in their order; no two texts are neighbours, and none is empty. */
  readonly children: readonly (XmlElement | string)[];
  /** Where its tag begins; null for one that was not read. */
  readonly position: XmlPosition | null;
}

/** What XML 1.0 (2.2) allows no document to contain, even by reference. */
export const refusedCharacter = /[\p{Cs}\ufffe\uffff]|(?![\t\n\r\x7f-\x9f])\p{Cc}/u;

/** Names of the subset: US-ASCII, without a prefix. */
export const xmlName = /^[A-Za-z_][A-Za-z0-9._-]*$/;
