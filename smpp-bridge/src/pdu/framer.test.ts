import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFramer, FrameError } from './framer.ts';
import { headerLength, maxPduLength } from './pdu.ts';

const frame = (length: number, fill = 0): Buffer => {
  const octets = Buffer.alloc(length, fill);
  octets.writeUInt32BE(length, 0);
  return octets;
};

/** Feeds a stream cut at the given sizes; gives the frames, and the length of the fault that ended them. */
const framesOf = (stream: Buffer, cuts: readonly number[]) => {
  const framer = createFramer();
  const frames: Buffer[] = [];
  let offset = 0;
  let fault: number | undefined;
  for (let i = 0; offset < stream.length && fault === undefined; i++) {
    const end = Math.min(stream.length, offset + (cuts[i % cuts.length] ?? stream.length));
    // A chunk of its own, overwritten afterwards where the framer must have copied, would show a stale view.
    const chunk = Buffer.from(stream.subarray(offset, end));
    offset = end;
    try {
      framer.feed(chunk, (found) => frames.push(Buffer.from(found)));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      fault = error.commandLength;
    }
  }
  return { frames, fault, partial: framer.partial };
};

const anyFrame = fc
  .tuple(
    fc.oneof(fc.integer({ min: headerLength, max: 60 }), fc.integer({ min: headerLength, max: 5000 })),
    fc.nat(255),
  )
  .map(([length, fill]) => frame(length, fill));
const anyCuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 });

test('the frames do not depend on how the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 12 }), anyCuts, fc.nat(15), (frames, cuts, rest) => {
      const stream = Buffer.concat([...frames, frame(headerLength).subarray(0, rest)]);
      const found = framesOf(stream, cuts);
      expect(found.frames).toEqual(frames);
      expect(found.fault).toBeUndefined();
      expect(found.partial).toBe(rest > 0);
    }),
    { numRuns: 500 },
  );
});

test('any octets give the same frames and the same fault however they are cut, and no other error', () => {
  const anyStream = fc
    .array(
      fc.oneof(
        anyFrame,
        fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets)),
      ),
      { maxLength: 6 },
    )
    .map((pieces) => Buffer.concat(pieces));
  fc.assert(
    fc.property(anyStream, anyCuts, (stream, cuts) => {
      const whole = framesOf(stream, [stream.length || 1]);
      const cut = framesOf(stream, cuts);
      expect(cut.frames).toEqual(whole.frames);
      expect(cut.fault).toBe(whole.fault);
    }),
    { numRuns: 1000 },
  );
});

test.each([0, 2, 4, 8, 15, maxPduLength + 1, 0x7fffffff, 0xffffffff])(
  'a command_length of %d is fatal, after the frames before it',
  (commandLength) => {
    const bad = Buffer.alloc(headerLength);
    bad.writeUInt32BE(commandLength, 0);
    for (const cuts of [[1], [3], [1000]]) {
      const found = framesOf(Buffer.concat([frame(20), bad]), cuts);
      expect(found.frames).toHaveLength(1);
      expect(found.fault).toBe(commandLength);
    }
  },
);

test('after a fault a framer takes nothing more', () => {
  const framer = createFramer();
  const feed = (octets: Buffer) => framer.feed(octets, () => expect.unreachable());
  expect(() => feed(Buffer.alloc(4))).toThrow(FrameError);
  expect(() => feed(frame(16))).toThrow(FrameError);
});

test('the shortest and the longest PDU are taken', () => {
  const stream = Buffer.concat([frame(headerLength), frame(maxPduLength), frame(headerLength)]);
  expect(framesOf(stream, [1460]).frames.map((found) => found.length)).toEqual([
    headerLength,
    maxPduLength,
    headerLength,
  ]);
});

test('a frame that came in one piece is a view, not a copy', () => {
  const chunk = Buffer.concat([frame(20), frame(30)]);
  const frames: Buffer[] = [];
  createFramer().feed(chunk, (found) => frames.push(found));
  expect(frames.map((found) => found.buffer === chunk.buffer)).toEqual([true, true]);
});
