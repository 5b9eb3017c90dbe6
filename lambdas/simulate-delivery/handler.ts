import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { claimDeliveries, endLease, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { processBatch } from '#shared/adapters/queue-batch.ts';
import { sendBatch } from '#shared/adapters/queues.ts';
import { MessageAccepted } from '#shared/contracts/queue-messages.ts';
import { readEnv } from '#shared/env.ts';
import { publishMetrics } from '#shared/telemetry.ts';
import { simulateDelivery } from './simulate-delivery.ts';

const env = readEnv({ ...databaseEnv, OUTCOMES_QUEUE_URL: z.url() });
const sql = connectSql(databaseOf(env));

/**
 * The bridge of test keys: it claims as the bridge does, says what an SMSC would have said, and reports it where the
 * bridge reports. Each batch is a task of its own: dies it halfway, its messages are recovered like any other's.
 */
const deliver = async (deliveries: readonly MessageAccepted[]): Promise<void> => {
  const owner = randomUUID();
  await renewLease(sql, owner);
  const claims = await claimDeliveries(sql, { owner, claimId: randomUUID() }, deliveries);
  const reports = simulateDelivery(claims, new Date());
  if (reports.length > 0)
    await sendBatch(
      env.OUTCOMES_QUEUE_URL,
      reports.map((body) => ({ body })),
    );
  await endLease(sql, owner);
};

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(publishMetrics)
  .handler((event) => processBatch(event, MessageAccepted, deliver));
