import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { v7 as uuidV7 } from 'uuid';
import * as z from 'zod';
import { acceptEmmMessages, readDueEmms, readSmsCarousels } from '#shared/adapters/carousel/emm-messages.ts';
import { readCarouselsToPlan, readClassLoads, storeCarouselPlans } from '#shared/adapters/carousel/plan-carousels.ts';
import { settleEmmMessages } from '#shared/adapters/carousel/settle-emm-messages.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type Cycled, type CyclerWorld, cycleEmms } from './cycle-emms.ts';
import { type SenderWorld, type Sent, sendEmms } from './send-emms.ts';

const env = readEnv({ ...databaseEnv, LEASES_TABLE_NAME: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);

const world: CyclerWorld = {
  now: () => new Date(),
  readCarousels: () => readCarouselsToPlan(sql),
  readLoads: () => readClassLoads(sql),
  store: (plans) => storeCarouselPlans(sql, plans),
};

/** Kept back from the function's timeout: a batch in hand is finished, not cut off. */
const reserveMs = 15_000;

const senderFor = (context: Context): SenderWorld => ({
  now: () => new Date(),
  newId: () => uuidV7(),
  readCarousels: () => readSmsCarousels(sql),
  readDue: (carousel, pace) => readDueEmms(sql, carousel, pace),
  accept: (carousel, messages) => acceptEmmMessages(sql, carousel, messages),
  settle: (limit) => settleEmmMessages(sql, limit),
  store: (plans) => storeCarouselPlans(sql, plans),
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

/** What fails of the one keeps nothing of the other from being done. */
const cycle = async (context: Context): Promise<Cycled & Sent> => {
  const [planned, sent] = await Promise.allSettled([cycleEmms(world), sendEmms(senderFor(context))]);
  if (planned.status === 'rejected') throw planned.reason;
  if (sent.status === 'rejected') throw sent.reason;
  return { ...planned.value, ...sent.value };
};

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (_event, context) => {
    const done = await leases.withLease('cycle-emms', randomUUID(), 60, () => cycle(context));
    if (done.outcome === 'done') metrics.addMetric('CarouselsSilent', MetricUnit.Count, done.result.silent);
    logger.info('Planned', done);
    return done;
  });
