import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { v7 as uuidV7 } from 'uuid';
import * as z from 'zod';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { applyCasDecision, finishCasRequest } from '#shared/adapters/cas/apply-cas-decision.ts';
import { connectEmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import { sealEmms } from '#shared/adapters/cas/seal-emms.ts';
import { readCard, readFirstRequest, takeCasRequest } from '#shared/adapters/cas/take-cas-request.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { enqueueMessages } from '#shared/adapters/enqueue.ts';
import { databaseEnv, databaseOf, sendingQueuesEnv, sendingQueuesOf } from '#shared/adapters/environment.ts';
import { processBatch } from '#shared/adapters/queue-batch.ts';
import { CasRequestReceived } from '#shared/contracts/queue-messages.ts';
import { readEnv } from '#shared/env.ts';
import { logAbout, logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type CasWorld, generateEmm } from './generate-emm.ts';

const env = readEnv({ ...databaseEnv, ...sendingQueuesEnv, ENCRYPT_EMM_FUNCTION_NAME: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const queues = sendingQueuesOf(env);
const encryption = connectEmmEncryption(env.ENCRYPT_EMM_FUNCTION_NAME);

/** What could not be queued is dispatch-due's; an answer of an earlier call is not queued again but by it. */
const answer: CasWorld['answer'] = async (message) => {
  const accepted = await acceptMessage(sql, message);
  if (accepted.outcome === 'refused') return accepted.reason;
  if (accepted.outcome !== 'accepted') return 'account.not_found';
  const { client_id, correlation_id } = message;
  await enqueueMessages(queues, [{ ...accepted.message, client_id, attempt: 1 }]).catch((error: unknown) =>
    logAbout({ client_id, correlation_id }).warn('An answer is left to dispatch-due', error as Error),
  );
  return null;
};

const world: CasWorld = {
  now: () => new Date(),
  newId: () => uuidV7(),
  take: (id) => takeCasRequest(sql, id),
  readFirst: (id) => readFirstRequest(sql, id),
  readCard: (clientId, card, box) => readCard(sql, clientId, card, box),
  apply: (decided) => applyCasDecision(sql, decided),
  seal: async (requestId) => (await sealEmms(sql, encryption, { requestId })).length,
  answer,
  finish: (id, replyRefusal) => finishCasRequest(sql, id, replyRefusal),
};

/** Ids and what it came to: text and card stay in their tables. */
const generate = async ({ request_id, client_id, correlation_id }: CasRequestReceived): Promise<void> => {
  const generated = await generateEmm(world, request_id);
  if (!generated) return;
  logger.info('A request was processed', { request_id, client_id, correlation_id, ...generated });
  metrics.addMetric('CasRequestsProcessed', MetricUnit.Count, 1);
  metrics.addMetric('EmmsGenerated', MetricUnit.Count, generated.emms);
};

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(publishMetrics)
  .handler((event) =>
    processBatch(event, CasRequestReceived, async (received) => {
      for (const each of received) await generate(each);
    }),
  );
