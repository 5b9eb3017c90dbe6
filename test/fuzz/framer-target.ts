import assert from 'node:assert/strict';
import { createFramer, FrameError } from '../../smpp-bridge/src/pdu/framer.ts';
import { headerLength, maxPduLength } from '../../smpp-bridge/src/pdu/pdu.ts';
import type { FuzzTarget } from './fuzz-target.ts';

interface Framed {
  readonly frames: readonly Buffer[];
  readonly fault: number | undefined;
  readonly partial: boolean;
}

/** Feeds octets in chunks of these lengths, over and over. */
const framesOf = (octets: Buffer, chunks: readonly number[]): Framed => {
  const framer = createFramer();
  const frames: Buffer[] = [];
  let offset = 0;
  try {
    for (let n = 0; offset < octets.length; n++) {
      const end = offset + Math.max(1, chunks[n % chunks.length] ?? 1);
      const chunk = Buffer.from(octets.subarray(offset, end));
      framer.feed(chunk, (frame) => frames.push(Buffer.from(frame)));
      offset = end;
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { frames, fault: error.commandLength, partial: false };
  }
  return { frames, fault: undefined, partial: framer.partial };
};

/** Frames are the octets themselves, cut where each command_length says, and do not depend on the chunks. */
export const framerTarget: FuzzTarget = {
  name: 'framer',
  probe: (octets) => {
    // The first octets of the input say how the rest comes in.
    const chunks = [...octets.subarray(0, 4)];
    const stream = octets.subarray(4);
    const whole = framesOf(stream, [stream.length]);
    assert.deepEqual(framesOf(stream, chunks), whole);
    const joined = Buffer.concat(whole.frames);
    assert.ok(stream.subarray(0, joined.length).equals(joined), 'a frame is not what came');
    for (const frame of whole.frames) assert.equal(frame.readUInt32BE(0), frame.length);
    if (whole.fault !== undefined) assert.ok(whole.fault < headerLength || whole.fault > maxPduLength);
    else assert.equal(whole.partial, joined.length < stream.length);
    return `${Math.min(whole.frames.length, 8)} ${whole.fault === undefined} ${whole.partial}`;
  },
};
