import fc from 'fast-check';
import { expect, test } from 'vitest';
import { portHeader } from './port-header.ts';
import { parseUserData } from './user-data.ts';

test('the header of a port is one element of application port addressing, 16 bit', () => {
  expect(portHeader(16_000).toString('hex')).toBe('0605043e803e80');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffff }), fc.uint8Array(), (port, data) => {
      const parsed = parseUserData(Buffer.concat([portHeader(port), data]), true);
      if (parsed.outcome !== 'parsed') throw new Error(parsed.reason);
      expect(parsed.elements).toHaveLength(1);
      expect(parsed.elements[0]?.identifier).toBe(0x05);
      expect(parsed.elements[0]?.value.readUInt16BE(0)).toBe(port);
      expect(parsed.data).toEqual(Buffer.from(data));
    }),
  );
});
