import { v7 as uuidV7 } from 'uuid';
import { changeProvider, createProvider, notePassword, removeProvider } from '#shared/adapters/change-provider.ts';
import { changeRoute, createRoute, removeRoute } from '#shared/adapters/change-route.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { listProviderPrices, removeProviderPrice, setProviderPrices } from '#shared/adapters/provider-prices.ts';
import type { ProviderSecrets } from '#shared/adapters/provider-secrets.ts';
import { listProviders, readProvider, readProviderState } from '#shared/adapters/read-providers.ts';
import { readClientStatistics, readProviderStatistics } from '#shared/adapters/read-statistics.ts';
import { listRoutes, readRoute } from '#shared/adapters/routes.ts';
import { changeRouting, readRouting } from '#shared/adapters/routing-settings.ts';
import { createProviderHandles } from './provider-handles.ts';
import { createProviderPriceHandles } from './provider-price-handles.ts';
import { createRouteHandles } from './route-handles.ts';
import { createStatisticsHandles } from './statistics-handles.ts';

export interface RoutingNeeds {
  readonly sql: Sql;
  /** Internal hosts that a provider may be at all the same. */
  readonly exemptHosts: readonly string[];
  readonly secrets: Pick<ProviderSecrets, 'put' | 'remove'>;
}

const newId = (): string => uuidV7();

/** Providers, what they charge and achieve, and the routes that lead to them. */
export const createRoutingHandles = ({ sql, exemptHosts, secrets }: RoutingNeeds) => ({
  ...createProviderHandles({
    newId,
    exemptHosts,
    createProvider: (provider, actor, key) => createProvider(sql, provider, actor, key),
    changeProvider: (change, actor) => changeProvider(sql, change, actor),
    notePassword: (name, actor) => notePassword(sql, name, actor),
    removeProvider: (name, actor) => removeProvider(sql, name, actor),
    readProvider: (name) => readProvider(sql, name),
    listProviders: (wanted) => listProviders(sql, wanted),
    readProviderState: (name) => readProviderState(sql, name),
    putPassword: secrets.put,
    removePassword: secrets.remove,
  }),
  ...createProviderPriceHandles({
    listProviderPrices: (page) => listProviderPrices(sql, page),
    setProviderPrices: (provider, prices, actor) => setProviderPrices(sql, provider, prices, actor),
    removeProviderPrice: (price, actor) => removeProviderPrice(sql, price, actor),
  }),
  ...createRouteHandles({
    newId,
    createRoute: (route, actor, key) => createRoute(sql, route, actor, key),
    changeRoute: (change, actor) => changeRoute(sql, change, actor),
    removeRoute: (id, actor) => removeRoute(sql, id, actor),
    readRoute: (id) => readRoute(sql, id),
    listRoutes: (wanted) => listRoutes(sql, wanted),
    readRouting: () => readRouting(sql),
    changeRouting: (changes, actor) => changeRouting(sql, changes, actor),
  }),
  ...createStatisticsHandles({
    now: () => new Date(),
    hasProvider: async (name) => (await readProvider(sql, name)) !== null,
    readProviderStatistics: (name, span) => readProviderStatistics(sql, name, span),
    readClientStatistics: (clientId, span) => readClientStatistics(sql, clientId, span),
  }),
});
