import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { connectEmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import {
  activateEpoch,
  destroyEpochs,
  findUnsealedKeyEmms,
  insertEpoch,
  markDelivered,
  orderKeyEmms,
  readRotatingSystems,
  retireEpochs,
  rewrapEpoch,
} from '#shared/adapters/cas/key-epochs.ts';
import { sealEmms } from '#shared/adapters/cas/seal-emms.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type KeyWorld, type Rotated, rotateKeys } from './rotate-keys.ts';

const env = readEnv({
  ...databaseEnv,
  LEASES_TABLE_NAME: z.string().min(1),
  ENCRYPT_EMM_FUNCTION_NAME: z.string().min(1),
});
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);
const encryption = connectEmmEncryption(env.ENCRYPT_EMM_FUNCTION_NAME);
const reserveMs = 20_000;

/** What the schedule sends has neither: a drill is asked for by an operator, for one CA system or for all. */
const Asked = z.object({ drill: z.boolean().default(false), client_id: z.uuid().nullable().default(null) });

const deliverKeys: KeyWorld['deliverKeys'] = async (clientId, limit) => {
  const ordered = await orderKeyEmms(sql, clientId, limit);
  const ids = await findUnsealedKeyEmms(sql, clientId, 2 * limit);
  if (ids.length > 0) await sealEmms(sql, encryption, { ids });
  return ordered.length;
};

const worldFor = (context: Context, clientId: string | null): KeyWorld => ({
  now: () => new Date(),
  systems: () => readRotatingSystems(sql, clientId),
  makeEpoch: async (client_id, epoch, state) => {
    const wrapped_key = await encryption.makeEpochKey(client_id, epoch);
    await insertEpoch(sql, { client_id, epoch, state, wrapped_key });
  },
  activate: (client, epoch) => activateEpoch(sql, client, epoch),
  rewrap: (client_id, epoch) =>
    rewrapEpoch(sql, { client_id, epoch }, (wrapped) => encryption.rewrapEpochKey(client_id, epoch, wrapped)),
  deliverKeys,
  markDelivered: (client) => markDelivered(sql, client),
  retire: (client) => retireEpochs(sql, client),
  destroy: (client) => destroyEpochs(sql, client),
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

/** Counted also when there are none: the alarm then knows that somebody looked. */
const report = ({ overdue, activated, delivered }: Rotated): void => {
  metrics.addMetric('KeysOverdue', MetricUnit.Count, overdue);
  metrics.addMetric('KeyEpochsActivated', MetricUnit.Count, activated);
  metrics.addMetric('KeyEmmsDelivered', MetricUnit.Count, delivered);
};

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (event, context) => {
    const asked = Asked.safeParse(event ?? {});
    const { drill, client_id } = asked.success ? asked.data : { drill: false, client_id: null };
    const done = await leases.withLease('rotate-keys', randomUUID(), 240, () =>
      rotateKeys(worldFor(context, client_id), drill),
    );
    if (done.outcome === 'done') report(done.result);
    logger.info('Rotated', { is_drill: drill, ...done });
    return done;
  });
