import type { Actor } from '#shared/adapters/audited.ts';
import type { ProviderPricePageOf, ProviderPriceRow } from '#shared/adapters/provider-prices.ts';
import { refuse } from '#shared/contracts/problems.ts';
import {
  CostPrefix,
  ListProviderPrices,
  type ProviderPriceList,
  SetProviderPrices,
} from '#shared/contracts/provider-admin.ts';
import { actorOf } from '../admin/actor-of.ts';
import { answer } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readQuery } from '../read-body.ts';
import { noSuchProvider, providerNameOf } from './provider-handles.ts';

export interface ProviderPrices {
  /** Null when there is no such provider. */
  listProviderPrices(page: ProviderPricePageOf): Promise<readonly ProviderPriceRow[] | null>;
  /** False when there is no such provider. */
  setProviderPrices(provider: string, prices: SetProviderPrices, actor: Actor): Promise<boolean>;
  /** False when there is no such price. */
  removeProviderPrice(price: { readonly provider: string; readonly prefix: string }, actor: Actor): Promise<boolean>;
}

/** How a path names the price of any number, whose prefix is empty. */
const anyNumber = 'any';

const listPrices =
  (world: ProviderPrices): Handle =>
  async (request) => {
    const query = readQuery(request, ListProviderPrices);
    if (query.outcome === 'refused') return query;
    const provider = providerNameOf(request);
    if (!provider) return noSuchProvider();
    let isKnown = true;
    const page = await pageOf<ProviderPriceRow, string>(request, query.value, {
      name: `listProviderPrices ${provider}`,
      parse: ([prefix]) => CostPrefix.safeParse(prefix).data,
      positionOf: ({ prefix }) => [prefix],
      fetch: async (after, limit) => {
        const rows = await world.listProviderPrices({ provider, after, limit });
        isKnown = rows !== null;
        return rows ?? [];
      },
    });
    if (!isKnown) return noSuchProvider();
    if (page.outcome === 'refused') return page;
    const view: ProviderPriceList = {
      provider,
      prices: page.rows.map((row) => ({ ...row, updated_at: row.updated_at.toISOString() })),
      next_cursor: page.next_cursor,
    };
    return answer(200, view);
  };

export const createProviderPriceHandles = (
  world: ProviderPrices,
): Handles<'listProviderPrices' | 'setProviderPrices' | 'removeProviderPrice'> => ({
  listProviderPrices: listPrices(world),
  setProviderPrices: async (request) => {
    const body = readBody(request, SetProviderPrices);
    if (body.outcome === 'refused') return body;
    const provider = providerNameOf(request);
    const isKnown = provider && (await world.setProviderPrices(provider, body.value, actorOf(request)));
    return isKnown ? answer(200, { provider, prices: body.value.prices.length }) : noSuchProvider();
  },
  removeProviderPrice: async (request) => {
    const provider = providerNameOf(request);
    const named = request.pathParameters.prefix;
    const prefix = CostPrefix.safeParse(named === anyNumber ? '' : named);
    const isRemoved =
      provider &&
      prefix.success &&
      (await world.removeProviderPrice({ provider, prefix: prefix.data }, actorOf(request)));
    return isRemoved ? answer(204, null) : refuse('price.not_found', 'The provider has none of that prefix.');
  },
});
