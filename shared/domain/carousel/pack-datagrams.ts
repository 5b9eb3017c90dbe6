/** ISO/IEC 13818-1, 2.4.3.2: a packet of a transport stream. */
export const packetOctets = 188;
const headerOctets = 4;
const payloadOctets = packetOctets - headerOctets;
const syncByte = 0x47;
const stuffing = 0xff;

export interface Packetizer {
  /**
   * The next packet, filled with the rest of the section before and as many sections as begin in it; undefined when
   * there is nothing to send.
   */
  next(take: () => Uint8Array | undefined): Buffer | undefined;
}

/**
 * Puts sections one behind the other into packets (2.4.4: pointer_field, payload_unit_start_indicator).
 *
 * @param pid as the MUX wants it: it gives the stream its own, and counts anew.
 * @param isPacked false: each section begins a packet of its own, for receivers that find only the first of a packet.
 */
export const createPacketizer = (pid: number, isPacked = true): Packetizer => {
  let rest: Uint8Array = Buffer.alloc(0);
  let counter = 0;

  const header = (isStart: boolean): Buffer => {
    const packet = Buffer.alloc(packetOctets, stuffing);
    packet.writeUInt8(syncByte, 0);
    packet.writeUInt16BE((isStart ? 0x4000 : 0) | pid, 1);
    packet.writeUInt8(0x10 | counter, 3);
    counter = (counter + 1) % 16;
    return packet;
  };

  /** A packet without the beginning of a section has no pointer_field. */
  const continuation = (): Buffer => {
    const packet = header(false);
    const part = rest.subarray(0, payloadOctets);
    packet.set(part, headerOctets);
    rest = rest.subarray(part.length);
    return packet;
  };

  return {
    next: (take) => {
      // With the pointer_field there must be room for the first octet of a section.
      if (rest.length > (isPacked ? payloadOctets - 2 : 0)) return continuation();
      let section = take();
      if (!section) return rest.length > 0 ? continuation() : undefined;
      const packet = header(true);
      packet.writeUInt8(rest.length, headerOctets);
      packet.set(rest, headerOctets + 1);
      let at = headerOctets + 1 + rest.length;
      rest = rest.subarray(rest.length);
      while (section) {
        const part = section.subarray(0, packetOctets - at);
        packet.set(part, at);
        at += part.length;
        rest = section.subarray(part.length);
        section = isPacked && at < packetOctets ? take() : undefined;
      }
      return packet;
    },
  };
};
