export interface XmlLimits {
  readonly octets: number;
  /** The root element has depth 1. */
  readonly depth: number;
  readonly elements: number;
  readonly attributesPerElement: number;
  readonly nameLength: number;
}

/** Enough for every document of this system, and little enough for any process. */
export const xmlLimits: XmlLimits = {
  octets: 256 * 1_024,
  depth: 16,
  elements: 10_000,
  attributesPerElement: 16,
  nameLength: 64,
};
