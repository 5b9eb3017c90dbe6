import type { QueuedCasRequest } from '#shared/adapters/cas/accept-cas-request.ts';
import type { DueCallback, DueMessage } from '#shared/adapters/outbox.ts';

export interface Outbox {
  /** Messages whose bridge task died, at most `limit`. */
  recoverOrphans(limit: number): Promise<string[]>;
  settle(ids: readonly string[]): Promise<void>;
  dueMessages(limit: number): Promise<DueMessage[]>;
  dueCallbacks(limit: number): Promise<DueCallback[]>;
  dueCasRequests(limit: number): Promise<QueuedCasRequest[]>;
  /**
   * Queues, then marks: what is queued twice is claimed once, while what is marked and not queued would be lost.
   * Throws when some were refused.
   */
  enqueueMessages(messages: readonly DueMessage[]): Promise<void>;
  enqueueCallbacks(callbacks: readonly DueCallback[]): Promise<void>;
  enqueueCasRequests(requests: readonly QueuedCasRequest[]): Promise<void>;
  /** Pushes whose maker died go back into their lines, and those under way come to what their messages came to. */
  recoverPushes(limit: number): Promise<void>;
  /** Cards with a push that waits and none under way, at most `limit`. */
  idleCards(limit: number): Promise<string[]>;
  enqueueCards(iccids: readonly string[]): Promise<void>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

export interface Dispatched {
  readonly recovered: number;
  readonly messages: number;
  readonly callbacks: number;
  readonly casRequests: number;
  readonly cards: number;
}

const page = 1_000;

/** Takes pages until one is not full, or time is short: what is left is found again by the next run. */
const drain = async <Item>(
  isLate: () => boolean,
  find: (limit: number) => Promise<Item[]>,
  handle: (items: readonly Item[]) => Promise<unknown>,
): Promise<number> => {
  let total = 0;
  for (let full = true; full && !isLate(); ) {
    const items = await find(page);
    if (items.length > 0) await handle(items);
    total += items.length;
    full = items.length === page;
  }
  return total;
};

/** One page only: a card stays idle until its push was taken. */
const wakeCards = async (outbox: Outbox): Promise<number> => {
  await outbox.recoverPushes(page);
  const cards = await outbox.idleCards(page);
  if (cards.length > 0) await outbox.enqueueCards(cards);
  return cards.length;
};

/** First what dead tasks left behind, since it may be due at once; then everything that is due and on no queue. */
export const dispatchDue = async (outbox: Outbox): Promise<Dispatched> => ({
  recovered: await drain(outbox.isLate, outbox.recoverOrphans, outbox.settle),
  messages: await drain(outbox.isLate, outbox.dueMessages, outbox.enqueueMessages),
  callbacks: await drain(outbox.isLate, outbox.dueCallbacks, outbox.enqueueCallbacks),
  casRequests: await drain(outbox.isLate, outbox.dueCasRequests, outbox.enqueueCasRequests),
  cards: outbox.isLate() ? 0 : await wakeCards(outbox),
});
