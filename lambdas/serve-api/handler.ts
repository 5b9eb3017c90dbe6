import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { v7 as uuidV7 } from 'uuid';
import * as z from 'zod';
import { acceptBatch } from '#shared/adapters/accept-batch.ts';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { cancelMessage } from '#shared/adapters/cancel-message.ts';
import { connectEmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { enqueueCallbacks, enqueueCasRequests, enqueueMessages } from '#shared/adapters/enqueue.ts';
import {
  databaseEnv,
  databaseOf,
  deadLettersEnv,
  sendingQueuesEnv,
  sendingQueuesOf,
} from '#shared/adapters/environment.ts';
import { listMessages } from '#shared/adapters/list-messages.ts';
import { markMessagesQueued } from '#shared/adapters/outbox.ts';
import { connectProviderSecrets } from '#shared/adapters/provider-secrets.ts';
import { countMessages, probeQueue, sendBatch } from '#shared/adapters/queues.ts';
import { quoteMessage } from '#shared/adapters/quote-message.ts';
import { connectRateLimits } from '#shared/adapters/rate-limits.ts';
import { readMessage } from '#shared/adapters/read-message.ts';
import { readTimeline } from '#shared/adapters/read-timeline.ts';
import { refuseOptedOut } from '#shared/adapters/refuse-opted-out.ts';
import { connectRememberedAnswers } from '#shared/adapters/remembered-answers.ts';
import { routeMessage } from '#shared/adapters/route-message.ts';
import { connectSecrets } from '#shared/adapters/secrets.ts';
import { settleAndTell } from '#shared/adapters/settle-and-tell.ts';
import { connectSigningKeys } from '#shared/adapters/signing-keys.ts';
import { connectSmallSecrets } from '#shared/adapters/small-secrets.ts';
import { openApiDocument } from '#shared/contracts/openapi/document.ts';
import { refuse } from '#shared/contracts/problems.ts';
import type { Operation } from '#shared/contracts/routes.ts';
import { parseExemptOrigins } from '#shared/domain/callback-url.ts';
import { parseExemptHosts } from '#shared/domain/provider-host.ts';
import { readEnv } from '#shared/env.ts';
import { logAbout, logger, publishMetrics } from '#shared/telemetry.ts';
import { createAdminHandles } from './admin/admin-handles.ts';
import { toApiRequest, toResult } from './api-request.ts';
import { type CallbackNeeds, createCallbackHandles } from './callbacks/callback-handles.ts';
import { createCardHandles } from './cards/card-handles.ts';
import { createCarouselHandles } from './cas/carousel-handles.ts';
import { createEmmHandles } from './cas/emm-handles.ts';
import { type CasRequestNeeds, createCasRequestHandles } from './cas/request-handles.ts';
import { createCasAdminHandles } from './cas-admin/cas-admin-handles.ts';
import { createCreditHandles } from './credit/credit-handles.ts';
import type { Handles } from './handles.ts';
import { createInboundHandles } from './inbound/inbound-handles.ts';
import { createMessageHandles, type Messages } from './messages/message-handles.ts';
import { createRoutingHandles } from './providers/routing-handles.ts';
import { createPushHandles } from './pushes/push-handles.ts';
import { createReceiveReceipts } from './receipts/receive-receipts.ts';
import { createRecipientHandles } from './recipients/recipient-handles.ts';
import { type Server, serve } from './serve-api.ts';
import { createServiceHandles } from './service/service-handles.ts';

const env = readEnv({
  ...databaseEnv,
  ...sendingQueuesEnv,
  ...deadLettersEnv,
  CALLBACK_EXEMPT_ORIGINS: z.string(),
  CALLBACK_KEY_ARN: z.string().min(1),
  CALLBACKS_QUEUE_URL: z.url(),
  CARD_KEY_ARN: z.string().min(1),
  PUSHES_QUEUE_URL: z.url(),
  CAS_REQUESTS_QUEUE_URL: z.url(),
  ENCRYPT_EMM_FUNCTION_NAME: z.string().min(1),
  KEY_CHECK_SECRET_ARN: z.string().min(1),
  LIMITS_TABLE_NAME: z.string().min(1),
  OUTCOMES_QUEUE_URL: z.url(),
  ANSWERS_TABLE_NAME: z.string().min(1),
  PROVIDER_EXEMPT_HOSTS: z.string(),
  PROVIDER_SECRETS_PREFIX: z.string().min(1),
});
const sql = connectSql(databaseOf(env));
const queues = sendingQueuesOf(env);
const secrets = connectSecrets();
const providerSecrets = connectProviderSecrets(env.PROVIDER_SECRETS_PREFIX);
const exemptOrigins = parseExemptOrigins(env.CALLBACK_EXEMPT_ORIGINS);

const encryption = connectEmmEncryption(env.ENCRYPT_EMM_FUNCTION_NAME);
const callbackSecrets = connectSmallSecrets(env.CALLBACK_KEY_ARN);

const faultOf = (check: Promise<unknown>): Promise<string | null> =>
  check.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.name : 'fault'),
  );

/** What is due now is claimed at once; what waits on its queue would be found there by dispatch-due again. */
const enqueue: Messages['enqueue'] = async (messages, clientId) => {
  const due = messages.map((message) => ({ ...message, client_id: clientId, attempt: 1 }));
  try {
    await enqueueMessages(queues, due);
    await markMessagesQueued(
      sql,
      due.filter((message) => message.scheduled),
    );
  } catch (error) {
    const [first] = due;
    if (first) logAbout({ correlation_id: first.correlation_id }).warn('Left to dispatch-due', error as Error);
  }
};

const enqueueCallback: CallbackNeeds['enqueueCallback'] = ({ id, attempt }, clientId) =>
  enqueueCallbacks(env.CALLBACKS_QUEUE_URL, [{ id, client_id: clientId, attempt, delay_seconds: 0 }]).catch(
    (error: unknown) => logger.warn('A callback is left to dispatch-due', { callback_id: id, error: error as Error }),
  );

const enqueueCasRequest: CasRequestNeeds['enqueueCasRequest'] = (request) =>
  enqueueCasRequests(env.CAS_REQUESTS_QUEUE_URL, [request]).catch((error: unknown) =>
    logger.warn('A request is left to dispatch-due', { request_id: request.id, error: error as Error }),
  );

/** What one call does not reach is remove-expired's, which comes by every minute. */
const mostRefused = 500;

const refuseWaiting = async (clientId: string, msisdn: string): Promise<void> => {
  try {
    const ids = await refuseOptedOut(sql, { clientId, msisdn, limit: mostRefused });
    await settleAndTell(sql, env.CALLBACKS_QUEUE_URL, ids);
  } catch (error) {
    logger.warn('Messages to an opted-out number are left to remove-expired', error as Error);
  }
};

const handles: Handles<Operation> = {
  ...createMessageHandles({
    now: () => new Date(),
    newId: () => uuidV7(),
    exemptOrigins: parseExemptOrigins(env.CALLBACK_EXEMPT_ORIGINS),
    accept: (message, key) => acceptMessage(sql, message, key),
    acceptBatch: (batch, key) => acceptBatch(sql, batch, key),
    quote: (message) => quoteMessage(sql, message),
    route: (message) => routeMessage(sql, message),
    enqueue,
    listMessages: (page) => listMessages(sql, page),
    cancelMessage: (asked) => cancelMessage(sql, asked),
    readMessage: (clientId, id) => readMessage(sql, clientId, id),
    readTimeline: (clientId, id) => readTimeline(sql, clientId, id),
  }),
  ...createPushHandles({ sql, exemptOrigins, pushesQueueUrl: env.PUSHES_QUEUE_URL }),
  ...createCardHandles({ sql, pushesQueueUrl: env.PUSHES_QUEUE_URL, cardKeyArn: env.CARD_KEY_ARN }),
  ...createCreditHandles({ sql }),
  ...createAdminHandles({ sql, exemptOrigins, pepper: () => secrets(env.KEY_CHECK_SECRET_ARN) }),
  ...createRoutingHandles({
    sql,
    exemptHosts: parseExemptHosts(env.PROVIDER_EXEMPT_HOSTS),
    secrets: providerSecrets,
  }),
  ...createCallbackHandles({
    sql,
    exemptOrigins,
    encryptSecret: (secret, clientId) =>
      callbackSecrets.encrypt(Buffer.from(secret), { client_id: clientId, purpose: 'callback-signing' }),
    enqueueCallback,
  }),
  ...createRecipientHandles({ sql, refuseWaiting }),
  ...createInboundHandles({ sql }),
  receiveReceipts: createReceiveReceipts({
    signingKey: connectSigningKeys(sql, providerSecrets),
    report: (reported) => sendBatch(env.OUTCOMES_QUEUE_URL, [{ body: reported }]),
    now: () => new Date(),
  }),
  ...createCasRequestHandles({ sql, newId: () => uuidV7(), enqueueCasRequest }),
  ...createEmmHandles({
    sql,
    now: () => new Date(),
    newId: () => uuidV7(),
    encryption,
  }),
  ...createCarouselHandles({ sql }),
  ...createCasAdminHandles({ sql, encryption }),
  ...createServiceHandles({
    checkDependencies: async () => ({
      database: await faultOf(sql('SELECT 1 AS one')),
      queues: await faultOf(probeQueue(queues.normal)),
    }),
    openApi: openApiDocument,
    countDeadLetters: () =>
      Promise.all(
        Object.entries(env.DEAD_LETTER_QUEUE_URLS).map(async ([queue, url]) => ({
          queue,
          messages: await countMessages(url),
        })),
      ),
  }),
};

const server: Server = {
  handles,
  rateLimits: connectRateLimits(env.LIMITS_TABLE_NAME),
  answers: connectRememberedAnswers(env.ANSWERS_TABLE_NAME),
  warn: (what, error) => logger.warn(what, error as Error),
};

const answerTo = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
  const request = toApiRequest(event);
  const said = await serve(request, server).catch((error: unknown) => {
    logger.error('The request met a fault', { correlation_id: request.requestId, error: error as Error });
    return refuse('service.fault', 'Nothing is known to have been done.');
  });
  if (said.outcome === 'refused')
    logger.info('Refused', { correlation_id: request.requestId, code: said.code, route: event.resource });
  return toResult(request, said);
};

export const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>().after(publishMetrics).handler(answerTo);
