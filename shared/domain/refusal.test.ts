import fc from 'fast-check';
import { expect, test } from 'vitest';
import { httpRefusal, httpStatusOf, refusalIn, refusalText } from './refusal.ts';

test('the history says what was answered in the words of who answered', () => {
  expect(refusalText(0x45)).toBe('command_status 0x00000045');
  expect(refusalText(httpRefusal(503))).toBe('http_status 503');
  expect([httpStatusOf(0x45), httpStatusOf(httpRefusal(429))]).toEqual([undefined, 429]);
});

test('every refusal is read back from its text, and nothing else is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffffffff }), (refusal) => refusalIn(refusalText(refusal)) === refusal),
  );
  expect(refusalIn('response-timeout')).toBeUndefined();
});
