import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { connectLeases, type Leases } from '#shared/adapters/leases.ts';

export interface TestLeases {
  readonly leases: Leases;
  stop(): void;
}

/** Leases in a table of its own. */
export const startTestLeases = async (): Promise<TestLeases> => {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const client = new DynamoDBClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: 'leases',
      AttributeDefinitions: [{ AttributeName: 'lease_name', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'lease_name', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return {
    leases: connectLeases('leases', client),
    stop: () => {
      client.destroy();
      server.close();
    },
  };
};
