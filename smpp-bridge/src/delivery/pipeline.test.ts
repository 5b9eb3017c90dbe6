import { v7 as uuidV7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import type { ReceivedMessage } from '#shared/adapters/queues.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import type { Outcome } from '#shared/contracts/queue-messages.ts';
import type { SubmitResult } from '../session/session-types.ts';
import { type Carried, type PipelineWorld, startPipeline } from './pipeline.ts';
import { toOutcomes } from './to-outcome.ts';

const delivery = (id: string): ReceivedMessage => ({
  messageId: id,
  receiptHandle: `handle ${id}`,
  receiveCount: 1,
  sentAt: new Date(),
  body: JSON.stringify({
    type: 'MessageAccepted',
    version: 1,
    message_id: id,
    client_id: uuidV7(),
    attempt: 1,
    parts: 1,
    correlation_id: 'c',
  }),
});

const claimOf = (id: string): Claim => ({
  message_id: id,
  client_id: uuidV7(),
  attempt: 1,
  claim_id: '6f2b0b6e-0000-4000-8000-000000000000',
  recipient: '491700000001',
  sender: 'Signalbox',
  body: 'hello',
  encoding: 'gsm7',
  locking_shift: null,
  single_shift: null,
  data_coding: null,
  protocol_id: null,
  udh_hex: null,
  push_reference_bits: null,
  concat_reference: 1,
  correlation_id: 'c',
  remaining_seconds: 3600,
  part_numbers: [1],
  tried: [],
});

interface Submitting {
  submit(): Promise<SubmitResult>;
}

/** The world of one queue, given once; every call on it is written down in order. */
const createWorld = (messages: readonly ReceivedMessage[], given: Partial<PipelineWorld & Submitting> = {}) => {
  const calls: string[] = [];
  const reported: Outcome[] = [];
  let rest = [...messages];
  const { submit = async () => ({ outcome: 'accepted', messageId: 'x' }) as const, ...others } = given;
  const carry = async (claim: Claim): Promise<Carried> => {
    const results = await Promise.all(claim.part_numbers.map(() => submit()));
    if (results.every(({ outcome }) => outcome === 'not-sent')) return { outcome: 'untouched' };
    const outcomes = results.flatMap((result, i) => {
      const token = { message_id: MessageId.parse(claim.message_id), attempt: claim.attempt, parts: [i + 1] };
      return toOutcomes(token, result, { now: new Date(), mayRetry: () => true });
    });
    reported.push(...outcomes);
    calls.push(...outcomes.map(({ type }) => `report ${type}`));
    return { outcome: 'reported' };
  };
  const world: PipelineWorld = {
    carry,
    receive: async () => {
      const batch = rest.slice(0, 10);
      rest = rest.slice(10);
      await new Promise((resolve) => setTimeout(resolve, batch.length > 0 ? 0 : 5));
      return batch;
    },
    claim: async (deliveries) => deliveries.map(({ accepted }) => claimOf(accepted.message_id)),
    release: async (claims) => void calls.push(`release ${claims.length}`),
    remove: async (_queue, handles) => void calls.push(...handles.map((handle) => `remove ${handle}`)),
    giveBack: async (_queue, handles, seconds) => void calls.push(...handles.map((h) => `back ${h} ${seconds}`)),
    whenBound: async () => undefined,
    defer: async (some) => void calls.push(...some.map(({ reason, seconds }) => `defer ${reason} ${seconds}`)),
    log: () => undefined,
    ...others,
  };
  return { world, calls, reported };
};

const sources = [{ priority: 'normal', queueUrl: 'q', share: 1 }] as const;
const run = async (world: PipelineWorld, isDone: () => boolean) => {
  const pipeline = startPipeline(world, sources, () => 100);
  await vi.waitFor(() => expect(isDone()).toBe(true), { timeout: 5_000, interval: 5 });
  await pipeline.stop();
  return pipeline;
};

test('a delivery is deleted only after its outcome was reported', async () => {
  const id = uuidV7();
  const { world, calls } = createWorld([delivery(id)]);
  const pipeline = await run(world, () => calls.length === 2);
  expect(calls).toEqual(['report PartSubmitted', `remove handle ${id}`]);
  expect(pipeline.inHand).toBe(0);
});

test('what may not be claimed is deleted and never submitted', async () => {
  const id = uuidV7();
  const submit = vi.fn();
  const { world, calls } = createWorld([delivery(id)], { claim: async () => [], submit });
  await run(world, () => calls.length === 1);
  expect(calls).toEqual([`remove handle ${id}`]);
  expect(submit).not.toHaveBeenCalled();
});

test('one message that SQS gives twice is submitted once', async () => {
  const id = uuidV7();
  const submit = vi.fn(async (): Promise<SubmitResult> => ({ outcome: 'accepted', messageId: 'x' }));
  const { world, calls } = createWorld([delivery(id), { ...delivery(id), receiptHandle: 'again' }], { submit });
  await run(world, () => calls.length === 3);
  expect(submit).toHaveBeenCalledOnce();
  expect(calls.toSorted()).toEqual(['remove again', `remove handle ${id}`, 'report PartSubmitted']);
});

test('a message of which nothing was sent is released, then given back at once', async () => {
  const id = uuidV7();
  const { world, calls } = createWorld([delivery(id)], { submit: async () => ({ outcome: 'not-sent' }) });
  await run(world, () => calls.length === 2);
  expect(calls).toEqual(['release 1', `back handle ${id} 0`]);
});

test('a message that nobody takes now is planned for later, and its delivery is deleted', async () => {
  const id = uuidV7();
  const { world, calls } = createWorld([delivery(id)], {
    carry: async () => ({ outcome: 'deferred', reason: 'a is down', seconds: 30 }),
  });
  await run(world, () => calls.length === 2);
  expect(calls).toEqual(['defer a is down 30', `remove handle ${id}`]);
});

test('a part that was not sent, of a message that was, is reported and not released', async () => {
  const id = uuidV7();
  let n = 0;
  const { world, reported, calls } = createWorld([delivery(id)], {
    claim: async () => [{ ...claimOf(id), body: 'x'.repeat(200), part_numbers: [1, 2] }],
    submit: async () => (n++ === 0 ? { outcome: 'unknown', reason: 'session-lost' } : { outcome: 'not-sent' }),
  });
  await run(world, () => calls.length === 3);
  expect(reported.map(({ type }) => type)).toEqual(['PartUnknown', 'PartNotSent']);
  expect(reported.every((outcome) => 'message_id' in outcome && outcome.message_id === MessageId.parse(id))).toBe(true);
});

test('a delivery that does not parse is given back to become a dead letter, and its neighbours go on', async () => {
  const id = uuidV7();
  const bad = { ...delivery(uuidV7()), receiptHandle: 'bad', body: '{"type":"Other"}' };
  const { world, calls } = createWorld([bad, delivery(id)]);
  await run(world, () => calls.length === 3);
  expect(calls.toSorted()).toEqual(['back bad 0', `remove handle ${id}`, 'report PartSubmitted']);
});

test('a claim that faults gives its deliveries back a little later', async () => {
  const id = uuidV7();
  const { world, calls } = createWorld([delivery(id)], {
    claim: async () => {
      throw new Error('no database');
    },
  });
  await run(world, () => calls.length === 1);
  expect(calls).toEqual([`back handle ${id} 5`]);
});

test('a receive that faults is tried again', async () => {
  const id = uuidV7();
  let faults = 1;
  const { world, calls } = createWorld([delivery(id)]);
  const receive = world.receive;
  await run(
    {
      ...world,
      receive: (queueUrl, wait) => (faults-- > 0 ? Promise.reject(new Error('throttled')) : receive(queueUrl, wait)),
    },
    () => calls.length === 2,
  );
  expect(calls).toContain(`remove handle ${id}`);
});

test('stop waits for what is in hand', async () => {
  const id = uuidV7();
  const { promise: answered, resolve: answer } = Promise.withResolvers<SubmitResult>();
  const submit = vi.fn(() => answered);
  const { world, calls } = createWorld([delivery(id)], { submit });
  const pipeline = startPipeline(world, sources, () => 100);
  await vi.waitFor(() => expect(submit).toHaveBeenCalled(), { interval: 5 });
  const stopped = pipeline.stop();
  answer({ outcome: 'accepted', messageId: 'x' });
  await stopped;
  expect(calls).toEqual(['report PartSubmitted', `remove handle ${id}`]);
});
