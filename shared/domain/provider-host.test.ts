import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayBeAt, parseExemptHosts, refuseHost, refuseUrl } from './provider-host.ts';

test.each(['smsc.example.com', 'SMSC-1.example.com', '8.8.8.8', '2606:4700::1111'])(
  '%s may be a provider’s',
  (host) => {
    expect(refuseHost(host, [])).toBeUndefined();
  },
);

test.each([
  '127.0.0.1',
  '10.0.0.8',
  '169.254.169.254',
  '100.64.0.1',
  '::1',
  '::ffff:10.0.0.1',
  'fd00::1',
  'fe80::1%eth0',
])('%s is an internal address', (host) => {
  expect(refuseHost(host, [])).toMatch(/internal|neither/);
});

test.each([
  'localhost',
  'a.local',
  'db.internal',
  'x.HOME.ARPA',
  'smsc',
  '127.1',
  '0177.0.0.1',
  'a..b',
  '-a.example',
  'a_b.example',
  'a.example.',
])('%s is no host of the public internet', (host) => {
  expect(refuseHost(host, [])).toBeDefined();
});

test('only what is exempt by its whole name is exempt', () => {
  const exempt = parseExemptHosts(' 127.0.0.1, Test.Local ,');
  expect(refuseHost('127.0.0.1', exempt)).toBeUndefined();
  expect(refuseHost('TEST.local', exempt)).toBeUndefined();
  expect(refuseHost('127.0.0.2', exempt)).toBeDefined();
  expect(refuseHost('a.test.local', exempt)).toBeDefined();
  expect(parseExemptHosts('')).toEqual([]);
});

test('nothing makes it throw', () => {
  fc.assert(fc.property(fc.string(), (host) => void refuseHost(host, ['10.0.0.0/8', '::1'])));
});

describe('a network that is exempt', () => {
  const exempt = parseExemptHosts('10.20.0.0/16, 100.64.0.0/10, fd12:3456::/32, 192.168.7.9');

  test.each(['10.20.0.1', '10.20.255.255', '100.64.3.4', 'fd12:3456:1::1', '192.168.7.9', '8.8.8.8'])(
    'lets %s through',
    (address) => {
      expect(mayBeAt(address, exempt)).toBe(true);
      expect(refuseHost(address, exempt)).toBeUndefined();
    },
  );

  test.each([
    '10.21.0.1',
    '192.168.7.8',
    'fd12:3457::1',
    '::ffff:10.20.0.1',
    '127.0.0.1',
    'fe80::1',
    '10.20.0.1.example',
  ])('does not let %s through', (address) => {
    expect(mayBeAt(address, exempt)).toBe(false);
  });

  test.each([
    '169.254.169.254',
    '169.254.170.2',
    '127.0.0.1',
    '0.0.0.0',
    '::1',
    'fe80::1',
    'fd00:ec2::254',
    '224.0.0.1',
  ])('however wide never lets %s through', (address) => {
    expect(mayBeAt(address, parseExemptHosts('0.0.0.0/0, ::/0'))).toBe(false);
  });

  test('must be one', () => {
    for (const text of ['10.0.0.0/33', '10.0.0/x', 'a.example/8', '/'])
      expect(() => parseExemptHosts(text)).toThrow(text);
  });
});

test('only a host that is exempt by itself is let off https', () => {
  const exempt = parseExemptHosts('10.20.0.0/16, 127.0.0.1, ::1');
  expect(refuseUrl(new URL('http://127.0.0.1:99/x'), exempt)).toBeUndefined();
  expect(refuseUrl(new URL('http://[::1]/x'), exempt)).toBeUndefined();
  expect(refuseUrl(new URL('https://10.20.0.1/x'), exempt)).toBeUndefined();
  expect(refuseUrl(new URL('http://10.20.0.1/x'), exempt)).toContain('https://');
  expect(refuseUrl(new URL('https://10.21.0.1/x'), exempt)).toContain('internal address');
  expect(refuseUrl(new URL('https://a:b@127.0.0.1/x'), exempt)).toContain('password');
  expect(refuseUrl(new URL('ftp://127.0.0.1/x'), exempt)).toContain('https://');
});
