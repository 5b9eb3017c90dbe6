import {
  ChangeProvider,
  CreateProvider,
  ListProviderPrices,
  ListProviders,
  ProviderList,
  ProviderPriceList,
  ProviderPricesSet,
  ProviderState,
  ProviderView,
  SetProviderPrices,
} from '../provider-admin.ts';
import { ChangeRoute, ChangeRouting, CreateRoute, ListRoutes, RouteList, RouteView, RoutingView } from '../routing.ts';
import { ClientStatistics, ProviderStatistics, ReadStatistics } from '../statistics.ts';
import type { DescribedOperations } from './described.ts';

const tag = 'Administration';
const provider = { status: 200, description: 'The provider', schema: ProviderView } as const;
const route = { status: 200, description: 'The route', schema: RouteView } as const;
const routing = { status: 200, description: 'The settings', schema: RoutingView } as const;

type ProviderOperations =
  | 'createProvider'
  | 'listProviders'
  | 'getProvider'
  | 'changeProvider'
  | 'removeProvider'
  | 'getProviderState'
  | 'getProviderStatistics'
  | 'listProviderPrices'
  | 'setProviderPrices'
  | 'removeProviderPrice';

const describedProviders: DescribedOperations<ProviderOperations> = {
  createProvider: {
    summary: 'Make a provider: the bridge binds to it within 30 seconds',
    tag,
    body: CreateProvider,
    example: {
      name: 'example-carrier',
      kind: 'smpp',
      host: 'smsc.example.com',
      port: 2775,
      system_id: 'signalbox',
      password: 'secret08',
      binds: 2,
      parts_per_second: 100,
    },
    answers: [{ status: 201, description: 'Made; Location names it', schema: ProviderView }],
    isIdempotent: true,
    problems: ['provider.name_taken', 'provider.address_refused', 'idempotency.mismatch'],
  },
  listProviders: {
    summary: 'Providers, by name',
    tag,
    query: ListProviders,
    answers: [{ status: 200, description: 'A page of them', schema: ProviderList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getProvider: {
    summary: 'A provider, without its password',
    tag,
    answers: [provider],
    problems: ['provider.not_found'],
  },
  changeProvider: {
    summary: 'Change what is given; the rest stays. In force within 30 seconds, without a restart',
    tag,
    body: ChangeProvider,
    example: { parts_per_second: 50 },
    answers: [provider],
    problems: ['provider.not_found', 'provider.address_refused', 'provider.changed'],
  },
  removeProvider: {
    summary: 'Remove a provider that no route names, with its password and prices',
    tag,
    answers: [{ status: 204, description: 'Removed' }],
    problems: ['provider.not_found', 'provider.in_use'],
  },
  getProviderState: {
    summary: 'Whether it is up, and what each task of the bridge says of it',
    tag,
    answers: [{ status: 200, description: 'What was said within the last minute', schema: ProviderState }],
    problems: ['provider.not_found'],
  },
  getProviderStatistics: {
    summary: 'What a provider achieved, cost and earned, by the hour; brought forward every five minutes',
    tag,
    query: ReadStatistics,
    answers: [{ status: 200, description: 'At most 31 days of it', schema: ProviderStatistics }],
    problems: ['request.invalid', 'provider.not_found'],
  },
  listProviderPrices: {
    summary: 'What a provider charges, by prefix',
    tag,
    query: ListProviderPrices,
    answers: [{ status: 200, description: 'A page of it', schema: ProviderPriceList }],
    problems: ['request.invalid', 'provider.not_found', 'cursor.not_found'],
  },
  setProviderPrices: {
    summary: 'Set what a provider charges; prefixes that are not named stay',
    tag,
    body: SetProviderPrices,
    example: {
      prices: [
        { prefix: '', part_cost_micros: 60_000 },
        { prefix: '49', part_cost_micros: 6_500 },
      ],
    },
    answers: [{ status: 200, description: 'How many were set', schema: ProviderPricesSet }],
    problems: ['provider.not_found'],
  },
  removeProviderPrice: {
    summary: 'Remove a price; the prefix `any` is the empty one',
    tag,
    answers: [{ status: 204, description: 'Removed' }],
    problems: ['price.not_found'],
  },
};

type RouteOperations =
  | 'createRoute'
  | 'listRoutes'
  | 'getRoute'
  | 'changeRoute'
  | 'removeRoute'
  | 'getRouting'
  | 'changeRouting';

const describedRoutes: DescribedOperations<RouteOperations> = {
  createRoute: {
    summary: 'Make a route. The longest prefix counts, then who names the client, the kind, the priority',
    tag,
    body: CreateRoute,
    example: { prefix: '49', candidates: [{ provider: 'primary' }] },
    answers: [{ status: 201, description: 'Made; Location names it', schema: RouteView }],
    isIdempotent: true,
    problems: ['route.conflict', 'route.provider_unusable', 'client.not_found', 'idempotency.mismatch'],
  },
  listRoutes: {
    summary: 'Routes, the newest first',
    tag,
    query: ListRoutes,
    answers: [{ status: 200, description: 'A page of them', schema: RouteList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getRoute: { summary: 'A route', tag, answers: [route], problems: ['route.unknown'] },
  changeRoute: {
    summary:
      'Change what is given; the rest stays. In force at once for what is accepted, within 30 seconds for what is sent',
    tag,
    body: ChangeRoute,
    example: { enabled: false },
    answers: [route],
    problems: ['route.unknown', 'route.conflict', 'route.provider_unusable', 'client.not_found'],
  },
  removeRoute: {
    summary: 'Remove a route',
    tag,
    answers: [{ status: 204, description: 'Removed' }],
    problems: ['route.unknown'],
  },
  getRouting: { summary: 'How the candidates of a route are weighed', tag, answers: [routing], problems: [] },
  changeRouting: {
    summary: 'Change how they are weighed, and the rate of all providers together',
    tag,
    body: ChangeRouting,
    example: { price_weight: 50, success_weight: 40, latency_weight: 10 },
    answers: [routing],
    problems: [],
  },
};

export const describedRouting: DescribedOperations<ProviderOperations | RouteOperations | 'getStatistics'> = {
  ...describedProviders,
  ...describedRoutes,
  getStatistics: {
    summary: 'What became of the parts that were sent, by the hour and by country; brought forward every five minutes',
    tag: 'Messages',
    query: ReadStatistics,
    answers: [{ status: 200, description: 'At most 31 days of it', schema: ClientStatistics }],
    problems: ['request.invalid'],
  },
};
