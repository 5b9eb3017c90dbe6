import { changeCasCard, listCasCards, readCasCard } from '#shared/adapters/cas/cas-cards.ts';
import type { EmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { CasCardNumber, type CasCardSummary, ChangeCasCard, ListCasCards } from '#shared/contracts/cas-cards.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { actorOf } from '../admin/actor-of.ts';
import { clientIdOf } from '../admin/client-handles.ts';
import { type ApiRequest, answer } from '../api-request.ts';
import { noCasSystem } from '../cas/request-handles.ts';
import type { Handle, Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readQuery } from '../read-body.ts';
import { noSuchGroup } from './cas-group-handles.ts';

export interface CasCardNeeds {
  readonly sql: Sql;
  readonly protectDeviceKeys: EmmEncryption['protectDeviceKeys'];
}

const noSuchCard = (): Refusal => refuse('cas_card.not_found', 'None of the client has that number.');

interface CasCardOf {
  readonly clientId: string;
  readonly card: string;
}

/** The card that the path names; null when there can be none. */
const cardOf = (request: ApiRequest): CasCardOf | null => {
  const clientId = clientIdOf(request);
  const card = CasCardNumber.safeParse(request.pathParameters.card);
  return clientId && card.success ? { clientId, card: card.data } : null;
};

const list =
  (sql: Sql): Handle =>
  async (request) => {
    const query = readQuery(request, ListCasCards);
    if (query.outcome === 'refused') return query;
    const clientId = clientIdOf(request);
    if (!clientId) return noCasSystem();
    const { group = null, owner = null, barred } = query.value;
    const filters = { group, owner, barred: barred === undefined ? null : barred === 'true' };
    let isKnown = true;
    const page = await pageOf(request, query.value, {
      name: `listCasCards ${clientId} ${JSON.stringify(filters)}`,
      parse: ([card]) => CasCardNumber.safeParse(card).data,
      positionOf: ({ card }: CasCardSummary) => [card],
      fetch: async (after, limit) => {
        const rows = await listCasCards(sql, { clientId, ...filters, after, limit });
        isKnown = rows !== null;
        return rows ?? [];
      },
    });
    if (!isKnown) return noCasSystem();
    return page.outcome === 'refused' ? page : answer(200, { cards: page.rows, next_cursor: page.next_cursor });
  };

const change =
  ({ sql, protectDeviceKeys }: CasCardNeeds): Handle =>
  async (request) => {
    const body = readBody(request, ChangeCasCard);
    if (body.outcome === 'refused') return body;
    const of = cardOf(request);
    if (!of) return noSuchCard();
    const { key, ...changes } = body.value;
    const [deviceKey = null] = key === undefined ? [] : await protectDeviceKeys(of.clientId, [key]);
    const changed = await changeCasCard(sql, { ...of, changes, deviceKey }, actorOf(request));
    if (changed.outcome === 'no-such-group') return noSuchGroup();
    return changed.outcome === 'changed' ? answer(200, changed.card) : noSuchCard();
  };

/** Cards of a CA system, of whose keys nothing is told. */
export const createCasCardHandles = (
  needs: CasCardNeeds,
): Handles<'listCasCards' | 'getCasCard' | 'changeCasCard'> => ({
  listCasCards: list(needs.sql),
  getCasCard: async (request) => {
    const of = cardOf(request);
    const card = of && (await readCasCard(needs.sql, of.clientId, of.card));
    return card ? answer(200, card) : noSuchCard();
  },
  changeCasCard: change(needs),
});
