import { v7 } from 'uuid';
import { beforeEach, expect, test } from 'vitest';
import { CallbackDue } from '#shared/contracts/queue-messages.ts';
import type { Settlement, StoredCallback } from '#shared/domain/callback.ts';
import { verifyCallback } from '#shared/domain/callback-signature.ts';
import { notifyClients, type Surroundings } from './notify-client.ts';
import type { CallbackRequest, Posted } from './post-callback.ts';

const now = new Date('2026-11-21T12:00:00Z');
let stored: StoredCallback[];
let settled: Settlement[];
let posted: CallbackRequest[];
let log: string[];
let answer: (request: CallbackRequest) => Promise<Posted>;

const callback = (columns: Partial<StoredCallback> = {}): StoredCallback => ({
  id: v7(),
  clientId: v7(),
  messageId: null,
  correlationId: null,
  type: 'message.delivered',
  url: 'https://example.com/hook',
  payload: { id: 'm', status: 'DELIVERED' },
  attempt: 1,
  createdAt: new Date('2026-11-21T11:59:00.5Z'),
  triedSince: new Date('2026-11-21T11:59:00.5Z'),
  attemptsBefore: 0,
  encryptedSecrets: ['current'],
  ...columns,
});

const dueOf = ({ id, clientId, attempt }: StoredCallback): CallbackDue =>
  CallbackDue.parse({ type: 'CallbackDue', version: 1, callback_id: id, client_id: clientId, attempt });

const surroundings: Surroundings = {
  callbacks: {
    load: async (due) =>
      stored.filter((each) => due.some(({ id, attempt }) => each.id === id && each.attempt === attempt)),
    settle: async (settlements) => {
      log.push('settled');
      settled.push(...settlements);
    },
  },
  decryptSecret: async (encrypted) => {
    if (encrypted === 'broken') throw new Error('KMS is away');
    return Buffer.from(`secret of ${encrypted}`);
  },
  post: (request) => {
    posted.push(request);
    return answer(request);
  },
  abandon: async (due) => {
    log.push(`abandoned ${due.map((each) => each.callback_id).join()}`);
  },
  now: () => now,
  random: () => 0.5,
};

beforeEach(() => {
  [stored, settled, posted, log] = [[], [], [], []];
  answer = async () => ({ outcome: 'answered', status: 200 });
});

const only = <Item>(items: readonly Item[]): Item => {
  const [item] = items;
  if (!item || items.length > 1) throw new Error(`There are ${items.length}, not one`);
  return item;
};

const notify = (...callbacks: StoredCallback[]) => notifyClients(callbacks.map(dueOf), surroundings);

test('the body has id, type, time and data, and its signature verifies', async () => {
  const one = callback();
  stored = [one];
  await notify(one);
  const { body, signature: header } = only(posted);
  expect(JSON.parse(body)).toEqual({
    id: one.id,
    type: 'message.delivered',
    created_at: '2026-11-21T11:59:00.500Z',
    data: { id: 'm', status: 'DELIVERED' },
  });
  const seconds = now.getTime() / 1_000;
  expect(verifyCallback({ header, body, secret: 'secret of current', now: seconds })).toBe(true);
});

test('while a secret is being replaced both sign, and a third never does', async () => {
  const one = callback({ encryptedSecrets: ['new', 'old', 'older'] });
  stored = [one];
  await notify(one);
  const { body, signature: header } = only(posted);
  const verifies = (name: string) =>
    verifyCallback({ header, body, secret: `secret of ${name}`, now: now.getTime() / 1_000 });
  expect(['new', 'old', 'older'].map(verifies)).toEqual([true, true, false]);
});

test('a duplicate is dropped: in the batch, of an earlier attempt, or of what is settled', async () => {
  const one = callback({ attempt: 2 });
  stored = [one];
  await notify({ ...one, attempt: 1 }, callback());
  expect(posted).toHaveLength(0);
  await notify(one, one, callback());
  expect(posted).toHaveLength(1);
  expect(settled).toHaveLength(1);
});

test('a batch is called at once: a slow client does not hold up its neighbours', async () => {
  stored = [callback({ url: 'https://slow.example/' }), callback(), callback()];
  answer = async ({ url }) => {
    // The slow one answers only after all have been called.
    while (url.includes('slow') && posted.length < 3) await new Promise((next) => setImmediate(next));
    return { outcome: 'answered', status: 200 };
  };
  await notify(...stored);
  expect(settled.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
});

test('a fault of ours concerns its own callback only, which is left as it is', async () => {
  const [broken, good] = [callback({ encryptedSecrets: ['broken'] }), callback()];
  stored = [broken, good];
  const { faults } = await notify(broken, good);
  expect([...faults.keys()]).toEqual([broken.id]);
  expect(settled.map(({ id }) => id)).toEqual([good.id]);
});

test('a client without a secret is not called, but may get one within 24 hours', async () => {
  const one = callback({ encryptedSecrets: [] });
  stored = [one];
  await notify(one);
  expect(posted).toEqual([]);
  expect(settled[0]).toMatchObject({ outcome: 'retried', error: 'The client has no secret to sign callbacks with' });
});

test('what was given up is a dead letter before its row says so; a URL that was refused is none', async () => {
  const triedSince = new Date('2026-11-20T12:00:00Z');
  const [old, refused] = [callback({ triedSince }), callback({ triedSince, url: 'https://refused.example/' })];
  stored = [old, refused];
  answer = async ({ url }) =>
    url.includes('refused') ? { outcome: 'refused', error: 'no' } : { outcome: 'answered', status: 500 };
  await notify(old, refused);
  expect(log).toEqual([`abandoned ${old.id}`, 'settled']);
  expect(settled.map(({ outcome }) => outcome)).toEqual(['given-up', 'refused']);
});
