import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { eraseSome } from '#shared/adapters/erasures.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { expireMessages, sweep } from '#shared/adapters/recover-messages.ts';
import { refuseRecentlyOptedOut } from '#shared/adapters/refuse-opted-out.ts';
import { settleAndTell } from '#shared/adapters/settle-and-tell.ts';
import { readEnv } from '#shared/env.ts';
import { logger, publishMetrics } from '#shared/telemetry.ts';
import { type Attic, removeExpired } from './remove-expired.ts';

const env = readEnv({ ...databaseEnv, CALLBACKS_QUEUE_URL: z.url(), LEASES_TABLE_NAME: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);
const reserveMs = 15_000;

const atticFor = (context: Context): Attic => ({
  expire: (limit) => expireMessages(sql, limit),
  refuseOptedOut: (limit) => refuseRecentlyOptedOut(sql, limit),
  erase: (limit) => eraseSome(sql, limit),
  settle: (ids) => settleAndTell(sql, env.CALLBACKS_QUEUE_URL, ids),
  sweep: () => sweep(sql),
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (_event, context) => {
    const done = await leases.withLease('remove-expired', randomUUID(), 55, () => removeExpired(atticFor(context)));
    logger.info('Removed what expired', { ...done });
    return done;
  });
