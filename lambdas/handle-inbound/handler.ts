import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { acceptInboundCasTexts } from '#shared/adapters/cas/accept-cas-request.ts';
import { collectParts } from '#shared/adapters/collect-parts.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { enqueueCasRequests } from '#shared/adapters/enqueue.ts';
import { enqueueAnswers } from '#shared/adapters/enqueue-pushes.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { processBatch } from '#shared/adapters/queue-batch.ts';
import { type Inbound, receiveAndTell } from '#shared/adapters/receive-and-tell.ts';
import { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { answersAmong } from './answers-among.ts';
import { handleInbound, type Mailroom } from './handle-inbound.ts';
import { toCasText } from './to-cas-text.ts';

const env = readEnv({
  ...databaseEnv,
  CALLBACKS_QUEUE_URL: z.url(),
  CAS_REQUESTS_QUEUE_URL: z.url(),
  DELIVERIES_HIGH_QUEUE_URL: z.url(),
  PUSHES_QUEUE_URL: z.url(),
});
const sql = connectSql(databaseOf(env));
const queues = { callbacks: env.CALLBACKS_QUEUE_URL, replies: env.DELIVERIES_HIGH_QUEUE_URL };

/** Those that came in on a number of a CA system; what cannot be queued is dispatch-due's. */
const acceptCasTexts = async (inbound: readonly Inbound[]): Promise<void> => {
  const texts = inbound.map(toCasText).filter((text) => text !== null);
  const accepted = await acceptInboundCasTexts(sql, texts);
  metrics.addMetric('CasRequestsReceived', MetricUnit.Count, accepted.length);
  await enqueueCasRequests(env.CAS_REQUESTS_QUEUE_URL, accepted).catch((error: unknown) =>
    logger.warn('Requests are left to dispatch-due', error as Error),
  );
};

const mailroom: Mailroom = {
  collect: (parts) => collectParts(sql, parts),
  receive: async (inbound) => {
    // First, since what is stored is not given to us again.
    await acceptCasTexts(inbound);
    await receiveAndTell(sql, queues, inbound);
    await enqueueAnswers(env.PUSHES_QUEUE_URL, answersAmong(inbound));
  },
  // process-push sees by the stored octets which of them is an answer, and one that it has heard it hears no more.
  followUp: (ids) => enqueueAnswers(env.PUSHES_QUEUE_URL, ids),
};

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(publishMetrics)
  .handler((event) => processBatch(event, InboundReceived, (batch) => handleInbound(batch, mailroom)));
