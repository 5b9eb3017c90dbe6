import { randomUUID } from 'node:crypto';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { CallbackDue, InboundReceived, MessageAccepted, OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { openRedrive } from '../../local/redrive/redrive.ts';
import { inspectQueues, type QueueInspector } from '../support/queue-inspector.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const patience = { timeout: 120_000 };

/** A message that must be handled although its neighbours cannot be. */
interface Neighbour {
  readonly body: string;
  isDone(): Promise<boolean>;
}

let box: RunningSignalbox;
let queues: QueueInspector;
beforeAll(async () => {
  box = await startRunningSignalbox();
  queues = inspectQueues(box);
});
afterAll(() => box?.stop());

const bodyOf = <Schema extends z.ZodType>(schema: Schema, message: z.input<Schema>): string =>
  JSON.stringify(schema.parse(message));
const now = (): string => new Date().toISOString();

/** A receipt, for a message that the simulator never sends one. */
const receiptOutcome = async (): Promise<Neighbour> => {
  const { id } = await box.send({ to: '491701230005', text: 'no receipt of its own' });
  const { parts } = await box.waitForStatus(id, 'SENT');
  const body = bodyOf(OutcomesReported, {
    type: 'OutcomesReported',
    version: 1,
    provider: 'primary',
    outcomes: [
      {
        type: 'ReceiptReceived',
        receipt_id: randomUUID(),
        smsc_message_id: parts[0]?.smsc_message_ids[0] ?? '',
        recipient: '491701230005',
        state: 'DELIVERED',
        error_code: null,
        at: now(),
      },
    ],
  });
  return { body, isDone: async () => (await box.message(id)).status === 'DELIVERED' };
};

const inboundText = async (): Promise<Neighbour> => {
  const inbound_id = randomUUID();
  const body = bodyOf(InboundReceived, {
    type: 'InboundReceived',
    version: 1,
    inbound_id,
    provider: 'primary',
    source_addr: '491700000701',
    destination_addr: '12345',
    data_coding: 0,
    esm_class: 0,
    protocol_id: 0,
    udh_hex: '',
    data_hex: '6869',
    default_alphabet: 'gsm7',
    sar: null,
    at: now(),
  });
  const find = () => box.query('SELECT 1 FROM inbound_messages WHERE id = $1', [inbound_id]);
  return { body, isDone: async () => (await find()).length === 1 };
};

const dueCallback = async (): Promise<Neighbour> => {
  const [id, message_id, { clientId }] = [uuidV7(), uuidV7(), box.client];
  await box.query(
    `INSERT INTO callbacks (id, client_id, type, url, payload, queued_at) VALUES ($1, $2, 'message.delivered', $3, $4, now())`,
    [id, clientId, box.callbacks.url, JSON.stringify({ message_id })],
  );
  const body = bodyOf(CallbackDue, {
    type: 'CallbackDue',
    version: 1,
    callback_id: id,
    client_id: clientId,
    attempt: 1,
  });
  return { body, isDone: async () => box.callbacksFor(message_id)[0]?.verdict === 'valid' };
};

const dueDelivery = async (): Promise<Neighbour> => {
  const send_at = new Date(Date.now() + 3_600_000).toISOString();
  const { id, parts } = await box.send({ to: '491701230098', text: 'for a later hour', send_at });
  await box.query('UPDATE messages SET next_attempt_at = now(), queued_at = now() WHERE id = $1', [id]);
  const body = bodyOf(MessageAccepted, {
    type: 'MessageAccepted',
    version: 1,
    message_id: id,
    client_id: box.client.clientId,
    attempt: 1,
    parts,
    correlation_id: 'test',
  });
  return { body, isDone: async () => (await box.message(id)).status === 'DELIVERED' };
};

/** Not JSON, JSON of another shape, and a version that nobody knows yet. */
const poisons = (type: string): readonly string[] => [
  `not JSON for ${type}`,
  '{}',
  JSON.stringify({ type, version: 2 }),
  'null',
];

/** Everything put is given up or handled, and nothing goes round any more. */
const expectGivenUp = async (queue: string, given: readonly string[], neighbour: Neighbour): Promise<void> => {
  await until(`${queue} is empty`, async () => (await queues.depth(queue)) === 0, { everyMs: 200 });
  await until(`the neighbour in ${queue} is handled`, neighbour.isDone);
  expect((await queues.drain(`${queue}-dlq`)).toSorted()).toEqual(given.toSorted());
};

const record = (queue: string, body: string) => ({
  messageId: randomUUID(),
  receiptHandle: 'none',
  body,
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: `${Date.now()}` },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:eu-central-1:000000000000:${queue}`,
  awsRegion: 'eu-central-1',
});

const consumers = [
  { queue: 'outcomes', consumer: 'settle-outcomes', type: 'OutcomesReported', neighbour: receiptOutcome },
  { queue: 'inbound', consumer: 'handle-inbound', type: 'InboundReceived', neighbour: inboundText },
  { queue: 'callbacks', consumer: 'notify-client', type: 'CallbackDue', neighbour: dueCallback },
];

describe('a redrive', () => {
  test('tells of dead letters first, then moves them back, where they are worked off', patience, async () => {
    const good = await dueCallback();
    await queues.put('callbacks-dlq', [good.body]);
    const redrive = await openRedrive(box.sqs, 'signalbox-local-callbacks');
    const { waiting, sample } = await redrive.survey();
    expect([waiting, sample.map(({ type }) => type)]).toEqual([1, ['CallbackDue/1']]);
    expect(await good.isDone()).toBe(false);
    expect(await redrive.move(10)).toBe(1);
    await until('the callback is made', good.isDone);
    expect(await queues.depth('callbacks-dlq')).toBe(0);
  });
});

describe('what does not parse', () => {
  test.each(consumers)('is the only failure of its batch for $consumer', patience, async (each) => {
    const { queue, consumer, type, neighbour } = each;
    const good = await neighbour();
    const [first = '', ...others] = poisons(type);
    const Records = [first, good.body, ...others].map((body) => record(queue, body));
    const { batchItemFailures } = (await box.cloud.invoke(consumer, { Records })) as {
      readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
    };
    const bad = Records.filter(({ body }) => body !== good.body).map(({ messageId }) => messageId);
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(bad);
    await until('its neighbour is handled', good.isDone);
  });

  test.concurrent.each(consumers)('is a dead letter of $queue after five receives', patience, async (each) => {
    const { queue, type, neighbour } = each;
    // Six times the function's timeout otherwise: five of that are a quarter of an hour.
    await queues.setVisibilityTimeout(queue, 2);
    const good = await neighbour();
    await queues.put(queue, [...poisons(type), good.body]);
    await expectGivenUp(queue, poisons(type), good);
  });

  test('is given back by the bridge until it is a dead letter', patience, async () => {
    const good = await dueDelivery();
    await queues.put('deliveries-normal', [...poisons('MessageAccepted'), good.body]);
    await expectGivenUp('deliveries-normal', poisons('MessageAccepted'), good);
  });
});
