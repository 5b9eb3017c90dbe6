import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { expireEmms } from '#shared/adapters/cas/emm-callbacks.ts';
import { removeCas } from '#shared/adapters/cas/remove-cas.ts';
import { findOverdue, sweepAssemblies } from '#shared/adapters/collect-parts.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { eraseSome } from '#shared/adapters/erasures.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { inboundOf, receiveAndTell } from '#shared/adapters/receive-and-tell.ts';
import { expireMessages, sweep } from '#shared/adapters/recover-messages.ts';
import { refuseRecentlyOptedOut } from '#shared/adapters/refuse-opted-out.ts';
import { settleAndTell } from '#shared/adapters/settle-and-tell.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type Attic, removeExpired } from './remove-expired.ts';

const env = readEnv({
  ...databaseEnv,
  CALLBACKS_QUEUE_URL: z.url(),
  INBOUND_WAIT_MINUTES: z.coerce.number().int().min(1),
  LEASES_TABLE_NAME: z.string().min(1),
});
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);
const reserveMs = 15_000;

/** With 255 parts each, about as much as one answer of the Data API holds. */
const mostOverdue = 5;

const receiveOverdue = async (): Promise<number> => {
  const overdue = await findOverdue(sql, { waitMinutes: env.INBOUND_WAIT_MINUTES, limit: mostOverdue });
  // Half a message is never a command, so there is nothing to be answered.
  await receiveAndTell(sql, { callbacks: env.CALLBACKS_QUEUE_URL, replies: null }, overdue.map(inboundOf));
  if (overdue.length > 0) metrics.addMetric('InboundIncomplete', MetricUnit.Count, overdue.length);
  return overdue.length;
};

const atticFor = (context: Context): Attic => ({
  expire: (limit) => expireMessages(sql, limit),
  refuseOptedOut: (limit) => refuseRecentlyOptedOut(sql, limit),
  erase: (limit) => eraseSome(sql, limit),
  settle: async (ids) => void (await settleAndTell(sql, env.CALLBACKS_QUEUE_URL, ids)),
  receiveOverdue,
  expireEmms: (limit) => expireEmms(sql, limit),
  removeCas: (limit) => removeCas(sql, limit),
  sweep: async () => {
    await sweep(sql);
    await sweepAssemblies(sql);
  },
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (_event, context) => {
    const done = await leases.withLease('remove-expired', randomUUID(), 55, () => removeExpired(atticFor(context)));
    // Also when there was none: the rate of delivery counts with it.
    metrics.addMetric('MessagesExpired', MetricUnit.Count, 0);
    logger.info('Removed what expired', { ...done });
    return done;
  });
