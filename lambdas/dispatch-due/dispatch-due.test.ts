import { expect, test } from 'vitest';
import type { DueMessage } from '#shared/adapters/outbox.ts';
import { dispatchDue, type Outbox } from './dispatch-due.ts';

const due = (n: number): DueMessage[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${i}`,
    client_id: 'c',
    priority: 'normal',
    is_test: false,
    attempt: 1,
    parts: 1,
    correlation_id: 'r',
    delay_seconds: 0,
  }));

const createOutbox = (messages: number, given: Partial<Outbox> = {}) => {
  const queued: number[] = [];
  let left = messages;
  const outbox: Outbox = {
    recoverOrphans: async () => [],
    settle: async () => undefined,
    dueMessages: async (limit) => due(Math.min(left, limit)),
    dueCallbacks: async () => [],
    dueCasRequests: async () => [],
    enqueueMessages: async (batch) => {
      queued.push(batch.length);
      left -= batch.length;
    },
    enqueueCallbacks: async () => undefined,
    recoverPushes: async () => undefined,
    idleCards: async () => [],
    enqueueCards: async () => undefined,
    enqueueCasRequests: async () => undefined,
    isLate: () => false,
    ...given,
  };
  return { outbox, queued };
};

test('everything that is due is queued, a page at a time', async () => {
  const { outbox, queued } = createOutbox(2_500);
  expect(await dispatchDue(outbox)).toEqual({ recovered: 0, messages: 2_500, callbacks: 0, casRequests: 0, cards: 0 });
  expect(queued).toEqual([1_000, 1_000, 500]);
});

test('what there is no time for is left to the next run', async () => {
  let asked = 0;
  const { outbox, queued } = createOutbox(5_000, { isLate: () => ++asked > 2 });
  expect(await dispatchDue(outbox)).toMatchObject({ messages: 1_000 });
  expect(queued).toEqual([1_000]);
});

test('what a dead task left is settled before anything is queued', async () => {
  const order: string[] = [];
  const { outbox } = createOutbox(1, {
    recoverOrphans: async () => (order.length === 0 ? ['m'] : []),
    settle: async (ids) => void order.push(`settle ${ids.join()}`),
    enqueueMessages: async () => void order.push('queue'),
  });
  await dispatchDue(outbox);
  expect(order).toEqual(['settle m', 'queue']);
});

test('a page that could not be queued ends the run with its fault', async () => {
  const { outbox } = createOutbox(1, { enqueueMessages: async () => Promise.reject(new Error('SendFailed')) });
  await expect(dispatchDue(outbox)).rejects.toThrow('SendFailed');
});
