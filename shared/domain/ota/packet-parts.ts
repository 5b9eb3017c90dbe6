import { concat8, concat16 } from '../text/user-data.ts';
import { commandOctets, commandUdh, type PacketSecurity } from './command-packet.ts';
import { OtaError } from './ota-error.ts';

/** A binary short message: both together are its user data, with the UDHI bit set. */
export interface PacketPart {
  /** With its length octet. */
  readonly udh: Buffer;
  readonly data: Buffer;
}

export interface PartReference {
  readonly reference: number;
  readonly referenceBits: 8 | 16;
}

const userDataOctets = 140;
const mostParts = 255;
/** The element that says command packet, which has no octets of its own (TS 31.115, 4.3). */
const commandElement = Buffer.from([0x70, 0x00]);

const roomOf = (referenceBits: 8 | 16) => {
  const { octets } = referenceBits === 8 ? concat8 : concat16;
  const later = userDataOctets - octets;
  return { first: later - commandElement.length, later };
};

/** How many short messages carry a packet of so many octets from CPL on. */
export const countPacketParts = (octets: number, referenceBits: 8 | 16): number => {
  if (octets <= userDataOctets - commandUdh.length) return 1;
  const { first, later } = roomOf(referenceBits);
  return 1 + Math.ceil((octets - first) / later);
};

/** The most octets of data that so many short messages carry: in one, 98 with AES and 106 with 3DES and a CC of 8. */
export const dataCapacity = (security: PacketSecurity, parts: number, referenceBits: 8 | 16): number => {
  const { first, later } = roomOf(referenceBits);
  const room = parts === 1 ? userDataOctets - commandUdh.length : first + (parts - 1) * later;
  let data = room - commandOctets(security, 0);
  while (data >= 0 && commandOctets(security, data) > room) data -= 1;
  while (commandOctets(security, data + 1) <= room) data += 1;
  return data;
};

/**
 * The short messages of a command packet (3GPP TS 31.115, 4.2 and 4.3): the command element stands in the first alone.
 *
 * @throws OtaError `parts.too_many` when 255 are not enough.
 */
export const splitPacket = (packet: Buffer, { reference, referenceBits }: PartReference): PacketPart[] => {
  const total = countPacketParts(packet.length, referenceBits);
  if (total === 1) return [{ udh: commandUdh, data: packet }];
  if (total > mostParts) throw new OtaError('parts.too_many', 'A packet is at most 255 short messages.');
  const header = referenceBits === 8 ? concat8 : concat16;
  const { first, later } = roomOf(referenceBits);
  return Array.from({ length: total }, (_, index) => {
    const plain = header.build(reference, total, index + 1);
    if (index > 0) return { udh: plain, data: packet.subarray(first + (index - 1) * later, first + index * later) };
    const udh = Buffer.concat([plain, commandElement]);
    udh[0] = udh.length - 1;
    return { udh, data: packet.subarray(0, first) };
  });
};
