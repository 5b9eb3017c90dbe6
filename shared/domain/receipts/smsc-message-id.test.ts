import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { identify, rankMatch } from './smsc-message-id.ts';

const rank = (left: string, right: string): number => rankMatch(identify(left), identify(right));

test('the same characters match best', () => {
  expect(rank('a-1.B_2', 'a-1.B_2')).toBe(3);
});
test('case and leading zeros do not part two ids', () => {
  expect([rank('00aBc', 'ABC'), rank('007', '7'), rank('X-1', 'x-1')]).toEqual([2, 2, 2]);
});
test('hexadecimal in the response matches decimal in the receipt, and the reverse', () => {
  expect([rank('ff', '255'), rank('255', '00FF'), rank('0010', '16')]).toEqual([1, 1, 1]);
});
test('ids of 2^63 and above keep every digit', () => {
  expect(rank('8000000000000001', '9223372036854775809')).toBe(1);
  expect(rank('8000000000000001', '9223372036854775808')).toBe(0);
});
test('zeros are stripped from nothing but numbers', () => {
  expect([rank('00x1', 'x1'), rank('0-1', '1'), rank('', '0')]).toEqual([0, 0, 0]);
});
test('an id is read as decimal only when it is all digits', () => {
  expect(identify('0012')).toEqual({ exact: '0012', folded: '0012', asDecimal: '12', asHexadecimal: '18' });
  expect(identify('1f')).toMatchObject({ asDecimal: null, asHexadecimal: '31' });
  expect(identify('1 2')).toMatchObject({ asDecimal: null, asHexadecimal: null });
});

const hexadecimal = fc.bigInt({ min: 0n, max: 2n ** 80n }).map((value) => value.toString(16));
const id = fc.oneof(hexadecimal, fc.string({ maxLength: 64 }), fc.stringMatching(/^[0-9a-fA-F]{1,6}$/));

test('matching is the same both ways', () => {
  fc.assert(fc.property(id, id, (left, right) => rank(left, right) === rank(right, left)));
});
test('every way of writing one number matches', () => {
  const value = fc.bigInt({ min: 0n, max: 2n ** 72n });
  fc.assert(
    fc.property(value, fc.nat(10), (number, zeros) => {
      const hex = number.toString(16);
      expect(rank(hex.toUpperCase(), hex.padStart(zeros, '0'))).toBeGreaterThan(1);
      expect(rank(hex.padStart(zeros, '0'), number.toString())).toBeGreaterThan(0);
    }),
  );
});
