/**
 * Does something for each item, so many at a time, as a client with so many connections would.
 *
 * @returns the results in the order of the items.
 * @throws what the first one that failed threw; those under way go on.
 */
export const atMost = async <Item, Result>(
  count: number,
  items: readonly Item[],
  perform: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await perform(item, index);
  };
  await Promise.all(Array.from({ length: count }, worker));
  return results;
};
