import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBoundedMemory, rememberedOr } from './bounded-memory.ts';

const letters = 'abcdefgh'.split('');

test('never more than the limit is remembered, and the last one set always is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.constantFrom(...letters)), (maxEntries, keys) => {
      const memory = createBoundedMemory<string>({ maxEntries });
      for (const key of keys) {
        memory.set(key, key);
        expect(memory.get(key)).toBe(key);
      }
      expect(letters.filter((key) => memory.get(key)).length).toBeLessThanOrEqual(maxEntries);
    }),
  );
});

test('the one unused for longest goes first', () => {
  const memory = createBoundedMemory<number>({ maxEntries: 2 });
  memory.set('a', 1);
  memory.set('b', 2);
  memory.get('a');
  memory.set('c', 3);
  expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([1, undefined, 3]);
});

test('use does not make a value younger', () => {
  let now = 0;
  const memory = createBoundedMemory<number>({ maxEntries: 2, maxAgeMs: 10, now: () => now });
  memory.set('a', 1);
  now = 9;
  expect(memory.get('a')).toBe(1);
  now = 10;
  expect(memory.get('a')).toBeUndefined();
});

test('those who ask at the same time share one load, and a failed load is tried anew', async () => {
  const memory = createBoundedMemory<Promise<number>>({ maxEntries: 2 });
  let loads = 0;
  const load = async () => {
    loads += 1;
    if (loads === 1) throw new Error('away');
    return loads;
  };
  const both = await Promise.allSettled([rememberedOr(memory, 'a', load), rememberedOr(memory, 'a', load)]);
  expect(both.map((each) => each.status)).toEqual(['rejected', 'rejected']);
  expect(loads).toBe(1);
  expect(await Promise.all([rememberedOr(memory, 'a', load), rememberedOr(memory, 'a', load)])).toEqual([2, 2]);
});
