import { catPid } from './transport-stream.ts';

/** What a receiver's hardware does: finds the PID of the EMMs of its CA system in the CAT, and gives their sections. */
export interface Demultiplexer {
  /** One packet of 188 octets. */
  packet(packet: Buffer): void;
}

/** Puts the sections of one PID together again; a packet that is missing loses what it had. */
const createAssembler = (found: (section: Buffer) => void) => {
  let open: Buffer | null = null;
  let expected = -1;

  const drain = (): void => {
    while (open && open.length >= 3) {
      if (open[0] === 0xff) open = null;
      else {
        const length: number = 3 + (open.readUInt16BE(1) & 0x0fff);
        if (open.length < length) return;
        found(open.subarray(0, length));
        open = open.subarray(length);
      }
    }
    if (open?.[0] === 0xff) open = null;
  };

  return (packet: Buffer) => {
    const isStart = (packet.readUInt8(1) & 0x40) !== 0;
    const counter = packet.readUInt8(3) & 0x0f;
    if (expected !== -1 && counter !== expected) open = null;
    expected = (counter + 1) % 16;
    const payload = packet.subarray(4);
    if (!isStart) {
      if (open) open = Buffer.concat([open, payload]);
      return drain();
    }
    const pointer = payload.readUInt8(0);
    if (open) {
      open = Buffer.concat([open, payload.subarray(1, 1 + pointer)]);
      drain();
    }
    open = payload.subarray(1 + pointer);
    drain();
  };
};

/** The EMM PID of a CA system in a CAT (ISO/IEC 13818-1, 2.4.4.6 and 2.6.16). */
const emmPidIn = (cat: Buffer, caSystemId: number): number | null => {
  for (let at = 8; at + 6 <= cat.length - 4; at += 2 + cat.readUInt8(at + 1))
    if (cat.readUInt8(at) === 0x09 && cat.readUInt16BE(at + 2) === caSystemId) return cat.readUInt16BE(at + 4) & 0x1fff;
  return null;
};

export const createDemultiplexer = (caSystemId: number, section: (section: Buffer) => void): Demultiplexer => {
  let emmPid: number | null = null;
  const assembleCat = createAssembler((cat) => {
    emmPid = emmPidIn(cat, caSystemId);
  });
  const assembleEmms = createAssembler(section);
  return {
    packet: (packet) => {
      const pid = packet.readUInt16BE(1) & 0x1fff;
      if (pid === catPid) assembleCat(packet);
      else if (pid === emmPid) assembleEmms(packet);
    },
  };
};
