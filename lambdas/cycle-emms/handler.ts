import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import * as z from 'zod';
import { readCarouselsToPlan, readClassLoads, storeCarouselPlans } from '#shared/adapters/carousel/plan-carousels.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type CyclerWorld, cycleEmms } from './cycle-emms.ts';

const env = readEnv({ ...databaseEnv, LEASES_TABLE_NAME: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);

const world: CyclerWorld = {
  now: () => new Date(),
  readCarousels: () => readCarouselsToPlan(sql),
  readLoads: () => readClassLoads(sql),
  store: (plans) => storeCarouselPlans(sql, plans),
};

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async () => {
    const done = await leases.withLease('cycle-emms', randomUUID(), 60, () => cycleEmms(world));
    if (done.outcome === 'done') metrics.addMetric('CarouselsSilent', MetricUnit.Count, done.result.silent);
    logger.info('Planned', done);
    return done;
  });
