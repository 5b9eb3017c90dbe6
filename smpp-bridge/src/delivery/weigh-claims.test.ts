import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Delivery } from './parse-delivery.ts';
import { weighClaims } from './weigh-claims.ts';

const delivery = (parts: number): Delivery => ({ accepted: { parts } }) as Delivery;
const weights = (claims: Delivery[][]) => claims.map((claim) => claim.map(({ accepted }) => accepted.parts));

test('claims are as few as 600 parts allow, in order', () => {
  expect(weights(weighClaims([255, 255, 90, 1, 255].map(delivery)))).toEqual([
    [255, 255, 90],
    [1, 255],
  ]);
  expect(weighClaims([])).toEqual([]);
});

test('nothing is left out, and no claim is too heavy', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 255 })), (parts) => {
      const claims = weights(weighClaims(parts.map(delivery)));
      expect(claims.flat()).toEqual(parts);
      expect(claims.every((claim) => claim.reduce((a, b) => a + b, 0) <= 600)).toBe(true);
    }),
  );
});
