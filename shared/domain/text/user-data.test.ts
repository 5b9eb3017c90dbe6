import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat8, concat16, parseUserData } from './user-data.ts';

const octets = (hex: string): Buffer => Buffer.from(hex, 'hex');
const concatenation = (hex: string) => {
  const parsed = parseUserData(octets(hex), true);
  return parsed.outcome === 'parsed' ? parsed.concatenation : parsed.reason;
};

test('without the header indicator every octet is data', () => {
  expect(parseUserData(octets('050003010201'), false)).toMatchObject({
    concatenation: null,
    data: octets('050003010201'),
  });
});

test('an 8-bit and a 16-bit reference are read', () => {
  expect(concatenation('0500036f020141')).toEqual({ referenceBits: 8, reference: 0x6f, total: 2, part: 1 });
  expect(concatenation('060804abcd030341')).toEqual({ referenceBits: 16, reference: 0xabcd, total: 3, part: 3 });
});

test('other elements may stand before it, and the data follows the header', () => {
  const parsed = parseUserData(octets('0b05040b8423f000036f0201beef'), true);
  expect(parsed).toMatchObject({ concatenation: { reference: 0x6f }, data: octets('beef') });
  if (parsed.outcome === 'parsed') expect(parsed.elements.map((e) => e.identifier)).toEqual([0x05, 0x00]);
});

test('of a reference that is there twice, the last counts', () => {
  expect(concatenation('0a0003010201000302020241')).toMatchObject({ reference: 2, part: 2 });
});

test('part 0, a part beyond the last and an element of another length number nothing', () => {
  expect(['050003010200', '050003010203', '0400020102', '050803010201'].map(concatenation)).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('a header longer than the data, or an element longer than the header, is malformed', () => {
  expect(concatenation('')).toBe('header-beyond-data');
  expect(concatenation('05000301')).toBe('header-beyond-data');
  expect(concatenation('0500040102013f')).toBe('element-beyond-header');
  expect(concatenation('0100')).toBe('element-beyond-header');
});

test('what was built is read', () => {
  fc.assert(
    fc.property(fc.nat(0xffff), fc.integer({ min: 1, max: 255 }), fc.nat(254), (reference, total, seed) => {
      const part = (seed % total) + 1;
      expect(concatenation(concat16.build(reference, total, part).toString('hex'))).toMatchObject({
        reference,
        total,
        part,
      });
      const narrow = reference & 0xff;
      expect(concatenation(concat8.build(reference, total, part).toString('hex'))).toMatchObject({
        reference: narrow,
        part,
      });
    }),
  );
});

test('no octets make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parsed = parseUserData(Buffer.from(bytes), true);
      if (parsed.outcome === 'parsed') expect(Buffer.concat([parsed.udh, parsed.data])).toEqual(Buffer.from(bytes));
    }),
  );
});
