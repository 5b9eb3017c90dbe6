import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { removeStatistics } from '#shared/adapters/remove-statistics.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { maintainPartitions, type Tables } from './maintain-partitions.ts';

const env = readEnv({
  ...databaseEnv,
  LEASES_TABLE_NAME: z.string().min(1),
  STATISTICS_MONTHS: z.coerce.number().int().min(1),
});
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);

/** Three months ahead: a run may fail for a quarter of a year before a message finds no partition. */
const monthsAhead = 3;
/** One batch is a second or two; far from the timeout nobody is called for a long night. */
const reserveMs = 20_000;

const makePartitions = async (): Promise<number> => {
  const [row] = await sql<{ made: number }>('SELECT make_partitions(:months::integer) AS made', {
    months: monthsAhead,
  });
  return row?.made ?? 0;
};

const tablesFor = (context: Context): Tables => ({
  makePartitions,
  removeStatistics: (limit) => removeStatistics(sql, env.STATISTICS_MONTHS, limit),
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (_event, context) => {
    const done = await leases.withLease('maintain-partitions', randomUUID(), 120, () =>
      maintainPartitions(tablesFor(context)),
    );
    if (done.outcome === 'done') metrics.addMetric('PartitionsMade', MetricUnit.Count, done.result.made);
    logger.info('Partitions are ahead, and what is too old is gone', { ...done });
    return done;
  });
