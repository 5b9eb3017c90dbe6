import type { LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { createProviderReach } from './provider-reach.ts';

const resolve = (lookup: LookupFunction | undefined, host: string) =>
  new Promise((found, failed) => {
    lookup?.(host, { all: true }, (error, addresses) => (error ? failed(error) : found(addresses)));
  });

const reachOf = (exempt: readonly string[], ...addresses: readonly string[]) =>
  createProviderReach(exempt, async () => addresses).lookupOf('smsc.example.com');

test('a name leads to public addresses, and into a network that is exempt', async () => {
  expect(await resolve(reachOf([], '8.8.8.8', '2606:4700::1111'), 'smsc.example.com')).toEqual([
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1111', family: 6 },
  ]);
  expect(await resolve(reachOf(['10.20.0.0/16'], '10.20.3.4'), 'smsc.example.com')).toEqual([
    { address: '10.20.3.4', family: 4 },
  ]);
});

test.each([
  [[], ['10.20.3.4']],
  [['10.20.0.0/16'], ['10.21.0.1']],
  [['10.20.0.0/16'], ['10.20.3.4', '10.21.0.1']],
  [['0.0.0.0/0'], ['169.254.169.254']],
  [['127.0.0.2'], ['127.0.0.1']],
])(
  'with %j exempt a name that resolves to %j is refused, and the words name the address',
  async (exempt, addresses) => {
    await expect(resolve(reachOf(exempt, ...addresses), 'smsc.example.com')).rejects.toThrow(
      `smsc.example.com resolves to ${addresses.at(-1)}, which is internal and not exempt`,
    );
  },
);

test('a name that is exempt by itself is left to the system', () => {
  expect(createProviderReach(['smsc.internal']).lookupOf('SMSC.internal')).toBeUndefined();
});
