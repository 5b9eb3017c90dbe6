import { writeFileSync } from 'node:fs';

/** From the SMSC's side of a connection that never was: what libpcap's savefile format and IPv4 and TCP ask for. */
const smscPort = 2775;
const esmePort = 40_000;
/** LINKTYPE_RAW: a packet is an IP packet. */
const rawIp = 101;
const mostOctets = 1_400;

const packetOf = (payload: Buffer, sequence: number): Buffer => {
  const headers = Buffer.alloc(40);
  headers.writeUInt8(0x45, 0);
  headers.writeUInt16BE(headers.length + payload.length, 2);
  headers.writeUInt8(64, 8);
  headers.writeUInt8(6, 9);
  headers.set([127, 0, 0, 1], 12);
  headers.set([127, 0, 0, 1], 16);
  headers.writeUInt16BE(esmePort, 20);
  headers.writeUInt16BE(smscPort, 22);
  headers.writeUInt32BE(sequence, 24);
  // Data offset 5 words; PSH and ACK.
  headers.set([0x50, 0x18], 32);
  headers.writeUInt16BE(0xffff, 34);
  return Buffer.concat([headers, payload]);
};

const recordOf = (packet: Buffer, index: number): Buffer => {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(index, 0);
  header.writeUInt32LE(packet.length, 8);
  header.writeUInt32LE(packet.length, 12);
  return Buffer.concat([header, packet]);
};

const fileHeader = (): Buffer => {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(rawIp, 20);
  return header;
};

const segmentsOf = (octets: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(octets.length / mostOctets) }, (_, n) =>
    octets.subarray(n * mostOctets, (n + 1) * mostOctets),
  );

/**
 * Writes a capture file in which each of these PDUs begins a TCP segment of its own, and gives the port by which a
 * reader knows them.
 */
export const writePcap = (file: string, pdus: readonly Buffer[]): number => {
  let sequence = 1;
  const packets = pdus.flatMap(segmentsOf).map((segment) => {
    const packet = packetOf(segment, sequence);
    sequence += segment.length;
    return packet;
  });
  writeFileSync(file, Buffer.concat([fileHeader(), ...packets.map(recordOf)]));
  return smscPort;
};
