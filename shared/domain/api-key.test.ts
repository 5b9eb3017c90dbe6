import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isGenuine, issueApiKey, parseApiKey, toBase32 } from './api-key.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const newKey = fc.record({
  keyId: bytes(8).map(toBase32),
  secret: bytes(20).map(toBase32),
  pepper: fc.string({ minLength: 1 }),
  test: fc.boolean(),
});

test('a key that was issued parses into what it was made of, and is genuine', () => {
  fc.assert(
    fc.property(newKey, (made) => {
      const key = parseApiKey(issueApiKey(made));
      expect(key).toMatchObject({ keyId: made.keyId, secret: made.secret, test: made.test });
      expect(key && isGenuine(key, made.pepper)).toBe(true);
    }),
  );
});

test('a key changed in one character is not genuine', () => {
  fc.assert(
    fc.property(newKey, fc.nat(), fc.constantFrom('a', 'b', '2', '3', '_', 'Z'), (made, place, replacement) => {
      const text = issueApiKey(made);
      const at = place % text.length;
      const changed = text.slice(0, at) + replacement + text.slice(at + 1);
      fc.pre(changed !== text);
      const key = parseApiKey(changed);
      expect(key !== undefined && isGenuine(key, made.pepper)).toBe(false);
    }),
  );
});

test('a test key does not become a live one by losing its mark', () => {
  const made = { keyId: 'abcdefghijklm', secret: toBase32(new Uint8Array(20)), pepper: 'pepper', test: true };
  const key = parseApiKey(issueApiKey(made).replace('test_', ''));
  expect(key && isGenuine(key, 'pepper')).toBe(false);
});

test('the check of a key is the same on every machine', () => {
  const key = issueApiKey({ keyId: 'abcdefghijklm', secret: 'a'.repeat(32), pepper: 'pepper' });
  expect(key).toMatchInlineSnapshot(`"sbk_abcdefghijklm_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_49d54a07"`);
});

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseApiKey(text)).toBeUndefined();
      expect(parseApiKey(`sbk_${text}`)).toBeUndefined();
    }),
  );
  expect(parseApiKey(`sbk_${'a'.repeat(1_000_000)}`)).toBeUndefined();
});

test('a key with too short a secret is not issued', () => {
  expect(() => issueApiKey({ keyId: 'abcdefghijklm', secret: 'short', pepper: 'p' })).toThrow(RangeError);
  expect(() => issueApiKey({ keyId: 'ABC', secret: 'a'.repeat(32), pepper: 'p' })).toThrow(RangeError);
});

test('base32 is that of RFC 4648, lower case and without padding', () => {
  const vectors = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase32(Buffer.from(text)));
  expect(vectors).toEqual(['', 'my', 'mzxq', 'mzxw6', 'mzxw6yq', 'mzxw6ytb', 'mzxw6ytboi']);
});
