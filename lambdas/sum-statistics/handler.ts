import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { lastSummedHour, sumHour } from '#shared/adapters/sum-statistics.ts';
import { readEnv } from '#shared/env.ts';
import { logger, publishMetrics } from '#shared/telemetry.ts';
import { type History, sumStatistics } from './sum-statistics.ts';

const env = readEnv({ ...databaseEnv, LEASES_TABLE_NAME: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);
/** One statement may take as long as the database lets it. */
const reserveMs = 60_000;

const historyFor = (context: Context): History => ({
  lastSummedHour: () => lastSummedHour(sql),
  sumHour: (hour) => sumHour(sql, hour),
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (_event, context) => {
    const done = await leases.withLease('sum-statistics', randomUUID(), 240, () =>
      sumStatistics(historyFor(context), new Date()),
    );
    logger.info('Summed up', { ...done });
    return done;
  });
