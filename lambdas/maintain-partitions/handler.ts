import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';

const env = readEnv({ ...databaseEnv, LEASES_TABLE_NAME: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);

/** Three months ahead: a run may fail for a quarter of a year before a message finds no partition. */
const monthsAhead = 3;

const makePartitions = async (): Promise<number> => {
  const [row] = await sql<{ made: number }>('SELECT make_partitions(:months::integer) AS made', {
    months: monthsAhead,
  });
  return row?.made ?? 0;
};

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async () => {
    const done = await leases.withLease('maintain-partitions', randomUUID(), 120, makePartitions);
    if (done.outcome === 'done') metrics.addMetric('PartitionsMade', MetricUnit.Count, done.result);
    logger.info('Partitions are ahead', { ...done });
    return done;
  });
