import { expect, test } from 'vitest';
import { type History, hoursAt, sumStatistics } from './sum-statistics.ts';

const now = new Date('2026-11-21T08:47:00Z');
const told = (hours: readonly Date[]) => hours.map((hour) => hour.toISOString().slice(8, 13));

test('the young hours are summed up again, the oldest first', () => {
  expect(told(hoursAt(now, null))).toEqual(['21T06', '21T07', '21T08']);
  expect(told(hoursAt(now, new Date('2026-11-21T08:00:00Z')))).toEqual(['21T06', '21T07', '21T08']);
});

test('after a standstill everything since is, and what was young when it began', () => {
  expect(told(hoursAt(now, new Date('2026-11-21T04:00:00Z')))).toEqual([
    '21T02',
    '21T03',
    '21T04',
    '21T05',
    '21T06',
    '21T07',
    '21T08',
  ]);
  expect(hoursAt(now, new Date('2020-01-01T00:00:00Z'))).toHaveLength(168);
});

test('a clock that was ahead costs nothing', () => {
  expect(told(hoursAt(now, new Date('2026-11-21T12:00:00Z')))).toEqual(['21T06', '21T07', '21T08']);
});

test('what there is no time for is left to the next run', async () => {
  const summed: string[] = [];
  const history: History = {
    lastSummedHour: async () => null,
    sumHour: async (hour) => {
      summed.push(...told([hour]));
      return 2;
    },
    isLate: () => summed.length === 2,
  };
  expect(await sumStatistics(history, now)).toEqual({ hours: 2, rows: 4 });
  expect(summed).toEqual(['21T06', '21T07']);
});
