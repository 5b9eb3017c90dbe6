import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { signCallback, verifyCallback } from './callback-signature.ts';

const secret = fc.string({ minLength: 1 });
const at = fc.integer({ min: 0, max: 4_000_000_000 });

test('what was signed verifies under each of its secrets, within the tolerance', () => {
  fc.assert(
    fc.property(fc.string(), at, secret, secret, fc.integer({ min: -300, max: 300 }), (body, time, a, b, off) => {
      const header = signCallback({ body, at: time, secrets: [a, b] });
      expect(verifyCallback({ header, body, secret: a, now: time + off })).toBe(true);
      expect(verifyCallback({ header, body, secret: b, now: time + off })).toBe(true);
    }),
  );
});

test('another body, secret or time does not verify', () => {
  fc.assert(
    fc.property(fc.string(), at, secret, (body, time, key) => {
      const header = signCallback({ body, at: time, secrets: [key] });
      expect(verifyCallback({ header, body: `${body} `, secret: key, now: time })).toBe(false);
      expect(verifyCallback({ header, body, secret: `${key}!`, now: time })).toBe(false);
      const later = header.replace(/^t=\d+/, `t=${time + 1}`);
      expect(verifyCallback({ header: later, body, secret: key, now: time })).toBe(false);
    }),
  );
});

test('a signature that is too old or from too far ahead does not verify', () => {
  const header = signCallback({ body: '{}', at: 1_000, secrets: ['s'] });
  const verify = (now: number) => verifyCallback({ header, body: '{}', secret: 's', now });
  expect([699, 700, 1_300, 1_301].map(verify)).toEqual([false, true, true, false]);
});

test('the header is the time and the HMAC-SHA256 of "t.body", as anyone can compute it', () => {
  const tag = createHmac('sha256', 's').update('1795251600.{"id":"1"}').digest('hex');
  expect(signCallback({ body: '{"id":"1"}', at: 1_795_251_600, secrets: ['s'] })).toBe(`t=1795251600,v1=${tag}`);
});

test('no header makes the check throw, and none that was not signed passes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^(t=\d{1,4},?|v1=[0-9a-f]{0,64},?)*$/)), (header) => {
      expect(verifyCallback({ header, body: '', secret: 's', now: 0, tolerance: 1e9 })).toBe(false);
    }),
  );
});

test('nothing is signed without a secret', () => {
  expect(() => signCallback({ body: '', at: 0, secrets: [] })).toThrow(RangeError);
});
