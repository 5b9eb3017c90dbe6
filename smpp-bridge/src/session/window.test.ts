import { expect, test } from 'vitest';
import { createWindow } from './window.ts';

const request = (sequenceNumber: number, sentAt = 0) => ({
  sequenceNumber,
  sentAt,
  batch: 0,
  entry: `#${sequenceNumber}`,
});
const last = 0x7fffffff;

test('numbers begin at 1, end at 0x7FFFFFFF and begin again', () => {
  const window = createWindow<string, string>({ size: 10, tombstones: 10, firstSequenceNumber: last - 1 });
  expect([window.nextSequenceNumber(), window.nextSequenceNumber(), window.nextSequenceNumber()]).toEqual([
    last - 1,
    last,
    1,
  ]);
  expect(createWindow({ size: 1, tombstones: 1 }).nextSequenceNumber()).toBe(1);
});

test('a number in flight or given up is skipped', () => {
  const window = createWindow<string, string>({ size: 10, tombstones: 10, firstSequenceNumber: last });
  window.add(request(1));
  window.add(request(2));
  window.bury(2, 'late');
  expect([window.nextSequenceNumber(), window.nextSequenceNumber()]).toEqual([last, 3]);
});

test('each request takes a slot until it is settled, once', () => {
  const window = createWindow<string, string>({ size: 2, tombstones: 10 });
  window.add(request(1));
  window.add(request(2));
  expect([window.freeSlots, window.inFlight]).toEqual([0, 2]);
  expect(window.settle(1)?.entry).toBe('#1');
  expect(window.settle(1)).toBeUndefined();
  expect([window.freeSlots, window.inFlight]).toEqual([1, 1]);
});

test('a window that shrank below what is in flight has no free slot, and none too many later', () => {
  const window = createWindow<string, string>({ size: 3, tombstones: 10 });
  for (const number of [1, 2, 3]) window.add(request(number));
  window.resize(2);
  expect(window.freeSlots).toBe(0);
  window.settle(1);
  expect(window.freeSlots).toBe(0);
  window.settle(2);
  expect(window.freeSlots).toBe(1);
});

test('the oldest is the one that was added first, whatever its number', () => {
  const window = createWindow<string, string>({ size: 3, tombstones: 10 });
  window.add(request(last, 1));
  window.add(request(1, 2));
  expect(window.oldest?.sequenceNumber).toBe(last);
  window.settle(last);
  expect(window.oldest?.sequenceNumber).toBe(1);
});

test('a request given up frees its slot, and is found once by a late response', () => {
  const window = createWindow<string, string>({ size: 1, tombstones: 10 });
  window.add(request(1));
  window.bury(1, 'late');
  expect([window.freeSlots, window.settle(1), window.isBuried(1)]).toEqual([1, undefined, true]);
  expect(window.exhume(1)).toBe('late');
  expect(window.isBuried(1)).toBe(false);
});

test('of those given up only the newest are remembered', () => {
  const window = createWindow<string, string>({ size: 9, tombstones: 2 });
  for (const number of [1, 2, 3]) window.bury(number, `late ${number}`);
  expect([1, 2, 3].map((number) => window.isBuried(number))).toEqual([false, true, true]);
});

test('a lost session takes out all in flight, oldest first', () => {
  const window = createWindow<string, string>({ size: 9, tombstones: 2 });
  for (const number of [last, 1, 3]) window.add(request(number));
  expect(window.drain().map(({ sequenceNumber }) => sequenceNumber)).toEqual([last, 1, 3]);
  expect(window.inFlight).toBe(0);
});
