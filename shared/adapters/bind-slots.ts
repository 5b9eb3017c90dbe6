import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  type BindSlots,
  noBindSlots,
  planSlots,
  type SlotPlan,
  type SlotTerms,
  type SlotWish,
} from '#shared/domain/bind-slots.ts';
import { clientSettings } from './client-settings.ts';

export interface HeldSlots extends Pick<SlotPlan, 'held' | 'surplus'> {
  /**
   * On the monotonic clock of `performance.now()`: by then every bind on them must be closed, or they must have been
   * renewed. It lies a sixth of the lease before the expiry that the table has.
   */
  readonly deadline: number;
}

export interface BindSlotTable {
  /** Renews, takes and gives back, in one write. @throws Error when others were quicker again and again. */
  settle(provider: string, wish: SlotWish): Promise<HeldSlots>;
}

/** A dead task's binds are free after the lease and the margin; a living one renews some five times in it. */
export const bindSlotTerms: SlotTerms = { leaseMs: 15_000, marginMs: 2_000 };

const mostTries = 20;
const longestPauseMs = 50;
/** How long the table remembers a provider that no task asks for. */
const forgottenAfterSeconds = 30 * 24 * 3_600;

const Slots = z.object({
  slots: z.array(
    z.object({ number: z.int(), holder: z.string().nullable(), generation: z.int(), expiresAt: z.number() }),
  ),
  members: z.array(z.object({ task: z.string(), expiresAt: z.number() })),
});

/**
 * The binds of every provider in a DynamoDB table, an item each: `provider_name` (key), `version`, `slots` (JSON), `ttl`
 * (s). An item is replaced only on the condition that it is as it was read, so that no two tasks can take one slot.
 */
export const connectBindSlots = (
  table: string,
  client = new DynamoDBClient(clientSettings),
  terms: SlotTerms = bindSlotTerms,
  now: () => number = Date.now,
): BindSlotTable => {
  const read = async (provider: string): Promise<{ readonly version: number; readonly slots: BindSlots }> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { provider_name: { S: provider } }, ConsistentRead: true }),
    );
    if (!Item) return { version: 0, slots: noBindSlots };
    return { version: Number(Item.version?.N), slots: Slots.parse(JSON.parse(Item.slots?.S ?? '')) };
  };

  const replace = async (provider: string, version: number, slots: BindSlots): Promise<boolean> => {
    const command = new PutItemCommand({
      TableName: table,
      Item: {
        provider_name: { S: provider },
        version: { N: `${version + 1}` },
        slots: { S: JSON.stringify(slots) },
        ttl: { N: `${Math.ceil(now() / 1_000) + forgottenAfterSeconds}` },
      },
      ConditionExpression: version === 0 ? 'attribute_not_exists(provider_name)' : 'version = :version',
      ...(version > 0 && { ExpressionAttributeValues: { ':version': { N: `${version}` } } }),
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      // Also when the SDK repeated a write whose answer was lost: what it wrote is read, and stands under our name.
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  return {
    settle: async (provider, wish) => {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const { version, slots } = await read(provider);
        const asked = performance.now();
        const { next, held, surplus } = planSlots(slots, wish, now(), terms);
        if (await replace(provider, version, next)) return { held, surplus, deadline: asked + (terms.leaseMs * 5) / 6 };
        await new Promise((resolve) => setTimeout(resolve, Math.random() * longestPauseMs));
      }
      throw new Error(`The bind slots of ${provider} changed ${mostTries} times while they were asked for`);
    },
  };
};
