import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { accountId, region } from '../intrinsics.ts';
import { generatedName, type Maker, readProperties, unused } from '../resource.ts';
import { noteEncryptionKey } from './keys.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const index = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).optional(),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});

const Table = z.strictObject({
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  // AWS deletes late, so nothing may rely on it; here nothing is deleted at all.
  TimeToLiveSpecification: unused,
  // Recovery, encryption, protection and tags of a table that lives in memory.
  PointInTimeRecoverySpecification: unused,
  SSESpecification: z.object({ KMSMasterKeyId: z.string().optional() }).optional(),
  DeletionProtectionEnabled: unused,
  TableClass: unused,
  Replicas: unused,
  Tags: unused,
});

const untilActive = async (dynamodb: DynamoDBClient, name: string): Promise<void> => {
  for (;;) {
    const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    if (table?.TableStatus === 'ACTIVE') return;
    await sleep(20);
  }
};

const makeTable: Maker = async (resource, workshop) => {
  const { dynamodb } = workshop;
  const table = readProperties(resource, Table);
  const name = table.TableName ?? generatedName(resource, 255);
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes, BillingMode } = table;
  const input: CreateTableCommandInput = {
    TableName: name,
    AttributeDefinitions,
    KeySchema,
    BillingMode,
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
  };
  await dynamodb.send(new CreateTableCommand(input)).catch((error: unknown) => {
    // From an earlier run: tables that were kept are used again.
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  await untilActive(dynamodb, name);
  const arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
  await noteEncryptionKey(workshop, arn, table.SSESpecification?.KMSMasterKeyId);
  return { ref: name, attributes: { Arn: arn } };
};

export const tableMakers: Readonly<Record<string, Maker>> = {
  'AWS::DynamoDB::Table': makeTable,
  'AWS::DynamoDB::GlobalTable': makeTable,
};
