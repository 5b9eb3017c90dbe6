import { afterEach, expect, test } from 'vitest';
import type { Fleet } from '#shared/adapters/read-fleet.ts';
import { type Provider, SmppSettings } from '#shared/contracts/providers.ts';
import { type FleetKeeper, keepFleet } from './fleet-keeper.ts';
import type { ProviderLink } from './provider-link.ts';
import { claimOf } from './test-link.ts';

const providerOf = (name: string, revision = 1): Provider => ({
  ...({ name, kind: 'smpp', revision, secret_set_at: null } as const),
  settings: SmppSettings.parse({ host: '127.0.0.1', port: 2775, system_id: 'box' }),
});

const fleetOf = (version: string, providers: readonly Provider[], faults: Fleet['faults'] = []): Fleet => ({
  version,
  providers,
  faults,
  partsPerSecond: null,
  routing: {
    providers: new Set([...providers.map(({ name }) => name), ...faults.map(({ provider }) => provider)]),
    routes: [
      {
        ...{ id: 'r', prefix: '', client_id: null, kind: null, priority: null },
        candidates: ['a', 'b'].map((provider) => ({ provider, weight: 100 })),
      },
    ],
    prices: {},
    statistics: {},
    weights: { price: 1, success: 1, latency: 1 },
  },
});

let keeper: FleetKeeper | undefined;
afterEach(() => keeper?.stop(0));

/** A world whose fleet is changed by the test, and what was done to links. */
const keep = (first: Fleet, passwordOf: (name: string) => string | null = () => 'secret08') => {
  const calls: string[] = [];
  let fleet = first;
  let faults: ReadonlyMap<string, string> = new Map();
  keeper = keepFleet(
    {
      read: async (known) => (known === fleet.version ? null : fleet),
      readPassword: async (name) => passwordOf(name),
      start: ({ provider: { name, revision } }) => {
        calls.push(`start ${name} ${revision}`);
        const link: Partial<ProviderLink> = {
          name,
          change: ({ provider }) => void calls.push(`change ${name} ${provider.revision}`),
          close: () => void calls.push(`close ${name}`),
          stop: async () => void calls.push(`stop ${name}`),
        };
        return link as ProviderLink;
      },
      unusable: (some) => {
        faults = some;
      },
      log: () => undefined,
    },
    { everyMs: 5, wholeEvery: 1_000 },
  );
  const become = (next: Fleet): void => {
    fleet = next;
  };
  return { calls, faults: () => faults, become };
};
const soon = { timeout: 5_000, interval: 5 };

test('a provider is taken up, changed and left as its row is', async () => {
  const { calls, become } = keep(fleetOf('1', [providerOf('a')]));
  await expect.poll(() => calls, soon).toEqual(['start a 1']);
  become(fleetOf('2', [providerOf('a', 2), providerOf('b')]));
  await expect.poll(() => calls, soon).toEqual(['start a 1', 'change a 2', 'start b 1']);
  become(fleetOf('3', [providerOf('b')]));
  await expect.poll(() => calls.at(-1), soon).toBe('stop a');
  expect(calls).toHaveLength(4);
  expect([...(keeper?.links.keys() ?? [])]).toEqual(['b']);
});

test('one whose settings cannot be read keeps working by its former ones', async () => {
  const { calls, faults, become } = keep(fleetOf('1', [providerOf('a')]));
  await expect.poll(() => calls, soon).toEqual(['start a 1']);
  become(fleetOf('2', [], [{ provider: 'a', reason: 'port is missing' }]));
  await expect.poll(() => faults().get('a'), soon).toBe('port is missing');
  expect(calls).toEqual(['start a 1']);
});

test('one without a password is told of, and is taken up once it has one', async () => {
  let password: string | null = null;
  const { calls, faults } = keep(fleetOf('1', [providerOf('a')]), () => password);
  await expect.poll(() => faults().get('a'), soon).toBe('it has no password');
  password = 'secret08';
  await expect.poll(() => calls, soon).toEqual(['start a 1']);
  await expect.poll(() => faults().size, soon).toBe(0);
});

test('the candidates of a message are those of its route, with the links there are', async () => {
  const { calls } = keep(fleetOf('1', [providerOf('b')], [{ provider: 'a', reason: 'port is missing' }]));
  await expect.poll(() => calls, soon).toEqual(['start b 1']);
  await keeper?.ready;
  const candidates = keeper?.candidatesFor(claimOf(), 'normal').map(({ name, link }) => [name, link?.name]);
  expect(candidates).toEqual([
    ['a', undefined],
    ['b', 'b'],
  ]);
});
