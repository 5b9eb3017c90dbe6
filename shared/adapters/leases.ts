import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { logger } from '#shared/telemetry.ts';
import { clientSettings } from './client-settings.ts';

export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Higher with every change of hands, so that what an earlier holder left can be told. */
  readonly generation: number;
  /**
   * On the monotonic clock of `performance.now()`: the holder must have stopped by then. It is counted from before the
   * request went out, so it lies before the expiry that the table has.
   */
  readonly deadline: number;
}

export type LeasedWork<Result> =
  | { readonly outcome: 'done'; readonly result: Result }
  | { readonly outcome: 'held-by-another' };

export interface Leases {
  /** `undefined`: another holds it. The holder it is asked for must be unique to the asker, such as a UUID. */
  acquire(name: string, holder: string, seconds: number): Promise<Lease | undefined>;
  /** The lease with a later deadline; `undefined`: it was lost, and the work under it must stop. */
  renew(lease: Lease, seconds: number): Promise<Lease | undefined>;
  /** Gives it back at once; does nothing when it was lost. */
  release(lease: Lease): Promise<void>;
  /** Does the work while holding the lease, then gives it back, whether the work succeeded or threw. */
  withLease<Result>(
    name: string,
    holder: string,
    seconds: number,
    work: (lease: Lease) => Promise<Result>,
  ): Promise<LeasedWork<Result>>;
}

/** How far clocks may be apart: a taker waits this much longer than the expiry (architecture.md, rule 9). */
const marginMs = 2_000;
/** How long the table remembers a lease that nobody asks for, and with it the count of its generations. */
const forgottenAfterSeconds = 30 * 24 * 3_600;

const unlessRefused = (error: unknown): undefined => {
  if (error instanceof ConditionalCheckFailedException) return undefined;
  throw error;
};

/**
 * Leases in a DynamoDB table: `lease_name` (key), `holder`, `expires_at` (ms), `generation`, `ttl` (s). A row is only
 * ever taken by a condition on its own expiry: the ttl deletes late, and only what has long been without a holder.
 */
export const connectLeases = (
  table: string,
  client = new DynamoDBClient(clientSettings),
  now: () => number = Date.now,
): Leases => {
  const key = (name: string) => ({ TableName: table, Key: { lease_name: { S: name } } });
  const until = (expiresAt: number) => ({
    ':expires_at': { N: `${expiresAt}` },
    ':ttl': { N: `${Math.ceil(now() / 1_000) + forgottenAfterSeconds}` },
  });

  const acquire: Leases['acquire'] = async (name, holder, seconds) => {
    const deadline = performance.now() + seconds * 1_000;
    const command = new UpdateItemCommand({
      ...key(name),
      // The asker's own name is let through: the SDK repeats a request whose answer was lost.
      ConditionExpression: 'attribute_not_exists(lease_name) OR expires_at < :free OR holder = :holder',
      UpdateExpression:
        'SET holder = :holder, expires_at = :expires_at, #ttl = :ttl, generation = if_not_exists(generation, :zero) + :one',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ...until(now() + seconds * 1_000),
        ':free': { N: `${now() - marginMs}` },
        ':holder': { S: holder },
        ':zero': { N: '0' },
        ':one': { N: '1' },
      },
      ReturnValues: 'ALL_NEW',
    });
    const answer = await client.send(command).catch(unlessRefused);
    return answer && { name, holder, generation: Number(answer.Attributes?.generation?.N), deadline };
  };

  const prolong = async (lease: Lease, expiresAt: number, deadline: number): Promise<Lease | undefined> => {
    const command = new UpdateItemCommand({
      ...key(lease.name),
      ConditionExpression: 'holder = :holder AND generation = :generation',
      UpdateExpression: 'SET expires_at = :expires_at, #ttl = :ttl',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ...until(expiresAt),
        ':holder': { S: lease.holder },
        ':generation': { N: `${lease.generation}` },
      },
    });
    const answer = await client.send(command).catch(unlessRefused);
    return answer && { ...lease, deadline };
  };

  const renew: Leases['renew'] = (lease, seconds) =>
    prolong(lease, now() + seconds * 1_000, performance.now() + seconds * 1_000);

  const release: Leases['release'] = async (lease) => {
    await prolong(lease, 0, 0);
  };

  return {
    acquire,
    renew,
    release,
    withLease: async (name, holder, seconds, work) => {
      const lease = await acquire(name, holder, seconds);
      if (!lease) return { outcome: 'held-by-another' };
      try {
        return { outcome: 'done', result: await work(lease) };
      } finally {
        // What the work came to is not lost over this: a lease not given back expires.
        await release(lease).catch((error: unknown) =>
          logger.warn('A lease could not be given back', { lease_name: name, error }),
        );
      }
    },
  };
};
