import { expect, test } from 'vitest';
import { maintainPartitions, type Tables } from './maintain-partitions.ts';

const tablesWith = (old: number, isLate: (done: readonly string[]) => boolean = () => false) => {
  const done: string[] = [];
  let left = old;
  const tables: Tables = {
    makePartitions: async () => {
      done.push('made');
      return 6;
    },
    removeStatistics: async (limit) => {
      const some = Math.min(limit, left);
      left -= some;
      done.push(`removed ${some}`);
      return some;
    },
    isLate: () => isLate(done),
  };
  return { tables, done };
};

test('partitions are made before anything is removed, and old figures go in small batches until none is left', async () => {
  const { tables, done } = tablesWith(2_500);
  expect(await maintainPartitions(tables)).toEqual({ made: 6, removed: 2_500 });
  expect(done).toEqual(['made', 'removed 1000', 'removed 1000', 'removed 500']);
});

test('what there is no time for is left to the next night', async () => {
  const { tables, done } = tablesWith(2_500, (so) => so.length > 1);
  expect(await maintainPartitions(tables)).toEqual({ made: 6, removed: 1_000 });
  expect(done).toEqual(['made', 'removed 1000']);
});
