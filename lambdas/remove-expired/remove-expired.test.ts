import { expect, test } from 'vitest';
import { type Attic, removeExpired } from './remove-expired.ts';

const createAttic = (messages: number, given: Partial<Attic> = {}) => {
  const settled: number[] = [];
  let left = messages;
  const attic: Attic = {
    expire: async (limit) => {
      const page = Math.min(left, limit);
      left -= page;
      return Array.from({ length: page }, (_, i) => `${i}`);
    },
    refuseOptedOut: async () => [],
    erase: async () => null,
    settle: async (ids) => void settled.push(ids.length),
    sweep: async () => undefined,
    isLate: () => false,
    ...given,
  };
  return { attic, settled };
};

test('whatever expired is settled, in small batches', async () => {
  const { attic, settled } = createAttic(1_200);
  expect(await removeExpired(attic)).toEqual({ expired: 1_200, refused: 0, erased: 0 });
  expect(settled).toEqual([500, 500, 200]);
});

test('what there is no time for is left to the next run', async () => {
  const { attic, settled } = createAttic(1_200, { isLate: () => settled.length > 0 });
  expect(await removeExpired(attic)).toEqual({ expired: 500, refused: 0, erased: 0 });
});

test('what may not be sent any more is settled, and recipients are erased until none is due', async () => {
  const left = { refused: [['a', 'b']], erased: [500, 0, 7] };
  const { attic, settled } = createAttic(0, {
    refuseOptedOut: async () => left.refused.shift() ?? [],
    erase: async () => left.erased.shift() ?? null,
  });
  expect(await removeExpired(attic)).toEqual({ expired: 0, refused: 2, erased: 507 });
  expect(settled).toEqual([2]);
});
