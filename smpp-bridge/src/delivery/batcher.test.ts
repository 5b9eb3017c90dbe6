import { expect, test } from 'vitest';
import { createBatcher } from './batcher.ts';

test('what comes together goes together, in order, and each gets its own result', async () => {
  const batches: number[][] = [];
  const batcher = createBatcher<number, number>({ most: 3, lingerMs: 5 }, async (items) => {
    batches.push([...items]);
    return items.map((item) => item * 10);
  });
  expect(await Promise.all([1, 2, 3, 4].map((item) => batcher.add(item)))).toEqual([10, 20, 30, 40]);
  expect(batches).toEqual([[1, 2, 3], [4]]);
});

test('a batch that throws fails its own items only', async () => {
  const batcher = createBatcher<number, number>({ most: 2, lingerMs: 5 }, async (items) => {
    if (items.includes(1)) throw new Error('no');
    return items;
  });
  const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)));
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
});

test('idle sends what lingers and waits for it', async () => {
  let done = 0;
  const batcher = createBatcher<number, void>({ most: 10, lingerMs: 60_000 }, async (items) => {
    await new Promise((resolve) => setImmediate(resolve));
    done += items.length;
    return items.map(() => undefined);
  });
  const added = batcher.add(1);
  await batcher.idle();
  expect(done).toBe(1);
  await added;
});
