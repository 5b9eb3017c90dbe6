export interface BatcherOptions {
  /** A batch of so many goes at once. */
  readonly most: number;
  /** A smaller one goes after so long. */
  readonly lingerMs: number;
}

/** Joins single requests into batches, since calls are the cost. */
export interface Batcher<Item, Result> {
  /** Resolves with the item's result, or rejects with what its batch threw. */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `run` is given the items in the order they came and answers with one result each, in that order. Batches run side by
 * side.
 */
export const createBatcher = <Item, Result>(
  { most, lingerMs }: BatcherOptions,
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): Batcher<Item, Result> => {
  let waiting: Waiting<Item, Result>[] = [];
  let timer: NodeJS.Timeout | undefined;
  const running = new Set<Promise<void>>();

  const runBatch = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, i) => {
        if (i < results.length) resolve(results[i] as Result);
        else reject(new Error('The batch gave fewer results than it was given items'));
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    const run_ = runBatch(batch).finally(() => running.delete(run_));
    running.add(run_);
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (waiting.length >= most) flush();
        else timer ??= setTimeout(flush, lingerMs);
      }),
    idle: async () => {
      flush();
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
};
