import type { Actor } from '#shared/adapters/audited.ts';
import type { ClientPrices, PricePageOf, PriceRow } from '#shared/adapters/prices.ts';
import {
  ListClientPrices,
  ListPrices,
  Prefix,
  type PriceList,
  type PriceSheet,
  RemovePrice,
  SetPrices,
} from '#shared/contracts/credit.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { countryOfPrefix } from '#shared/domain/country-of-prefix.ts';
import { actorOf } from '../admin/actor-of.ts';
import { noSuchClient } from '../admin/client-handles.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readQuery } from '../read-body.ts';
import { noSuchAccount } from './list-ledger.ts';

type ListedPrice = PriceRow & { readonly updated_at: Date };

export interface Prices {
  /** Null when there is no such client; and so with the next. */
  listPrices(page: PricePageOf): Promise<readonly ListedPrice[] | null>;
  readClientPrices(page: PricePageOf & { readonly clientId: string }): Promise<ClientPrices | null>;
  /** False when there is no such client. */
  setPrices(prices: SetPrices, actor: Actor): Promise<boolean>;
  /** False when there is no such price. */
  removePrice(price: { readonly clientId: string | null; readonly prefix: string }, actor: Actor): Promise<boolean>;
}

/** A price in a page, as its cursor knows it. */
const byPrefix = {
  parse: ([prefix]: readonly (string | number)[]) => Prefix.safeParse(prefix).data,
  positionOf: ({ prefix }: PriceRow) => [prefix],
};

const createListPrices =
  (world: Prices): Handle =>
  async (request) => {
    const query = readQuery(request, ListClientPrices);
    if (query.outcome === 'refused') return query;
    const clientId = query.value.client_id ?? null;
    let isKnown = true;
    const page = await pageOf<ListedPrice, string>(request, query.value, {
      ...byPrefix,
      name: `listPrices ${clientId}`,
      fetch: async (after, limit) => {
        const rows = await world.listPrices({ clientId, after, limit });
        isKnown = rows !== null;
        return rows ?? [];
      },
    });
    if (!isKnown) return noSuchClient();
    if (page.outcome === 'refused') return page;
    const view: PriceList = {
      client_id: clientId,
      prices: page.rows.map((row) => ({ ...row, updated_at: row.updated_at.toISOString() })),
      next_cursor: page.next_cursor,
    };
    return answer(200, view);
  };

const withCountry = (row: PriceRow): PriceSheet['prices'][number] => {
  const country = countryOfPrefix(row.prefix);
  return { ...row, country: country?.code ?? null, country_name: country?.name ?? null };
};

const createReadPriceSheet =
  (world: Prices): Handle =>
  async (request) => {
    const query = readQuery(request, ListPrices);
    if (query.outcome === 'refused') return query;
    const { clientId } = callerOf(request);
    let flatCents: number | undefined;
    const page = await pageOf(request, query.value, {
      ...byPrefix,
      name: 'getPriceSheet',
      fetch: async (after, limit) => {
        const found = await world.readClientPrices({ clientId, after, limit });
        flatCents = found?.flatCents;
        return found?.prices ?? [];
      },
    });
    if (page.outcome === 'refused') return page;
    if (flatCents === undefined) return noSuchAccount();
    const view: PriceSheet = {
      part_price_cents: flatCents,
      prices: page.rows.map(withCountry),
      next_cursor: page.next_cursor,
    };
    return answer(200, view);
  };

const createSetPrices =
  (world: Prices): Handle =>
  async (request) => {
    const body = readBody(request, SetPrices);
    if (body.outcome === 'refused') return body;
    const isSet = await world.setPrices(body.value, actorOf(request));
    return isSet ? answer(200, { client_id: body.value.client_id, prices: body.value.prices.length }) : noSuchClient();
  };

const noSuchPrice = (): Refusal => refuse('price.not_found', 'The list has none for that prefix.');

const createRemovePrice =
  (world: Prices): Handle =>
  async (request) => {
    const query = readQuery(request, RemovePrice);
    if (query.outcome === 'refused') return query;
    const prefix = Prefix.safeParse(request.pathParameters.prefix);
    if (!prefix.success) return noSuchPrice();
    const price = { clientId: query.value.client_id ?? null, prefix: prefix.data };
    return (await world.removePrice(price, actorOf(request))) ? answer(204, null) : noSuchPrice();
  };

type Operations = 'listPrices' | 'setPrices' | 'removePrice' | 'getPriceSheet';

export const createPriceHandles = (world: Prices): Handles<Operations> => ({
  listPrices: createListPrices(world),
  setPrices: createSetPrices(world),
  removePrice: createRemovePrice(world),
  getPriceSheet: createReadPriceSheet(world),
});
