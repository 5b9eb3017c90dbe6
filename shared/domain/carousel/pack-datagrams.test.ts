import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPacketizer } from './pack-datagrams.ts';

/** Sections out of packets, read by pointer_field and length as a demultiplexer does. */
const unpack = (packets: readonly Buffer[]): string[] => {
  const sections: string[] = [];
  let open: Buffer | null = null;
  for (const [i, packet] of packets.entries()) {
    expect([packet.length, packet[0], (packet[3] ?? 0) & 0x0f]).toEqual([188, 0x47, i % 16]);
    const isStart = (packet.readUInt16BE(1) & 0x4000) !== 0;
    const pointer = isStart ? packet.readUInt8(4) : 0;
    if (open) open = Buffer.concat([open, isStart ? packet.subarray(5, 5 + pointer) : packet.subarray(4)]);
    if (isStart) {
      if (open) sections.push(open.toString('hex'));
      open = packet.subarray(5 + pointer);
    }
    while (open && open.length >= 3 && open[0] !== 0xff && open.length >= 3 + (open.readUInt16BE(1) & 0xfff)) {
      const length = 3 + (open.readUInt16BE(1) & 0xfff);
      sections.push(open.subarray(0, length).toString('hex'));
      open = open.subarray(length);
    }
    if (open?.[0] === 0xff) open = null;
    if (open?.length === 0) open = null;
  }
  return sections;
};

const section = fc.uint8Array({ maxLength: 253 }).map((body) => {
  const octets = Buffer.concat([Buffer.from('820000', 'hex'), body]);
  octets.writeUInt16BE(0x7000 | body.length, 1);
  return octets;
});

test('sections come out of the packets as they went in, however many wait at a time', () => {
  fc.assert(
    fc.property(fc.array(fc.array(section, { maxLength: 6 }), { maxLength: 8 }), fc.boolean(), (groups, isPacked) => {
      const packetizer = createPacketizer(0x1ffe, isPacked);
      const packets: Buffer[] = [];
      for (const group of groups) {
        const waiting = [...group];
        for (
          let packet = packetizer.next(() => waiting.shift());
          packet;
          packet = packetizer.next(() => waiting.shift())
        )
          packets.push(packet);
      }
      expect(unpack(packets)).toEqual(groups.flat().map((each) => each.toString('hex')));
    }),
  );
});

test('a packet is full while there are sections to fill it', () => {
  const packetizer = createPacketizer(0);
  const packets = Array.from({ length: 188 }, () => packetizer.next(() => Buffer.alloc(120, 0x82)));
  const octets = packets.reduce((sum, packet) => sum + (packet?.filter((octet) => octet === 0x82).length ?? 0), 0);
  expect(octets).toBeGreaterThanOrEqual(183 * 188);
});
