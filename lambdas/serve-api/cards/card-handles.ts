import { v7 as uuidV7 } from 'uuid';
import type { Sql } from '#shared/adapters/data-api.ts';
import { enqueueCards } from '#shared/adapters/enqueue-pushes.ts';
import { connectCardSealer } from '#shared/adapters/hsm/seal-card-keys.ts';
import { importCards } from '#shared/adapters/import-cards.ts';
import { listCards, readCard } from '#shared/adapters/read-cards.ts';
import { releaseCard } from '#shared/adapters/release-card.ts';
import { type CardSummary, ListCards } from '#shared/contracts/cards.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { Iccid } from '#shared/contracts/pushes.ts';
import { logger } from '#shared/telemetry.ts';
import { actorOf, replayHeaders } from '../admin/actor-of.ts';
import { type ApiRequest, answer } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readKey, readQuery } from '../read-body.ts';
import { createImportCards } from './import-cards.ts';
import { createProfileHandles } from './profile-handles.ts';
import { createTarHandles } from './tar-handles.ts';

export interface CardNeeds {
  readonly sql: Sql;
  readonly pushesQueueUrl: string;
  readonly cardKeyArn: string;
}

const noSuchCard = (): Refusal => refuse('card.not_found', 'None has that ICCID.');

const iccidOf = (request: ApiRequest): string | null => Iccid.safeParse(request.pathParameters.iccid).data ?? null;

const createListCards =
  (sql: Sql): Handle =>
  async (request) => {
    const query = readQuery(request, ListCards);
    if (query.outcome === 'refused') return query;
    const { msisdn = null, profile = null, stopped } = query.value;
    const filters = { msisdn, profile, stopped: stopped === undefined ? null : stopped === 'true' };
    const page = await pageOf(request, query.value, {
      name: `listCards ${JSON.stringify(filters)}`,
      parse: ([iccid]) => Iccid.safeParse(iccid).data,
      positionOf: ({ iccid }: CardSummary) => [iccid],
      fetch: (after, limit) => listCards(sql, { ...filters, after, limit }),
    });
    return page.outcome === 'refused' ? page : answer(200, { cards: page.rows, next_cursor: page.next_cursor });
  };

const createReleaseCard =
  ({ sql, pushesQueueUrl }: CardNeeds): Handle =>
  async (request) => {
    const iccid = iccidOf(request);
    const keyed = readKey(request, 'releaseCard', iccid);
    if (keyed.outcome === 'refused') return keyed;
    if (!iccid) return noSuchCard();
    const released = await releaseCard(sql, { id: uuidV7(), iccid }, actorOf(request), keyed.key);
    if (released.outcome === 'mismatch') return keyMismatch();
    if (released.outcome === 'no-such-card') return noSuchCard();
    // What is not queued here, dispatch-due finds.
    if (released.outcome === 'released')
      await enqueueCards(pushesQueueUrl, [iccid]).catch((error: unknown) =>
        logger.warn('A card is left to dispatch-due', { error: error as Error }),
      );
    return answer(200, released.card, replayHeaders(released.outcome));
  };

type Operations =
  | 'importCards'
  | 'listCards'
  | 'getCard'
  | 'releaseCard'
  | 'listCardProfiles'
  | 'putCardProfile'
  | 'listTarAllowances'
  | 'putTarAllowance'
  | 'removeTarAllowance';

/** Cards, what kinds of them there are, and who may reach what on them. */
export const createCardHandles = (needs: CardNeeds): Handles<Operations> => {
  const { sql } = needs;
  return {
    importCards: createImportCards({
      newId: () => uuidV7(),
      beginSeal: connectCardSealer(needs.cardKeyArn),
      importCards: (batch, actor, key) => importCards(sql, batch, actor, key),
    }),
    listCards: createListCards(sql),
    getCard: async (request) => {
      const iccid = iccidOf(request);
      const card = iccid && (await readCard(sql, iccid));
      return card ? answer(200, card) : noSuchCard();
    },
    releaseCard: createReleaseCard(needs),
    ...createProfileHandles(sql),
    ...createTarHandles(sql),
  };
};
