import type { DueCallback, DueMessage } from '#shared/adapters/outbox.ts';

export interface Outbox {
  /** Messages whose bridge task died, at most `limit`. */
  recoverOrphans(limit: number): Promise<string[]>;
  settle(ids: readonly string[]): Promise<void>;
  dueMessages(limit: number): Promise<DueMessage[]>;
  dueCallbacks(limit: number): Promise<DueCallback[]>;
  /**
   * Queues, then marks: what is queued twice is claimed once, while what is marked and not queued would be lost.
   * Throws when some were refused.
   */
  enqueueMessages(messages: readonly DueMessage[]): Promise<void>;
  enqueueCallbacks(callbacks: readonly DueCallback[]): Promise<void>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

export interface Dispatched {
  readonly recovered: number;
  readonly messages: number;
  readonly callbacks: number;
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

/** First what dead tasks left behind, since it may be due at once; then everything that is due and on no queue. */
export const dispatchDue = async (outbox: Outbox): Promise<Dispatched> => ({
  recovered: await drain(outbox.isLate, outbox.recoverOrphans, outbox.settle),
  messages: await drain(outbox.isLate, outbox.dueMessages, outbox.enqueueMessages),
  callbacks: await drain(outbox.isLate, outbox.dueCallbacks, outbox.enqueueCallbacks),
});
