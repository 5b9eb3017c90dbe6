import type { SQSEvent } from 'aws-lambda';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { metrics } from '#shared/telemetry.ts';
import { processBatch } from './queue-batch.ts';

const event = (...bodies: string[]): SQSEvent =>
  ({ Records: bodies.map((body, i) => ({ messageId: `m${i}`, body })) }) as unknown as SQSEvent;
const failed = async (bodies: string[], apply: (numbers: readonly number[]) => Promise<void>) =>
  (await processBatch(event(...bodies), z.number(), apply)).batchItemFailures.map((each) => each.itemIdentifier);

afterEach(() => metrics.clearMetrics());

test('a batch is applied at once', async () => {
  const seen: (readonly number[])[] = [];
  expect(await failed(['1', '2'], async (numbers) => void seen.push(numbers))).toEqual([]);
  expect(seen).toEqual([[1, 2]]);
});

test('what does not parse fails alone', async () => {
  const seen: number[] = [];
  expect(await failed(['1', 'x', '"y"', '2'], async (numbers) => void seen.push(...numbers))).toEqual(['m1', 'm2']);
  expect(seen).toEqual([1, 2]);
});

test('one poisonous message does not take its neighbours along', async () => {
  const seen: number[] = [];
  const apply = async (numbers: readonly number[]) => {
    if (numbers.includes(2)) throw new Error('poison');
    seen.push(...numbers);
  };
  expect(await failed(['1', '2', '3'], apply)).toEqual(['m1']);
  expect(seen).toEqual([1, 3]);
});

test('a message that faults alone is tried once', async () => {
  let tries = 0;
  const apply = async () => {
    tries += 1;
    throw new Error('no database');
  };
  expect(await failed(['1'], apply)).toEqual(['m0']);
  expect(tries).toBe(1);
});

test('nothing that parses is nothing to apply', async () => {
  expect(await failed(['x'], () => Promise.reject(new Error('called')))).toEqual(['m0']);
});

test('what is given back is counted, since Lambda counts no error; what went well is not', async () => {
  await failed(['1', '2'], async () => undefined);
  expect(metrics.hasStoredMetrics()).toBe(false);
  await failed(['1', 'x'], () => Promise.reject(new Error('no database')));
  expect(metrics.serializeMetrics()).toMatchObject({ MessagesGivenBack: 2 });
});
