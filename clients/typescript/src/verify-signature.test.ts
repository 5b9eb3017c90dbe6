import { expect, test } from 'vitest';
import { signCallback } from '#shared/domain/callback-signature.ts';
import { verifySignature } from './verify-signature.ts';

const body = '{"id":"1"}';
const now = 1_795_000_000;
const header = signCallback({ body, at: now, secrets: ['new', 'old'] });

test('what Signalbox signed is taken, under either secret', () => {
  for (const secret of ['new', 'old']) expect(verifySignature({ header, body, secrets: [secret], now })).toBe(true);
  expect(verifySignature({ header, body: Buffer.from(body), secrets: ['other', 'old'], now })).toBe(true);
});

test.each([
  ['another body', { body: `${body} ` }],
  ['another secret', { secrets: ['guess'] }],
  ['no secret', { secrets: [] }],
  ['no header', { header: undefined }],
  ['a header that is none', { header: 'v1=abc' }],
  ['another time', { header: header.replace(`${now}`, `${now + 1}`) }],
  ['a signature of six minutes ago', { now: now + 360 }],
  ['a signature from ahead of its time', { now: now - 360 }],
])('%s is refused', (_what, given) => {
  expect(verifySignature({ header, body, secrets: ['new'], now, ...given })).toBe(false);
});
