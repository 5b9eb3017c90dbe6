import { expect, test } from 'vitest';
import { countryOfPrefix } from './country-of-prefix.ts';

test.each([
  ['49', 'DE', 'Germany'],
  ['49170', 'DE', 'Germany'],
  ['34', 'ES', 'Spain'],
  ['351', 'PT', 'Portugal'],
])('numbers that begin with %s are those of %s', (prefix, code, name) => {
  expect(countryOfPrefix(prefix)).toEqual({ code, name });
});

test.each(['1', '1242', '7', '44', '3', '35', '999'])('no one country is named for %s', (prefix) => {
  expect(countryOfPrefix(prefix)).toBeNull();
});
