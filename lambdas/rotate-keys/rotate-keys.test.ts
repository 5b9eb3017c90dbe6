import { expect, test } from 'vitest';
import type { RotatingSystem } from '#shared/adapters/cas/key-epochs.ts';
import { type KeyWorld, rotateKeys } from './rotate-keys.ts';

const now = new Date('2026-05-10T00:00:00Z');
const system = (clientId: string, epochs: RotatingSystem['epochs'] = []): RotatingSystem => ({
  client_id: clientId,
  epoch_hours: 24,
  key_lead_minutes: 60,
  epochs,
});

const createWorld = (systems: readonly RotatingSystem[], given: Partial<KeyWorld> = {}) => {
  const done: string[] = [];
  const world: KeyWorld = {
    now: () => now,
    systems: async () => systems,
    makeEpoch: async (client, epoch, state) => void done.push(`make ${client} ${epoch} ${state}`),
    activate: async (client, epoch) => {
      done.push(`activate ${client} ${epoch}`);
      return true;
    },
    rewrap: async (client, epoch) => void done.push(`rewrap ${client} ${epoch}`),
    deliverKeys: async () => 0,
    markDelivered: async () => false,
    retire: async () => 0,
    destroy: async () => 0,
    isLate: () => false,
    ...given,
  };
  return { world, done };
};

test('each CA system is taken a step further, and one that meets a fault does not keep the others from theirs', async () => {
  const makeEpoch: KeyWorld['makeEpoch'] = async (client) => {
    if (client === 'a') throw new Error('KMS');
    made.push(client);
  };
  const made: string[] = [];
  const { world } = createWorld([system('a'), system('b')], { makeEpoch });
  await expect(rotateKeys(world)).rejects.toThrow('Of 2 CA systems 1 met a fault');
  expect(made).toEqual(['b']);
});

test('keys are told to devices a page at a time, until none lacks one or time is short', async () => {
  const pages = [200, 200, 3];
  const { world } = createWorld([system('a')], { deliverKeys: async () => pages.shift() ?? 0 });
  expect(await rotateKeys(world)).toMatchObject({ systems: 1, made: 1, delivered: 403 });
  const late = createWorld([system('a')], { deliverKeys: async () => 200, isLate: () => looks++ > 1 });
  let looks = 0;
  expect(await rotateKeys(late.world)).toMatchObject({ delivered: 200 });
});

test('a key that is far too old is told, unless it has just been changed', async () => {
  const old = { epoch: 1, state: 'ACTIVE', wrapped_at: now, delivered_at: null, activated_at: new Date(0) } as const;
  const next = { ...old, epoch: 2, state: 'PENDING', delivered_at: new Date(0), activated_at: null } as const;
  expect(await rotateKeys(createWorld([system('a', [old])]).world)).toMatchObject({ overdue: 1 });
  const { world, done } = createWorld([system('a', [old, next])]);
  expect(await rotateKeys(world)).toMatchObject({ overdue: 0, activated: 1 });
  expect(done).toEqual(['activate a 2']);
});
