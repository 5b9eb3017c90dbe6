import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { findDueCasRequests, markCasRequestsQueued } from '#shared/adapters/cas/accept-cas-request.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { followPushes } from '#shared/adapters/end-push.ts';
import { enqueueCallbacks, enqueueCasRequests, enqueueMessages } from '#shared/adapters/enqueue.ts';
import { enqueueCards } from '#shared/adapters/enqueue-pushes.ts';
import { databaseEnv, databaseOf, sendingQueuesEnv, sendingQueuesOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { findDueCallbacks, findDueMessages, markCallbacksQueued, markMessagesQueued } from '#shared/adapters/outbox.ts';
import { recoverOrphans } from '#shared/adapters/recover-messages.ts';
import { settleAndTell } from '#shared/adapters/settle-and-tell.ts';
import { findAbandonedPushes, findIdleCards, givePushBack } from '#shared/adapters/take-push.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { dispatchDue, type Outbox } from './dispatch-due.ts';

const env = readEnv({
  ...databaseEnv,
  ...sendingQueuesEnv,
  CALLBACKS_QUEUE_URL: z.url(),
  PUSHES_QUEUE_URL: z.url(),
  CAS_REQUESTS_QUEUE_URL: z.url(),
  LEASES_TABLE_NAME: z.string().min(1),
});
const sql = connectSql(databaseOf(env));
const queues = sendingQueuesOf(env);
const leases = connectLeases(env.LEASES_TABLE_NAME);

/** No process-push lives so long: its timeout is 90 seconds. */
const abandonedSeconds = 120;
/** Who accepts a push has its card looked at; this is for what was stranded then, and for what an HSM kept waiting. */
const idleSeconds = 30;
/** Kept back from the function's timeout: a page in hand is finished, not cut off. */
const reserveMs = 15_000;

const outboxFor = (context: Context): Outbox => ({
  recoverOrphans: (limit) => recoverOrphans(sql, limit),
  settle: async (ids) => void (await settleAndTell(sql, env.CALLBACKS_QUEUE_URL, ids)),
  dueMessages: (limit) => findDueMessages(sql, limit),
  dueCallbacks: (limit) => findDueCallbacks(sql, limit),
  dueCasRequests: (limit) => findDueCasRequests(sql, limit),
  enqueueMessages: async (messages) => {
    await enqueueMessages(queues, messages);
    await markMessagesQueued(sql, messages);
  },
  enqueueCallbacks: async (callbacks) => {
    await enqueueCallbacks(env.CALLBACKS_QUEUE_URL, callbacks);
    await markCallbacksQueued(sql, callbacks);
  },
  enqueueCasRequests: async (requests) => {
    await enqueueCasRequests(env.CAS_REQUESTS_QUEUE_URL, requests);
    await markCasRequestsQueued(sql, requests);
  },
  recoverPushes: async (limit) => {
    for (const push of await findAbandonedPushes(sql, { seconds: abandonedSeconds, limit }))
      await givePushBack(sql, push, { isCounterUsed: true, reason: 'process-push.lost' });
    await followPushes(sql, { iccid: null, limit });
  },
  idleCards: (limit) => findIdleCards(sql, { seconds: idleSeconds, limit }),
  enqueueCards: (iccids) => enqueueCards(env.PUSHES_QUEUE_URL, iccids),
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (_event, context) => {
    const done = await leases.withLease('dispatch-due', randomUUID(), 55, () => dispatchDue(outboxFor(context)));
    logger.info('Dispatched', { ...done });
    if (done.outcome === 'done') {
      metrics.addMetric('MessagesRecovered', MetricUnit.Count, done.result.recovered);
      metrics.addMetric('MessagesDispatched', MetricUnit.Count, done.result.messages);
    }
    return done;
  });
