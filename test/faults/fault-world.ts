import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Sql } from '#shared/adapters/data-api.ts';
import { createFaultRules, type FaultRules } from '../../local/faults/faults.ts';
import { connectPostgres } from '../../local/invariants/connect-postgres.ts';
import { inspectQueues, type QueueInspector } from '../support/queue-inspector.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';

/** A whole Signalbox, with a hand on every call between its programs and AWS. */
export interface FaultWorld {
  readonly box: RunningSignalbox;
  readonly rules: FaultRules;
  readonly sql: Sql;
  readonly queues: QueueInspector;
  /** Ends the lease under which one dispatch-due runs at a time: one that was killed leaves it for 55 s. */
  endDispatchLease(): Promise<void>;
  /** Lets an HSM be tried again whose circuit is open, and takes back the permits of the dead. */
  reopenHsmGate(): Promise<void>;
  readonly startedAt: Date;
  stop(): Promise<void>;
}

export const workQueues = [
  'deliveries-high',
  'deliveries-normal',
  'deliveries-bulk',
  'outcomes',
  'inbound',
  'pushes',
  'callbacks',
] as const;

/**
 * What died with a message in its hands gives it back by the visibility timeout: three to five minutes, as deployed.
 * So many seconds are long enough for whoever lives.
 */
const visibilitySeconds = 5;

const ignoreCondition = (error: unknown): void => {
  if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error;
};

/** As its clock would: every moment at which the gate before the HSM changes by itself has come. */
const endWaits = async (dynamodb: DynamoDBClient): Promise<void> => {
  const row = { TableName: 'signalbox-local-gates', Key: { gate_name: { S: 'http-xml' } } };
  const { Item } = await dynamodb.send(new GetItemCommand({ ...row, ConsistentRead: true }));
  const [gate, version] = [Item?.gate?.S, Number(Item?.version?.N)];
  if (gate === undefined || !gate.includes('"openMs"')) return;
  const over = gate.replaceAll(/"until":[0-9.]+/g, '"until":0');
  const command = new UpdateItemCommand({
    ...row,
    ConditionExpression: 'version = :read',
    UpdateExpression: 'SET gate = :gate, version = :version',
    ExpressionAttributeValues: {
      ':read': { N: `${version}` },
      ':version': { N: `${version + 1}` },
      ':gate': { S: over },
    },
  });
  await dynamodb.send(command).catch(ignoreCondition);
};

export const startFaultWorld = async (): Promise<FaultWorld> => {
  const startedAt = new Date();
  const rules = createFaultRules();
  const box = await startRunningSignalbox({ faults: rules, longestRestartMs: 500 });
  const queues = inspectQueues(box);
  for (const name of workQueues) await queues.setVisibilityTimeout(name, visibilitySeconds);
  const { endpoints, operatorCredentials: credentials, database } = box.cloud;
  const postgres = connectPostgres(database.connectionString);
  const dynamodb = new DynamoDBClient({ region: 'eu-central-1', endpoint: endpoints.dynamodb, credentials });
  const endDispatchLease = async (): Promise<void> => {
    const command = new UpdateItemCommand({
      TableName: 'signalbox-local-leases',
      Key: { lease_name: { S: 'dispatch-due' } },
      ConditionExpression: 'attribute_exists(lease_name)',
      UpdateExpression: 'SET expires_at = :over',
      ExpressionAttributeValues: { ':over': { N: '0' } },
    });
    await dynamodb.send(command).catch(ignoreCondition);
  };
  /** A bridge that was killed leaves its binds to the next one after 17 s: here as soon as it is gone. */
  let bridges: readonly number[] = [];
  const endBindSlots = async (): Promise<void> => {
    const before = bridges;
    bridges = (box.cloud.services['signalbox-local-smpp-bridge']?.tasks() ?? []).map(({ pid }) => pid);
    if (before.every((pid) => bridges.includes(pid))) return;
    const Key = { provider_name: { S: 'primary' } };
    await dynamodb.send(new DeleteItemCommand({ TableName: 'signalbox-local-bindslots', Key }));
  };
  const watching = setInterval(() => void endBindSlots().catch(() => undefined), 200);
  const reopenHsmGate = () => endWaits(dynamodb);
  return {
    box,
    rules,
    sql: postgres.sql,
    queues,
    endDispatchLease,
    reopenHsmGate,
    startedAt,
    stop: async () => {
      clearInterval(watching);
      rules.lift();
      box.smsc.behave({ stall: 'none', drop: true });
      await sleep(50);
      dynamodb.destroy();
      await postgres.end();
      await box.stop();
    },
  };
};
