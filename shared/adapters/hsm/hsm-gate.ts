import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  type CallReport,
  enterGate,
  type Gate,
  type GateRefusal,
  type GateSettings,
  leaveGate,
  newGate,
} from '#shared/domain/hsm/gate.ts';
import { clientSettings } from '../client-settings.ts';

export type Admitted =
  | { readonly outcome: 'entered'; readonly leave: (report: CallReport) => Promise<void> }
  | { readonly outcome: 'refused'; readonly reason: GateRefusal | 'contended'; readonly retryAfterMs: number };

export interface HsmGate {
  /**
   * Asks for leave to make one call.
   *
   * @param id new for each call.
   * @throws the SDK's error when the table does not answer: then the HSM is not to be called either.
   */
  enter(id: string): Promise<Admitted>;
}

const Permit = z.object({ id: z.string(), until: z.number() });
const StoredGate = z.object({
  permits: z.array(Permit),
  arrival: z.number(),
  circuit: z.discriminatedUnion('state', [
    z.object({ state: z.literal('closed'), failures: z.number() }),
    z.object({ state: z.literal('open'), until: z.number(), openMs: z.number() }),
    z.object({ state: z.literal('half-open'), probe: Permit, openMs: z.number() }),
  ]),
});

interface Version {
  readonly gate: Gate;
  /** 0: there is no row yet. */
  readonly version: number;
}

/** How often another may come in between before one who wants to enter is told to come again. */
const mostRoundsToEnter = 12;
/** One who leaves tries harder: its permit is lost to all until it runs out. */
const mostRoundsToLeave = 40;
const contendedMs = 200;
const forgottenAfterSeconds = 30 * 24 * 3_600;

const pause = (round: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(100, 5 * 2 ** round)));

/**
 * The gate before an HSM in a DynamoDB table, one row for all processes: `gate_name` (key), `version`, `gate` (JSON),
 * `ttl` (s). Each change is one write on the condition that nobody else wrote since the row was read, so that what
 * `enterGate` decides holds for all of them together.
 */
export const connectHsmGate = (
  table: string,
  name: string,
  settings: GateSettings,
  client = new DynamoDBClient(clientSettings),
  now: () => number = Date.now,
): HsmGate => {
  const key = { TableName: table, Key: { gate_name: { S: name } } };

  const read = async (): Promise<Version> => {
    const { Item } = await client.send(new GetItemCommand({ ...key, ConsistentRead: true }));
    if (!Item?.gate?.S) return { gate: newGate, version: 0 };
    return { gate: StoredGate.parse(JSON.parse(Item.gate.S)), version: Number(Item.version?.N) };
  };

  /** @returns whether nobody came in between. */
  const write = async (gate: Gate, version: number): Promise<boolean> => {
    const command = new UpdateItemCommand({
      ...key,
      ConditionExpression: version === 0 ? 'attribute_not_exists(gate_name)' : 'version = :read',
      UpdateExpression: 'SET gate = :gate, version = :version, #ttl = :ttl',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ...(version === 0 ? {} : { ':read': { N: `${version}` } }),
        ':gate': { S: JSON.stringify(gate) },
        ':version': { N: `${version + 1}` },
        ':ttl': { N: `${Math.ceil(now() / 1_000) + forgottenAfterSeconds}` },
      },
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  const leave = async (id: string, report: CallReport): Promise<void> => {
    for (let round = 0; round < mostRoundsToLeave; round += 1) {
      const { gate, version } = await read();
      const left = leaveGate(gate, settings, id, report, now());
      if (left === gate || (await write(left, version))) return;
      await pause(round);
    }
    throw new Error('The permit could not be given back: too many came in between');
  };

  return {
    enter: async (id) => {
      for (let round = 0; round < mostRoundsToEnter; round += 1) {
        const { gate, version } = await read();
        const entrance = enterGate(gate, settings, id, now());
        if (entrance.outcome === 'refused') return entrance;
        if (entrance.gate === gate || (await write(entrance.gate, version)))
          return { outcome: 'entered', leave: (report) => leave(id, report) };
        await pause(round);
      }
      return { outcome: 'refused', reason: 'contended', retryAfterMs: contendedMs };
    },
  };
};
