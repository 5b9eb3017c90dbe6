import { expect, test } from 'vitest';
import { countryOf } from './phone-number.ts';

test.each([
  ['491701234567', 'DE'],
  ['12025550123', 'US'],
  ['14165550123', 'CA'],
  ['442079460123', 'GB'],
  ['7701234567890', undefined],
  ['88213300001', null],
  ['999123456', undefined],
  ['4917', undefined],
])('%s is of %s', (number, country) => {
  expect(countryOf(number)).toBe(country);
});

test('a number that is possible, and not known to be assigned, is of the main country of its calling code', () => {
  expect(countryOf('447700900123')).toBe('GB');
});
