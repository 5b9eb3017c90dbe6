import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExemptHosts, refuseHost } from './provider-host.ts';

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
  fc.assert(fc.property(fc.string(), (host) => void refuseHost(host, [])));
});
