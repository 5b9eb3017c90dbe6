import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCallbackUrl, checkNewCallbackUrl, parseExemptOrigins } from './callback-url.ts';

describe('a callback URL', () => {
  test.each([
    'https://example.com/hook?a=b',
    'https://example.com:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://localhost.example.com/',
  ])('%s is taken', (url) => {
    expect(checkCallbackUrl(url, [])).toMatchObject({ outcome: 'ok', exempt: false });
  });

  test.each([
    ['', 'malformed'],
    ['example.com', 'malformed'],
    ['https://', 'malformed'],
    ['http://example.com/', 'not-https'],
    ['ftp://example.com/', 'not-https'],
    ['file:///etc/passwd', 'not-https'],
    ['https://user@example.com/', 'has-credentials'],
    ['https://:secret@example.com/', 'has-credentials'],
    ['https://example.com:25/', 'port-not-allowed'],
    ['https://example.com:0/', 'port-not-allowed'],
    ['https://localhost/', 'host-not-public'],
    ['https://LOCALHOST./', 'host-not-public'],
    ['https://a.localhost/', 'host-not-public'],
    ['https://printer.local/', 'host-not-public'],
    ['https://metadata.google.internal/', 'host-not-public'],
    ['https://127.0.0.1/', 'host-not-public'],
    ['https://127.1/', 'host-not-public'],
    ['https://0x7f000001/', 'host-not-public'],
    ['https://2130706433/', 'host-not-public'],
    ['https://0177.0.0.1/', 'host-not-public'],
    ['https://0300.0250.0.1/', 'host-not-public'],
    ['https://0xa9.0xfe.0xa9.0xfe/', 'host-not-public'],
    ['https://2852039166/', 'host-not-public'],
    ['https://0/', 'host-not-public'],
    ['https://0.0.0.0/', 'host-not-public'],
    ['https://127.0.0.1./', 'host-not-public'],
    ['https://127%2e0%2e0%2e1/', 'host-not-public'],
    ['https://127。0。0。1/', 'host-not-public'],
    ['https://printer.local./', 'host-not-public'],
    ['https://Metadata.Google.Internal./', 'host-not-public'],
    ['https://example.com@127.0.0.1/', 'has-credentials'],
    ['https://example.com%40@127.0.0.1/', 'has-credentials'],
    ['https://１２７.0.0.1/', 'host-not-public'],
    ['https://169.254.169.254/latest/meta-data/', 'host-not-public'],
    ['https://10.0.0.1/', 'host-not-public'],
    ['https://[::1]/', 'host-not-public'],
    ['https://[::ffff:127.0.0.1]/', 'host-not-public'],
    ['https://[fd00:ec2::254]/', 'host-not-public'],
    ['https://[fd00::1]/', 'host-not-public'],
    ['https://[fe80::1]/', 'host-not-public'],
    ['https://[fe80::1%25eth0]/', 'malformed'],
    ['https://[::]/', 'host-not-public'],
    ['https://[::127.0.0.1]/', 'host-not-public'],
    ['https://[::ffff:a9fe:a9fe]/', 'host-not-public'],
    ['https://[0:0:0:0:0:ffff:169.254.169.254]/', 'host-not-public'],
    ['https://[64:ff9b::169.254.169.254]/', 'host-not-public'],
    ['https://[2002:7f00:1::]/', 'host-not-public'],
    [`https://example.com/${'a'.repeat(2_048)}`, 'too-long'],
  ])('%s is refused: %s', (url, reason) => {
    expect(checkCallbackUrl(url, [])).toEqual({ outcome: 'refused', reason });
  });

  test.each([
    ['https://example.com\\@127.0.0.1/', 'example.com'],
    ['https://example.com/@127.0.0.1/', 'example.com'],
    ['https://example.com#@127.0.0.1/', 'example.com'],
    ['https://example.com?@127.0.0.1/', 'example.com'],
  ])('is called at the host that was checked, whatever looks like another: %s', (text, host) => {
    expect(checkCallbackUrl(text, [])).toMatchObject({ outcome: 'ok', url: { hostname: host } });
  });

  test('of an exempt origin is taken, and of its neighbour port is not', () => {
    const exempt = parseExemptOrigins('http://127.0.0.1:4711, http://localhost:80/');
    expect(exempt).toEqual(['http://127.0.0.1:4711', 'http://localhost']);
    expect(checkCallbackUrl('http://127.0.0.1:4711/hook', exempt)).toMatchObject({ outcome: 'ok', exempt: true });
    expect(checkCallbackUrl('http://localhost/', exempt)).toMatchObject({ outcome: 'ok', exempt: true });
    expect(checkCallbackUrl('http://127.0.0.1:4712/hook', exempt)).toMatchObject({ outcome: 'refused' });
    expect(checkCallbackUrl('https://127.0.0.1:4711/hook', exempt)).toMatchObject({ outcome: 'refused' });
    expect(checkCallbackUrl('http://a@127.0.0.1:4711/', exempt)).toMatchObject({ reason: 'has-credentials' });
  });
});

describe('a callback URL that is being set', () => {
  test.each(['https://example.com/', 'https://example.com:443/hook', 'http://127.0.0.1:4711/hook'])(
    '%s is taken',
    (url) => {
      expect(checkNewCallbackUrl(url, ['http://127.0.0.1:4711'])).toMatchObject({ outcome: 'ok' });
    },
  );

  test.each([
    ['https://example.com:8443/', 'port-not-allowed'],
    ['https://example.com:80/', 'port-not-allowed'],
    ['https://127.0.0.1/', 'host-not-public'],
  ])('%s is refused: %s', (url, reason) => {
    expect(checkNewCallbackUrl(url, [])).toEqual({ outcome: 'refused', reason });
  });
});

test('no exempt origins is none', () => {
  expect(parseExemptOrigins('')).toEqual([]);
  expect(() => parseExemptOrigins('nonsense')).toThrow(TypeError);
});

test('no text makes the check throw, and what is taken is https without credentials', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })), (text) => {
      const check = checkCallbackUrl(text, []);
      if (check.outcome === 'ok') expect(check.url.protocol + check.url.username).toBe('https:');
    }),
  );
});
