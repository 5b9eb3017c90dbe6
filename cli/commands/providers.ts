import type { Command } from '../command.ts';
import { given, json, present, wholeNumber, words } from './values.ts';

const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;
const span = { from: { value: 'time' }, to: { value: 'time' } } as const;

export const providerCommands: readonly Command[] = [
  {
    name: 'providers create',
    summary: 'Make a provider: an SMSC by --host, --port and --system-id, or HTTP by --url. --settings takes the rest.',
    needsAdmin: true,
    positionals: ['name'],
    options: {
      host: { value: 'host' },
      port: { value: 'port' },
      'system-id': { value: 'system id' },
      url: { value: 'https://...' },
      password: { value: 'password' },
      tls: { value: 'yes|no' },
      binds: { value: 'number' },
      rate: { value: 'parts a second' },
      settings: { value: '{"window":50}' },
    },
    run: (client, { name, host, port, 'system-id': systemId, url, password, tls, binds, rate, settings }) =>
      client.createProvider({
        body: {
          ...present({
            name: given(name),
            kind: url === undefined ? 'smpp' : 'http',
            host,
            port: wholeNumber('port', port),
            system_id: systemId,
            url,
            password,
            tls: tls === undefined ? undefined : tls === 'yes',
            binds: wholeNumber('binds', binds),
            parts_per_second: wholeNumber('rate', rate),
          }),
          ...json('settings', settings),
        } as never,
      }),
  },
  {
    name: 'providers list',
    summary: 'Providers, by name.',
    needsAdmin: true,
    options: page,
    columns: ['name', 'kind', 'enabled', 'host', 'port', 'binds', 'parts_per_second', 'password_set_at'],
    run: (client, { limit, cursor }) =>
      client.listProviders({ query: present({ limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'providers show',
    summary: 'A provider with all its settings, but for its password.',
    needsAdmin: true,
    positionals: ['name'],
    run: (client, { name }) => client.getProvider({ path: { name: given(name) } }),
  },
  {
    name: 'providers state',
    summary: 'Whether a provider is up, why not, and what each task of the bridge says of it.',
    needsAdmin: true,
    positionals: ['name'],
    run: (client, { name }) => client.getProviderState({ path: { name: given(name) } }),
  },
  {
    name: 'providers change',
    summary: 'Change what is given; in force within 30 seconds. --settings takes whatever has no option.',
    needsAdmin: true,
    positionals: ['name'],
    options: {
      enabled: { value: 'yes|no' },
      binds: { value: 'number' },
      rate: { value: 'parts a second' },
      password: { value: 'password' },
      'trace-until': { value: 'time' },
      settings: { value: '{"window":50}' },
    },
    run: (client, { name, enabled, binds, rate, password, 'trace-until': tracedUntil, settings }) =>
      client.changeProvider({
        path: { name: given(name) },
        body: {
          ...present({
            enabled: enabled === undefined ? undefined : enabled === 'yes',
            binds: wholeNumber('binds', binds),
            parts_per_second: wholeNumber('rate', rate),
            password,
            traced_until: tracedUntil,
          }),
          ...json('settings', settings),
        },
      }),
  },
  {
    name: 'providers remove',
    summary: 'Remove a provider that no route leads to, with its password.',
    needsAdmin: true,
    positionals: ['name'],
    run: (client, { name }) => client.removeProvider({ path: { name: given(name) } }),
  },
  {
    name: 'providers prices',
    summary: 'What a provider charges for a part, by prefix, in millionths of the currency’s unit.',
    needsAdmin: true,
    positionals: ['name'],
    options: page,
    columns: ['prefix', 'part_cost_micros', 'updated_at'],
    run: (client, { name, limit, cursor }) =>
      client.listProviderPrices({
        path: { name: given(name) },
        query: present({ limit: wholeNumber('limit', limit), cursor }),
      }),
  },
  {
    name: 'providers price',
    summary: 'Set what a provider charges for numbers of a prefix (`any` for all others); 10,000 are a cent.',
    needsAdmin: true,
    positionals: ['name', 'prefix', 'micros'],
    run: (client, { name, prefix, micros }) =>
      client.setProviderPrices({
        path: { name: given(name) },
        body: {
          prices: [
            { prefix: prefix === 'any' ? '' : given(prefix), part_cost_micros: wholeNumber('micros', micros) ?? 0 },
          ],
        },
      }),
  },
  {
    name: 'providers statistics',
    summary: 'What a provider achieved, cost and earned, by the hour.',
    needsAdmin: true,
    positionals: ['name'],
    options: span,
    run: (client, { name, from, to }) =>
      client.getProviderStatistics({ path: { name: given(name) }, query: present({ from_time: from, to_time: to }) }),
  },
  {
    name: 'stats',
    summary: 'What became of the parts of the client whose key is used, by the hour and by country.',
    options: span,
    run: (client, { from, to }) => client.getStatistics({ query: present({ from_time: from, to_time: to }) }),
  },
];

export const routeCommands: readonly Command[] = [
  {
    name: 'routes create',
    summary: 'Let messages take these providers. Without options: all of them.',
    needsAdmin: true,
    positionals: ['providers'],
    options: {
      prefix: { value: 'digits' },
      client: { value: 'client id' },
      kind: { value: 'text|binary|ota' },
      priority: { value: 'high|normal|bulk' },
    },
    run: (client, { providers, prefix, client: clientId, kind, priority }) =>
      client.createRoute({
        body: present({
          prefix,
          client_id: clientId,
          kind: kind as 'text' | undefined,
          priority: priority as 'high' | undefined,
          candidates: (words(providers) ?? []).map((provider) => ({ provider })),
        }),
      }),
  },
  {
    name: 'routes list',
    summary: 'Routes, the newest first.',
    needsAdmin: true,
    options: { prefix: { value: 'digits' }, provider: { value: 'name' }, ...page },
    columns: ['id', 'prefix', 'client_id', 'kind', 'priority', 'enabled', 'candidates'],
    run: (client, { prefix, provider, limit, cursor }) =>
      client.listRoutes({ query: present({ prefix, provider, limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'routes change',
    summary: 'Give a route other providers, or switch it on or off.',
    needsAdmin: true,
    positionals: ['route'],
    options: { providers: { value: 'a,b' }, enabled: { value: 'yes|no' } },
    run: (client, { route, providers, enabled }) =>
      client.changeRoute({
        path: { id: given(route) },
        body: present({
          enabled: enabled === undefined ? undefined : enabled === 'yes',
          candidates: words(providers)?.map((provider) => ({ provider })),
        }),
      }),
  },
  {
    name: 'routes remove',
    summary: 'Remove a route.',
    needsAdmin: true,
    positionals: ['route'],
    run: (client, { route }) => client.removeRoute({ path: { id: given(route) } }),
  },
];
