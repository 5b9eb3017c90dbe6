import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** The PIDs of the stream that the MUX makes; the EMMs' is announced in the CAT. */
export const catPid = 0x0001;
export const emmPid = 0x0601;
const patPid = 0x0000;
const networkPid = 0x0010;
const packetLength = 188;
const tablesEveryMs = 100;
/** The file begins again then. */
const mostOctets = 100 * 1024 * 1024;

/** CRC_32 of ISO/IEC 13818-1, bit by bit. */
const crc32 = (octets: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const octet of octets)
    for (let bit = 7; bit >= 0; bit -= 1) {
      const feedback = ((crc >>> 31) ^ (octet >> bit)) & 1;
      crc = ((crc << 1) ^ (feedback ? 0x04c11db7 : 0)) >>> 0;
    }
  return crc;
};

/** A section with the long header, version 0, and its CRC_32. */
const table = (tableId: number, extension: number, body: Buffer): Buffer => {
  const section = Buffer.alloc(8 + body.length + 4);
  section.writeUInt8(tableId, 0);
  section.writeUInt16BE(0xb000 | (section.length - 3), 1);
  section.writeUInt16BE(extension, 3);
  section.writeUInt8(0xc1, 5);
  section.set(body, 8);
  section.writeUInt32BE(crc32(section.subarray(0, -4)), section.length - 4);
  return section;
};

const uint16s = (...values: readonly number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.of(value >> 8, value & 0xff)));

/** Program 0 alone: the stream has no service, only EMMs. */
const programAssociation = table(0x00, 1, uint16s(0, 0xe000 | networkPid));
/** CA_descriptor (2.6.16) of the CA system, with the PID of its EMMs. */
const conditionalAccess = (caSystemId: number): Buffer =>
  table(0x01, 0xffff, Buffer.concat([Buffer.of(0x09, 4), uint16s(caSystemId, 0xe000 | emmPid)]));

export interface TransportStream {
  /** Sections of EMMs, one behind the other or each in packets of its own. */
  sections(sections: readonly Buffer[]): void;
  /** Packets of EMMs as they came, under a PID of the MUX's own. */
  packets(packets: readonly Buffer[]): void;
  close(): Promise<void>;
}

/** Writes a transport stream with PAT, CAT and the EMM PID to a file and to whoever listens. */
export const createTransportStream = (
  path: string,
  { caSystemId, isPacked }: { readonly caSystemId: number; readonly isPacked: boolean },
  written: (packet: Buffer) => void,
): TransportStream => {
  let file = createWriteStream(path);
  let fileOctets = 0;
  const counters = new Map<number, number>();
  let tablesAt = Number.NEGATIVE_INFINITY;

  const write = (packet: Buffer): void => {
    fileOctets += packet.length;
    if (fileOctets > mostOctets) {
      file.end();
      file = createWriteStream(path);
      fileOctets = packet.length;
    }
    file.write(packet);
    written(packet);
  };

  const count = (pid: number): number => {
    const counter = counters.get(pid) ?? 0;
    counters.set(pid, (counter + 1) % 16);
    return counter;
  };

  /** One section behind the other; only the first packet says where one begins, and the others where it matters. */
  const writeSections = (pid: number, sections: readonly Buffer[]): void => {
    const starts: number[] = [];
    let length = 0;
    for (const section of sections) {
      starts.push(length);
      length += section.length;
    }
    const octets = Buffer.concat(sections);
    for (let at = 0; at < length; ) {
      const start = starts.find((each) => each >= at && each < at + packetLength - 5);
      const room = packetLength - 4 - (start === undefined ? 0 : 1);
      const head = Buffer.of(0x47, (start === undefined ? 0 : 0x40) | (pid >> 8), pid & 0xff, 0x10 | count(pid));
      const pointer = start === undefined ? Buffer.alloc(0) : Buffer.of(start - at);
      const payload = octets.subarray(at, at + room);
      write(Buffer.concat([head, pointer, payload, Buffer.alloc(room - payload.length, 0xff)]));
      at += room;
    }
  };

  const writeTables = (): void => {
    if (performance.now() - tablesAt < tablesEveryMs) return;
    tablesAt = performance.now();
    writeSections(patPid, [programAssociation]);
    writeSections(catPid, [conditionalAccess(caSystemId)]);
  };

  return {
    sections: (sections) => {
      writeTables();
      if (isPacked) writeSections(emmPid, sections);
      else for (const section of sections) writeSections(emmPid, [section]);
    },
    packets: (packets) => {
      writeTables();
      for (const packet of packets) {
        const own = Buffer.from(packet);
        own.writeUInt16BE((own.readUInt16BE(1) & 0xe000) | emmPid, 1);
        own.writeUInt8((own.readUInt8(3) & 0xf0) | count(emmPid), 3);
        write(own);
      }
    },
    close: async () => {
      file.end();
      await once(file, 'close');
    },
  };
};
