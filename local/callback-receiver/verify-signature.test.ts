import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifySignature } from './verify-signature.ts';

const now = 1_795_250_520;
const body = Buffer.from('{"id":"1","text":"ü"}');
const sign = (secret: string, time = now): string =>
  createHmac('sha256', secret).update(`${time}.${body.toString()}`).digest('hex');
const verify = (header: string | undefined, secrets: readonly string[] = ['s1']) =>
  verifySignature({ header, body, secrets, now });

test('a signature made by another program verifies', () => {
  // printf '1795250520.{"a":1}' | openssl dgst -sha256 -hmac secret
  const header = 't=1795250520,v1=ed8e4846b61106d4e73422f592e8503fab6811e25a33103a3c1796343a1003dc';
  expect(verifySignature({ header, body: Buffer.from('{"a":1}'), secrets: ['secret'], now })).toBe('valid');
});
test('a signature of t.body under a known secret is valid', () => {
  expect(verify(`t=${now},v1=${sign('s1')}`)).toBe('valid');
});
test('while a secret is being replaced, either secret and either v1 will do', () => {
  expect(verify(`t=${now},v1=${sign('s2')}`, ['s1', 's2'])).toBe('valid');
  expect(verify(`t=${now},v1=${sign('s2')},v1=${sign('s1')}`)).toBe('valid');
});
test('another secret, body or time is invalid', () => {
  expect(verify(`t=${now},v1=${sign('s2')}`)).toBe('invalid');
  expect(verify(`t=${now + 1},v1=${sign('s1')}`)).toBe('invalid');
  expect(verifySignature({ header: `t=${now},v1=${sign('s1')}`, body: Buffer.from('{}'), secrets: ['s1'], now })).toBe(
    'invalid',
  );
});
test('five minutes are the most', () => {
  const at = (time: number) => verify(`t=${time},v1=${sign('s1', time)}`);
  expect([at(now - 300), at(now - 301), at(now + 300), at(now + 301)]).toEqual([
    'valid',
    'expired',
    'valid',
    'expired',
  ]);
});
test('what cannot be checked is told apart', () => {
  expect(verify(undefined)).toBe('missing');
  expect(verify(`t=${now},v1=${sign('s1')}`, [])).toBe('no-secret');
  for (const header of [
    '',
    `t=${now}`,
    `v1=${sign('s1')}`,
    `t=x,v1=${sign('s1')}`,
    `t=${now},v1=${sign('s1').slice(2)}`,
  ])
    expect(verify(header)).toBe('malformed');
});
test('no header makes it throw', () => {
  fc.assert(fc.property(fc.string(), (header) => verify(header) !== 'valid'));
});
