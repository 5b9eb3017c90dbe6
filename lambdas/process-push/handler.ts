import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { enqueueMessages } from '#shared/adapters/enqueue.ts';
import { enqueuePushCallbacks } from '#shared/adapters/enqueue-push-callbacks.ts';
import { enqueueAnswers, enqueueCards } from '#shared/adapters/enqueue-pushes.ts';
import { databaseEnv, databaseOf, sendingQueuesEnv, sendingQueuesOf } from '#shared/adapters/environment.ts';
import { connectCardHsm, hsmEnv } from '#shared/adapters/hsm/connect-hsm.ts';
import { processBatch } from '#shared/adapters/queue-batch.ts';
import { settleAndTell } from '#shared/adapters/settle-and-tell.ts';
import { PushWork } from '#shared/contracts/queue-messages.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { connectPushing } from './connect-pushing.ts';
import type { Heard } from './hear-answer.ts';
import { processPushes } from './process-push.ts';
import type { Step } from './send-next-push.ts';

const env = readEnv({
  ...databaseEnv,
  ...sendingQueuesEnv,
  ...hsmEnv,
  CALLBACKS_QUEUE_URL: z.url(),
  PUSHES_QUEUE_URL: z.url(),
});

const metricOf = {
  sent: 'PushesSent',
  refused: 'PushesRefused',
  waits: 'PushesPostponed',
  heard: 'PushesAnswered',
  'not-authentic': 'AnswersNotAuthentic',
} as const;

const tell = (done: Step | Heard): void => {
  const { outcome } = done;
  if (outcome === 'nothing' || outcome === 'not-for-us' || outcome === 'later') return;
  metrics.addMetric(metricOf[outcome], MetricUnit.Count, 1);
  const push = 'push' in done ? { push_id: done.push.id, tar: done.push.tar, counter: done.push.counter } : {};
  logger.info('Push', { ...push, outcome, reason: 'reason' in done ? done.reason : undefined });
};

const sql = connectSql(databaseOf(env));
const sending = sendingQueuesOf(env);

const longestWaitMs = 15_000;

const pushing = connectPushing({
  sql,
  hsm: connectCardHsm(env),
  deliver: (messages) => enqueueMessages(sending, messages),
  settle: async (ids) => void (await settleAndTell(sql, env.CALLBACKS_QUEUE_URL, ids)),
  // Whoever would wait for longer is found by dispatch-due: else each would stand on the queue many times.
  comeAgain: async (iccid, afterMs) => {
    if (afterMs <= longestWaitMs) await enqueueCards(env.PUSHES_QUEUE_URL, [iccid], afterMs);
  },
  readAgain: (inboundId, afterMs) => enqueueAnswers(env.PUSHES_QUEUE_URL, [inboundId], afterMs),
  tell,
});

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(publishMetrics)
  .handler((event) =>
    processBatch(event, PushWork, async (work) => {
      await processPushes(pushing, work);
      // Whatever ends a push has its card looked at.
      const cards = work.flatMap((each) => (each.type === 'CardDue' ? [each.iccid] : []));
      await enqueuePushCallbacks(sql, env.CALLBACKS_QUEUE_URL, cards);
    }),
  );
