import { crc32Mpeg } from './crc32-mpeg.ts';
import { EmmError } from './emm-error.ts';

/** Whom an EMM concerns: one card, a group of cards, or every card of the CA system. */
export const emmClasses = ['unique', 'shared', 'global'] as const;
export type EmmClass = (typeof emmClasses)[number];

/** How a class of EMMs is written: the CA system's own choice, since no standard makes it. */
export interface SectionFormat {
  /** 0x82 to 0x8F. The two take turns, so that a receiver which drops repetitions sees that this one is new. */
  readonly table_ids: readonly [number, number];
  /** Octets of the address, which hardware filters match; 0 where everybody is meant. */
  readonly address_octets: number;
  /** Whether the section ends in a CRC_32. */
  readonly crc: boolean;
}

export type SectionFormats = Readonly<Record<EmmClass, SectionFormat>>;

/** What a CA system has when it says nothing else. */
export const usualFormats: SectionFormats = {
  unique: { table_ids: [0x84, 0x85], address_octets: 8, crc: false },
  shared: { table_ids: [0x86, 0x87], address_octets: 4, crc: false },
  global: { table_ids: [0x82, 0x83], address_octets: 0, crc: false },
};

export interface Section {
  readonly class: EmmClass;
  /** Which of the two table_ids. */
  readonly toggle: 0 | 1;
  readonly address: Uint8Array;
  readonly body: Uint8Array;
}

/** ETSI ETR 289, 5: a CA_message_section has at most so many octets, its first three included. */
export const longestSection = 256;
const headerOctets = 3;
const crcOctets = 4;
/** section_syntax_indicator 0, DVB_reserved 1, ISO_reserved 11: the bits above the 12 of the length. */
const flags = 0x7000;

/** How many octets the body of a class may have. */
export const bodyCapacity = ({ address_octets, crc }: SectionFormat): number =>
  longestSection - headerOctets - address_octets - (crc ? crcOctets : 0);

export const tableIdOf = (format: SectionFormat, toggle: 0 | 1): number => format.table_ids[toggle];

/**
 * A decimal number, such as a card's or a group's, as the address of its class: big-endian, in the octets of the format.
 *
 * @throws EmmError when it does not fit.
 */
export const addressOf = (digits: string, { address_octets }: SectionFormat): Buffer => {
  if (address_octets === 0) return Buffer.alloc(0);
  if (!/^\d{1,30}$/.test(digits)) throw new EmmError('field', 'An address is made from 1 to 30 digits.');
  const hex = BigInt(digits).toString(16);
  if (hex.length > 2 * address_octets) throw new EmmError('field', `It does not fit ${address_octets} octets.`);
  return Buffer.from(hex.padStart(2 * address_octets, '0'), 'hex');
};

/**
 * A whole section: table_id, length, address, body, and CRC_32 where the format has one.
 *
 * @throws EmmError when the address is not as long as the format says, or the whole is longer than 256 octets.
 */
export const encodeSection = (section: Section, formats: SectionFormats): Buffer => {
  const format = formats[section.class];
  if (section.address.length !== format.address_octets)
    throw new EmmError('field', `The address has ${section.address.length} octets, not ${format.address_octets}.`);
  const capacity = bodyCapacity(format);
  if (section.body.length > capacity)
    throw new EmmError('length', `The body has ${section.body.length} octets, and ${capacity} fit.`);
  const head = Buffer.alloc(headerOctets);
  const total = headerOctets + section.address.length + section.body.length + (format.crc ? crcOctets : 0);
  head.writeUInt8(tableIdOf(format, section.toggle), 0);
  head.writeUInt16BE(flags | (total - headerOctets), 1);
  const octets = Buffer.concat([head, section.address, section.body], total);
  if (format.crc) octets.writeUInt32BE(crc32Mpeg(octets.subarray(0, -crcOctets)), total - crcOctets);
  return octets;
};

const classOf = (tableId: number, formats: SectionFormats): Pick<Section, 'class' | 'toggle'> => {
  for (const each of emmClasses) {
    const [even, odd] = formats[each].table_ids;
    if (tableId === even) return { class: each, toggle: 0 };
    if (tableId === odd) return { class: each, toggle: 1 };
  }
  throw new EmmError('table_id', `table_id ${tableId} belongs to no class of this CA system.`);
};

/** @throws EmmError for whatever is not a section that `encodeSection` makes with these formats. */
export const decodeSection = (octets: Uint8Array, formats: SectionFormats): Section => {
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (bytes.length < headerOctets || bytes.length > longestSection)
    throw new EmmError('length', `A section has 3 to ${longestSection} octets, and this one ${bytes.length}.`);
  const kind = classOf(bytes.readUInt8(0), formats);
  const word = bytes.readUInt16BE(1);
  if ((word & 0xf000) !== flags) throw new EmmError('field', 'The bits before section_length are not 0111.');
  if ((word & 0x0fff) !== bytes.length - headerOctets)
    throw new EmmError('length', `section_length says ${word & 0x0fff}, and ${bytes.length - headerOctets} follow.`);
  const { address_octets, crc } = formats[kind.class];
  const end = bytes.length - (crc ? crcOctets : 0);
  if (end < headerOctets + address_octets) throw new EmmError('length', 'The section ends within its address.');
  if (crc && crc32Mpeg(bytes) !== 0) throw new EmmError('crc', 'CRC_32 does not agree with the section.');
  return {
    ...kind,
    address: bytes.subarray(headerOctets, headerOctets + address_octets),
    body: bytes.subarray(headerOctets + address_octets, end),
  };
};
