import type { DefaultAlphabet } from '../text/default-alphabet.ts';
import { parseUserData } from '../text/user-data.ts';

/** A short message from a telephone, as it came. */
export interface InboundPart {
  readonly data_coding: number;
  readonly esm_class: number;
  readonly default_alphabet: DefaultAlphabet;
  /** The header with its length octet, hexadecimal; empty when there is none. */
  readonly udh_hex: string;
  /** What follows it. */
  readonly data_hex: string;
}

/** Which part of what this is. */
export interface Numbering {
  /** 3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8; SMPP 3.4, 5.3.2.22-24. */
  readonly scheme: 'udh8' | 'udh16' | 'sar';
  readonly reference: number;
  readonly total: number;
  readonly part: number;
}

interface Sar {
  readonly reference: number;
  readonly total: number;
  readonly part: number;
}

const headerOf = (udhHex: string) => {
  const udh = Buffer.from(udhHex, 'hex');
  return parseUserData(udh, udh.length > 0);
};

/** The elements of a part's header; none where it has none. */
export const elementsOf = ({ udh_hex }: Pick<InboundPart, 'udh_hex'>) => {
  const header = headerOf(udh_hex);
  return header.outcome === 'parsed' ? header.elements : [];
};

/** Null for a message that is whole. A header wins over parameters; what numbers a single part numbers nothing. */
export const numberingOf = ({
  udh_hex,
  sar,
}: {
  readonly udh_hex: string;
  readonly sar: Sar | null;
}): Numbering | null => {
  const header = headerOf(udh_hex);
  const concatenation = header.outcome === 'parsed' ? header.concatenation : null;
  if (concatenation && concatenation.total > 1) {
    const { referenceBits, reference, total, part } = concatenation;
    return { scheme: referenceBits === 8 ? 'udh8' : 'udh16', reference, total, part };
  }
  return sar && sar.total > 1 && sar.part <= sar.total ? { scheme: 'sar', ...sar } : null;
};
