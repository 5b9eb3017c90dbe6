import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { createBoundedMemory } from '#shared/domain/bounded-memory.ts';
import {
  type Bucket,
  costOf,
  type Fill,
  fillOf,
  latestArrival,
  retryAfterSeconds,
} from '#shared/domain/token-bucket.ts';
import { hotPathSettings } from './client-settings.ts';

export type Admission =
  | { readonly outcome: 'admitted'; readonly fill: Fill }
  | { readonly outcome: 'limited'; readonly fill: Fill; readonly retryAfterSeconds: number };

export interface RateLimits {
  /**
   * Takes one token from a bucket that all instances share.
   *
   * @throws the SDK's error when the table does not answer: the caller decides whether that is a reason to refuse.
   */
  take(name: string, bucket: Bucket): Promise<Admission>;
}

const maxRemembered = 10_000;
/** How often another instance may come in between before a request is refused all the same. */
const mostRounds = 3;
/** A bucket that has been full for so long is forgotten by the table. */
const forgottenAfterSeconds = 3_600;

/**
 * Token buckets in a DynamoDB table: `bucket_name` (key), `arrival` (ms, the bucket's arrival time), `ttl` (s).
 *
 * A request is one conditional write in the usual case: the bucket is either in use (its arrival time moves on) or full
 * (it begins at now). Which one is tried first is guessed from what this process saw last. An arrival time only grows,
 * so a bucket that was too full for this moment when it was last seen is refused without asking.
 */
export const connectRateLimits = (
  table: string,
  client = new DynamoDBClient(hotPathSettings),
  now: () => number = Date.now,
): RateLimits => {
  const seen = createBoundedMemory<number>({ maxEntries: maxRemembered });

  const write = async (name: string, update: string, condition: string, values: Readonly<Record<string, number>>) => {
    const numbers = Object.entries(values).map(([key, value]) => [key, { N: `${value}` }] as const);
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { bucket_name: { S: name } },
          UpdateExpression: `SET ${update}, #ttl = :ttl`,
          ConditionExpression: condition,
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: Object.fromEntries(numbers),
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Number(Attributes?.arrival?.N);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };

  const attempts = (name: string, bucket: Bucket, time: number) => {
    const values = { ':now': time, ':cost': costOf(bucket), ':ttl': Math.ceil(time / 1000) + forgottenAfterSeconds };
    const inUse = () =>
      write(name, 'arrival = arrival + :cost', 'arrival BETWEEN :now AND :latest', {
        ...values,
        ':latest': latestArrival(bucket, time),
      });
    const full = () =>
      write(name, 'arrival = :next', 'attribute_not_exists(arrival) OR arrival < :now', {
        ':now': time,
        ':ttl': values[':ttl'],
        ':next': time + values[':cost'],
      });
    return (seen.get(name) ?? 0) >= time ? [inUse, full] : [full, inUse];
  };

  const read = async (name: string): Promise<number> => {
    const key = { bucket_name: { S: name } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Number(Item?.arrival?.N ?? 0);
  };

  const refuse = (bucket: Bucket, arrival: number, time: number): Admission => ({
    outcome: 'limited',
    fill: { ...fillOf(bucket, arrival, time), remaining: 0 },
    retryAfterSeconds: retryAfterSeconds(bucket, arrival, time),
  });

  return {
    take: async (name, bucket) => {
      const time = now();
      const known = seen.get(name) ?? 0;
      if (known > latestArrival(bucket, time)) return refuse(bucket, known, time);
      for (let round = 1; ; round += 1) {
        for (const attempt of attempts(name, bucket, time)) {
          const arrival = await attempt();
          if (arrival === undefined) continue;
          seen.set(name, arrival);
          return { outcome: 'admitted', fill: fillOf(bucket, arrival, time) };
        }
        const arrival = await read(name);
        seen.set(name, arrival);
        // Neither full nor in use, and yet not too full: another instance came in between.
        if (arrival > latestArrival(bucket, time) || round === mostRounds) return refuse(bucket, arrival, time);
      }
    },
  };
};
