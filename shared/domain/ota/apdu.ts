/** One command APDU of short length (ISO 7816-3, 12.1; ETSI TS 102 221, 10.1). */
export interface Apdu {
  readonly octets: Buffer;
  readonly instruction: number;
  /** Command data, without Lc. */
  readonly data: Buffer;
  /** The response octets that are asked for, 0 being 256; null when P3 is Lc and nothing follows the data. */
  readonly expected: number | null;
}

export type ParsedApdu =
  | { readonly outcome: 'parsed'; readonly apdu: Apdu }
  /** Why it is no APDU, in words for the one who sent it. */
  | { readonly outcome: 'refused'; readonly reason: string };

const headerOctets = 5;

/** Instructions whose P3 is Lc: without data they are cut off (TS 102 221, 10.1.2; GlobalPlatform Card 2.3, 11). */
const instructionsWithData: ReadonlySet<number> = new Set([
  0x10, 0x14, 0x20, 0x24, 0x26, 0x28, 0x2c, 0x32, 0x82, 0x88, 0xa2, 0xa4, 0xc2, 0xd6, 0xd8, 0xdc, 0xe2, 0xe4, 0xe6,
  0xe8, 0xf0,
]);

const refused = (reason: string): ParsedApdu => ({ outcome: 'refused', reason });

const faultOfHeader = (octets: Buffer): string | null => {
  const [cla = 0, ins = 0] = octets;
  if (octets.length < headerOctets)
    return `It has ${octets.length} octets: CLA, INS, P1, P2 and P3 are five. Where there is neither data nor an answer, P3 is 00.`;
  if (cla === 0xff) return 'CLA FF is no class (ISO 7816-3).';
  if ((ins & 0xf0) === 0x60 || (ins & 0xf0) === 0x90) return 'INS 6X and 9X are no instructions (ISO 7816-3).';
  return null;
};

/**
 * Takes an APDU apart, which always has its P3.
 *
 * @param hex hexadecimal digits, in either case, without spaces.
 */
export const parseApdu = (hex: string): ParsedApdu => {
  if (!/^([0-9a-f]{2})+$/i.test(hex)) return refused('It is not hexadecimal with two digits an octet.');
  const octets = Buffer.from(hex, 'hex');
  const fault = faultOfHeader(octets);
  if (fault) return refused(fault);
  const [instruction, p3] = [octets.readUInt8(1), octets.readUInt8(4)];
  const following = octets.length - headerOctets;
  const none = octets.subarray(0, 0);
  if (following === 0) {
    if (p3 > 0 && instructionsWithData.has(instruction))
      return refused(`P3 announces ${p3} octets of data, and none follow.`);
    return { outcome: 'parsed', apdu: { octets, instruction, data: none, expected: p3 } };
  }
  if (p3 === 0) return refused('P3 is 00 and octets follow it: APDUs of extended length are not supported.');
  if (following !== p3 && following !== p3 + 1)
    return refused(`P3 announces ${p3} octets of data, and ${following} follow.`);
  const data = octets.subarray(headerOctets, headerOctets + p3);
  return { outcome: 'parsed', apdu: { octets, instruction, data, expected: octets[headerOctets + p3] ?? null } };
};
