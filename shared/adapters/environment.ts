import * as z from 'zod';
import type { Database } from './data-api.ts';
import type { TokenIssuer } from './tokens.ts';

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

/** What every program that puts messages on their queues is deployed with. */
export const sendingQueuesEnv = { ...deliveryQueuesEnv, DELIVERIES_TEST_QUEUE_URL: z.url() };

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

/** Queue URLs by priority, and that of the built-in simulator. */
export interface SendingQueues extends DeliveryQueues {
  readonly test: string;
}

export const sendingQueuesOf = (env: { readonly [Name in keyof typeof sendingQueuesEnv]: string }): SendingQueues => ({
  ...deliveryQueuesOf(env),
  test: env.DELIVERIES_TEST_QUEUE_URL,
});

/** Where the stage has an issuer of tokens. */
export const tokenIssuerEnv = {
  JWT_ISSUER: z.url().optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  JWT_JWKS_URI: z.url({ protocol: /^https$/ }).optional(),
};

/** @throws Error when only some of the three are there: then it is not known what was meant. */
export const tokenIssuerOf = (
  env: {
    readonly [Name in keyof typeof tokenIssuerEnv]?: string | undefined;
  },
): TokenIssuer | null => {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URI: jwksUri } = env;
  if (issuer && audience && jwksUri) return { issuer, audience, jwksUri };
  if (issuer || audience || jwksUri) throw new Error('Of JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URI some are missing');
  return null;
};

/** Dead-letter queues by the name of the queue behind which they are, as JSON. */
export const deadLettersEnv = {
  DEAD_LETTER_QUEUE_URLS: z.string().transform((json) => z.record(z.string(), z.url()).parse(JSON.parse(json))),
};
