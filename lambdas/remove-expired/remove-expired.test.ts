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
    receiveOverdue: async () => 0,
    expireEmms: async () => 0,
    removeCas: async () => 0,
    settle: async (ids) => void settled.push(ids.length),
    sweep: async () => undefined,
    isLate: () => false,
    ...given,
  };
  return { attic, settled };
};

test('whatever expired is settled, in small batches', async () => {
  const { attic, settled } = createAttic(1_200);
  expect(await removeExpired(attic)).toEqual({
    expired: 1_200,
    refused: 0,
    erased: 0,
    incomplete: 0,
    ended: 0,
    removed: 0,
  });
  expect(settled).toEqual([500, 500, 200]);
});

test('what there is no time for is left to the next run', async () => {
  const { attic, settled } = createAttic(1_200, { isLate: () => settled.length > 0 });
  expect(await removeExpired(attic)).toEqual({
    expired: 500,
    refused: 0,
    erased: 0,
    incomplete: 0,
    ended: 0,
    removed: 0,
  });
});

test('what may not be sent any more is settled, recipients are erased and inbound messages given up until none is due', async () => {
  const left = { refused: [['a', 'b']], erased: [500, 0, 7], overdue: [5, 2] };
  const { attic, settled } = createAttic(0, {
    refuseOptedOut: async () => left.refused.shift() ?? [],
    erase: async () => left.erased.shift() ?? null,
    receiveOverdue: async () => left.overdue.shift() ?? 0,
  });
  expect(await removeExpired(attic)).toEqual({
    expired: 0,
    refused: 2,
    erased: 507,
    incomplete: 7,
    ended: 0,
    removed: 0,
  });
  expect(settled).toEqual([2]);
});

test('what is over is noted and removed until there is little of it', async () => {
  const left = [500, 500, 3];
  const ended = [500, 4];
  const { attic } = createAttic(0, {
    removeCas: async () => left.shift() ?? 0,
    expireEmms: async () => ended.shift() ?? 0,
  });
  expect(await removeExpired(attic)).toMatchObject({ ended: 504, removed: 1_003 });
});
