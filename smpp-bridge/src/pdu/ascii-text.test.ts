import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiText } from './ascii-text.ts';

test('the characters are those of the octets, wherever they stand and however many they are', () => {
  const octets = fc.uint8Array({ maxLength: 60, max: 0x7f }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(octets, fc.nat(60), fc.nat(60), (whole, from, length) => {
      const start = Math.min(from, whole.length);
      const end = Math.min(start + length, whole.length);
      expect(asciiText(whole, start, end)).toBe(whole.toString('latin1', start, end));
    }),
    { numRuns: 1_000 },
  );
});
