import { expect, test } from 'vitest';
import { nextLookAt } from './next-look.ts';

const hour = new Date('2026-11-21T08:00:00Z');
const looks = [3, 26, 264];
const next = (lookedAt: string) => nextLookAt(hour, new Date(lookedAt), looks)?.toISOString() ?? null;

test('an hour is looked at again and again, counted from its end, until it is final', () => {
  expect(next('2026-11-21T12:05:00Z')).toBe('2026-11-22T11:00:00.000Z');
  expect(next('2026-11-22T11:00:00Z')).toBe('2026-12-02T09:00:00.000Z');
  expect(next('2026-12-02T09:00:00Z')).toBeNull();
});

test('one that was written before its time is looked at in its time as well', () => {
  expect(next('2026-11-21T08:30:00Z')).toBe('2026-11-21T12:00:00.000Z');
});

test('a look that came late stands for those that were missed', () => {
  expect(next('2026-11-25T00:00:00Z')).toBe('2026-12-02T09:00:00.000Z');
  expect(next('2027-01-01T00:00:00Z')).toBeNull();
});
