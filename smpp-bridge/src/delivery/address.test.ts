import { expect, test } from 'vitest';
import { destinationAddress, sourceAddress } from './address.ts';

test.each([
  ['Signalbox', 5, 0],
  ['1a', 5, 0],
  ['12345', 3, 1],
  ['491700000001', 1, 1],
])('the sender %s has TON %i and NPI %i', (sender, ton, npi) => {
  expect(sourceAddress(sender)).toEqual({ ton, npi, addr: sender });
});

test('a recipient is international E.164', () => {
  expect(destinationAddress('491700000001')).toEqual({ ton: 1, npi: 1, addr: '491700000001' });
});
