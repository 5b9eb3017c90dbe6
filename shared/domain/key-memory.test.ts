import { expect, test } from 'vitest';
import { createKeyMemory, type KeyLimits } from './key-memory.ts';

const create = (limits: Partial<KeyLimits> = {}) => {
  const clock = { now: 0 };
  const memory = createKeyMemory<number>({ maxAgeMs: 100, maxUses: 10, maxKeys: 2, now: () => clock.now, ...limits });
  let loads = 0;
  const take = (name: string, uses = 1) => memory.take(name, uses, async () => ++loads);
  return { clock, memory, take, loads: () => loads };
};

test('a key is loaded once for all who ask within its age and its uses', async () => {
  const { take, loads, clock } = create();
  expect(await Promise.all([take('a', 4), take('a', 4)])).toEqual([1, 1]);
  expect(await take('a', 2)).toBe(1);
  expect(await take('a')).toBe(2);
  clock.now = 100;
  expect(await take('a')).toBe(3);
  expect(loads()).toBe(3);
});

test('one who takes more than a key may be used gets a fresh one, and it works', async () => {
  const { take } = create();
  expect([await take('a', 50), await take('a', 1), await take('a', 1)]).toEqual([1, 2, 2]);
});

test('the oldest key makes room for another', async () => {
  const { take } = create();
  for (const name of ['a', 'b', 'c', 'b']) await take(name);
  expect(await take('b')).toBe(2);
  expect(await take('a')).toBe(4);
});

test('a load that failed is tried again', async () => {
  const { memory, take } = create();
  await expect(memory.take('a', 1, () => Promise.reject(new Error('KMS')))).rejects.toThrow('KMS');
  expect(await take('a')).toBe(1);
});
