import { expect, test } from 'vitest';
import type { AcceptedBatch, NewBatch } from '#shared/adapters/accept-batch.ts';
import { acceptedRow } from '../../../test/support/accepted-row.ts';
import { apiRequest } from '../../../test/support/api-request.ts';
import { type BatchSubmissions, createSubmitBatch } from './submit-batch.ts';

const hello = { to: '+491700000001', text: 'hello' };

type Decide = (batch: NewBatch) => AcceptedBatch;

/** Accepts everything that it is given. */
const acceptAll: Decide = ({ messages }) => ({
  outcome: 'accepted',
  items: messages.map(({ item, id }) => ({ item, message: acceptedRow({ id }) })),
});

const createWorld = (decide: Decide = acceptAll) => {
  const batches: NewBatch[] = [];
  const enqueued: string[] = [];
  let ids = 0;
  const world: BatchSubmissions = {
    now: () => new Date('2026-11-21T08:00:00Z'),
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    exemptOrigins: [],
    acceptBatch: async (batch) => {
      batches.push(batch);
      return decide(batch);
    },
    enqueue: async (messages) => void enqueued.push(...messages.map(({ id }) => id)),
  };
  return { submit: createSubmitBatch(world), batches, enqueued };
};

const messages = (...some: readonly object[]) => apiRequest({ route: '/v1/messages/batch', body: { messages: some } });

test('what is wrong with one item is said of it, by its place, and does not concern the others', async () => {
  const { submit, batches, enqueued } = createWorld(({ messages: [first, second] }) => ({
    outcome: 'accepted',
    items: [
      { item: first?.item ?? -1, message: acceptedRow({ id: 'a' }) },
      { item: second?.item ?? -1, refusal: 'credit.insufficient' },
    ],
  }));
  const said = await submit(messages({ to: 'x', text: 'y' }, hello, { ...hello, dry_run: true }, hello));
  expect(said).toMatchObject({
    status: 202,
    body: {
      accepted: [{ index: 1, id: 'a', status: 'QUEUED' }],
      rejected: [
        { index: 0, problem: { code: 'request.invalid', status: 422, errors: [{ path: 'to' }] } },
        { index: 2, problem: { code: 'request.invalid', errors: [{ path: 'dry_run' }] } },
        { index: 3, problem: { code: 'credit.insufficient', status: 402 } },
      ],
    },
  });
  expect(batches[0]?.messages.map(({ item }) => item)).toEqual([1, 3]);
  expect(enqueued).toEqual(['a']);
});

test('a batch of nothing that fits is answered without asking the database', async () => {
  const { submit, batches } = createWorld();
  expect(await submit(messages({}, { to: 1 }))).toMatchObject({ status: 202, body: { accepted: [] } });
  expect(batches).toEqual([]);
});

test.each([
  ['no messages', { messages: [] }],
  ['1,001 messages', { messages: Array.from({ length: 1_001 }, () => hello) }],
  ['messages that are no list', { messages: hello }],
  ['another field', { messages: [hello], dry_run: true }],
])('no batch: %s', async (_name, body) => {
  const { submit } = createWorld();
  expect(await submit(apiRequest({ body }))).toMatchObject({ code: 'request.invalid' });
});

test('a batch of 2 MiB is read, and a larger one is not', async () => {
  const { submit } = createWorld();
  const body = JSON.stringify({ messages: [hello] });
  expect(await submit(apiRequest({ body: body.padEnd(2 * 1024 * 1024) }))).toMatchObject({ status: 202 });
  expect(await submit(apiRequest({ body: body.padEnd(2 * 1024 * 1024 + 1) }))).toMatchObject({
    code: 'body.too_large',
  });
});

test('a thousand messages are one batch, and what is due within 15 minutes is queued', async () => {
  const { submit, batches, enqueued } = createWorld(({ messages: some }) => ({
    outcome: 'accepted',
    items: some.map(({ item, id }) => ({
      item,
      message: acceptedRow({ id, scheduled: item % 2 === 1, delay_seconds: item % 2 === 1 ? 901 : 0 }),
    })),
  }));
  expect(await submit(messages(...Array.from({ length: 1_000 }, () => hello)))).toMatchObject({ status: 202 });
  expect(batches.map(({ messages: some }) => some.length)).toEqual([1_000]);
  expect(enqueued).toHaveLength(500);
});

test('a replay gives the first answer, queues nothing, and does not take back what was accepted', async () => {
  const { submit, enqueued } = createWorld(() => ({
    outcome: 'replayed',
    items: [
      { item: 0, message: acceptedRow({ id: 'a' }) },
      { item: 1, message: acceptedRow({ id: 'b', scheduled: true }) },
    ],
  }));
  // By now its time has passed, so that it would not be accepted any more.
  const past = { ...hello, send_at: '2026-11-21T07:00:00Z' };
  expect(await submit(messages(hello, past))).toMatchObject({
    status: 202,
    headers: { 'idempotent-replayed': 'true' },
    body: { accepted: [{ id: 'a' }, { id: 'b' }], rejected: [] },
  });
  expect(enqueued).toEqual([]);
});

test.each<[AcceptedBatch, string]>([
  [{ outcome: 'mismatch' }, 'idempotency.mismatch'],
  [{ outcome: 'no-such-client' }, 'account.not_found'],
  [{ outcome: 'refused', reason: 'destination.velocity' }, 'destination.velocity'],
])('%o concerns the whole batch: %s', async (answer, code) => {
  const { submit, enqueued } = createWorld(() => answer);
  expect(await submit(messages(hello))).toMatchObject({ outcome: 'refused', code });
  expect(enqueued).toEqual([]);
});
