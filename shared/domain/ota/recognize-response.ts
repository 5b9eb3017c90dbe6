import { type Concatenation, parseUserData } from '../text/user-data.ts';

/** What an inbound short message has of a response packet (3GPP TS 31.115, 4.4). */
export interface RecognizedResponse {
  /** The user data behind its header; all of the packet from RPL on, unless it is one part of several. */
  readonly packet: Buffer;
  /** What it answers for; null for a later part, which does not name it. */
  readonly tar: Buffer | null;
  readonly concatenation: Concatenation | null;
  /** `header`: its header says so. `content`: its octets look so, and only a push to its sender makes it sure. */
  readonly by: 'header' | 'content' | 'concatenation';
}

const responseElement = 0x71;
const leastOctets = 13;
const mostHeader = 10 + 8;
const responseUdh = Buffer.from('027100', 'hex');

const tarOf = (packet: Buffer): Buffer | null => (packet.length >= 6 ? packet.subarray(3, 6) : null);

/** Whether RPL and RHL are those of a whole packet. */
const looksWhole = (packet: Buffer): boolean => {
  const header = packet[2] ?? 0;
  return (
    packet.length >= leastOctets && packet.readUInt16BE(0) === packet.length - 2 && header >= 10 && header <= mostHeader
  );
};

/**
 * Finds a response packet, with its header or, where an SMSC lost the UDHI bit, by its content; null when there is
 * none. A later part of a concatenated one can only be told by its reference.
 *
 * @param octets the user data, with its header.
 * @param hasHeader the UDHI bit of esm_class (0x40).
 */
export const recognizeResponse = (octets: Buffer, hasHeader: boolean): RecognizedResponse | null => {
  const parsed = parseUserData(octets, hasHeader);
  if (parsed.outcome === 'parsed' && hasHeader) {
    const { elements, concatenation, data } = parsed;
    if (elements.some(({ identifier }) => identifier === responseElement))
      return { packet: data, tar: tarOf(data), concatenation, by: 'header' };
    if (concatenation && concatenation.part > 1) return { packet: data, tar: null, concatenation, by: 'concatenation' };
    if (concatenation) return null;
    return looksWhole(data) ? { packet: data, tar: tarOf(data), concatenation, by: 'content' } : null;
  }
  const packet = octets.subarray(0, 3).equals(responseUdh) ? octets.subarray(3) : octets;
  return looksWhole(packet) ? { packet, tar: tarOf(packet), concatenation: null, by: 'content' } : null;
};
