import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { connectCallbacks } from '#shared/adapters/callbacks.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { sendBatch } from '#shared/adapters/queues.ts';
import { connectSmallSecrets } from '#shared/adapters/small-secrets.ts';
import { parseExemptOrigins } from '#shared/domain/callback-url.ts';
import { readEnv } from '#shared/env.ts';
import { logger, publishMetrics } from '#shared/telemetry.ts';
import { readDue } from './callback-records.ts';
import { notifyClients } from './notify-client.ts';
import { createPoster } from './post-callback.ts';
import { reportFault, reportNotified, reportUnreadable } from './report.ts';

const env = readEnv({
  ...databaseEnv,
  CALLBACK_KEY_ARN: z.string().min(1),
  CALLBACKS_DEAD_LETTERS_QUEUE_URL: z.url(),
  CALLBACK_EXEMPT_ORIGINS: z.string(),
});

const sql = connectSql(databaseOf(env));
const smallSecrets = connectSmallSecrets(env.CALLBACK_KEY_ARN);

const surroundings = {
  callbacks: connectCallbacks(sql),
  decryptSecret: (encrypted: string, clientId: string) =>
    smallSecrets.decrypt(encrypted, { client_id: clientId, purpose: 'callback-signing' }),
  post: createPoster({ exemptOrigins: parseExemptOrigins(env.CALLBACK_EXEMPT_ORIGINS) }),
  abandon: (due: readonly object[]) =>
    sendBatch(
      env.CALLBACKS_DEAD_LETTERS_QUEUE_URL,
      due.map((body) => ({ body })),
    ),
  now: () => new Date(),
  random: Math.random,
};

const notifyClient = async (event: SQSEvent): Promise<SQSBatchResponse> => {
  const { due, unreadable } = readDue(event.Records);
  unreadable.forEach(reportUnreadable);
  const { notified, faults } = await notifyClients([...due.values()], surroundings);
  notified.forEach(reportNotified);
  faults.forEach(reportFault);
  const failed = [...due].filter(([, each]) => faults.has(each.callback_id)).map(([messageId]) => messageId);
  const again = [...unreadable.map(({ messageId }) => messageId), ...failed];
  return { batchItemFailures: again.map((itemIdentifier) => ({ itemIdentifier })) };
};

export const handler = middy(notifyClient)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .after(publishMetrics)
  .onError(publishMetrics);
