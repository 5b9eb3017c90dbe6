import * as z from 'zod';
import type { Database } from './data-api.ts';

/** What every program that speaks to the database is deployed with. */
export const databaseEnv = {
  DATABASE_CLUSTER_ARN: z.string().min(1),
  DATABASE_SECRET_ARN: z.string().min(1),
  DATABASE_NAME: z.string().min(1),
};

export const databaseOf = (env: { readonly [Name in keyof typeof databaseEnv]: string }): Database => ({
  clusterArn: env.DATABASE_CLUSTER_ARN,
  secretArn: env.DATABASE_SECRET_ARN,
  name: env.DATABASE_NAME,
});

export const deliveryQueuesEnv = {
  DELIVERIES_HIGH_QUEUE_URL: z.url(),
  DELIVERIES_NORMAL_QUEUE_URL: z.url(),
  DELIVERIES_BULK_QUEUE_URL: z.url(),
};

/** Queue URLs by priority. */
export interface DeliveryQueues {
  readonly high: string;
  readonly normal: string;
  readonly bulk: string;
}

export const deliveryQueuesOf = (
  env: { readonly [Name in keyof typeof deliveryQueuesEnv]: string },
): DeliveryQueues => ({
  high: env.DELIVERIES_HIGH_QUEUE_URL,
  normal: env.DELIVERIES_NORMAL_QUEUE_URL,
  bulk: env.DELIVERIES_BULK_QUEUE_URL,
});
