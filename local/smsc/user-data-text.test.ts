import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText, encodeText, partNumberOf, splitHeader } from './user-data-text.ts';

test('text is read by its data_coding, and what is no text is not', () => {
  expect(decodeText(0, Buffer.from([0x1b, 0x65, 0x00, 0x1b, 0x3c, 0x7e]))).toBe('€@[ü');
  expect(decodeText(8, Buffer.from('d83dde1c0041', 'hex'))).toBe('😜A');
  expect(decodeText(3, Buffer.from([0xe4]))).toBe('ä');
  expect([decodeText(4, Buffer.from('x')), decodeText(0xf6, Buffer.from('x'))]).toEqual([null, null]);
});
test('part numbers are read with either reference, behind other elements', () => {
  expect(partNumberOf(Buffer.from('0500036f0201', 'hex'))).toMatchObject({ reference: 0x6f, total: 2, number: 1 });
  expect(partNumberOf(Buffer.from('0c05040b8423f00804abcd0302', 'hex'))).toMatchObject({
    reference: 0xabcd,
    number: 2,
  });
  expect(partNumberOf(Buffer.from('0605040b8423f0', 'hex'))).toBeNull();
});
test('a header longer than all there is counts as data', () => {
  expect(splitHeader(Buffer.from([9, 1, 2]), true)).toMatchObject({
    udh: Buffer.alloc(0),
    data: Buffer.from([9, 1, 2]),
  });
});
test('long text is split into parts that are read as the same text', () => {
  const text = fc
    .array(fc.constantFrom('a', '€', 'ő', '😜'), { maxLength: 300 })
    .map((characters) => characters.join(''));
  fc.assert(
    fc.property(text, (whole) => {
      const { dataCoding, pieces } = encodeText(whole, 7);
      expect(pieces.map(({ data }) => decodeText(dataCoding, data)).join('')).toBe(whole);
      const most = dataCoding === 0 ? 160 : 140;
      for (const { udh, data } of pieces)
        expect(udh.length + data.length).toBeLessThanOrEqual(udh.length > 0 ? most - (dataCoding === 0 ? 1 : 0) : most);
    }),
  );
});
