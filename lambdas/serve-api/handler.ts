import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { v7 as uuidV7 } from 'uuid';
import * as z from 'zod';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { enqueueMessages } from '#shared/adapters/enqueue.ts';
import { databaseEnv, databaseOf, deliveryQueuesEnv, deliveryQueuesOf } from '#shared/adapters/environment.ts';
import { markMessagesQueued } from '#shared/adapters/outbox.ts';
import { probeQueue } from '#shared/adapters/queues.ts';
import { readAccount } from '#shared/adapters/read-account.ts';
import { readMessage } from '#shared/adapters/read-message.ts';
import { openApiDocument } from '#shared/contracts/openapi.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { parseExemptOrigins } from '#shared/domain/callback-url.ts';
import { readEnv } from '#shared/env.ts';
import { logAbout, logger, publishMetrics } from '#shared/telemetry.ts';
import { toApiRequest, toResult } from './api-request.ts';
import { serve, type World } from './serve-api.ts';

const env = readEnv({ ...databaseEnv, ...deliveryQueuesEnv, CALLBACK_EXEMPT_ORIGINS: z.string() });
const sql = connectSql(databaseOf(env));
const queues = deliveryQueuesOf(env);

const faultOf = (check: Promise<unknown>): Promise<string | null> =>
  check.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.name : 'fault'),
  );

const world: World = {
  now: () => new Date(),
  newId: () => uuidV7(),
  exemptOrigins: parseExemptOrigins(env.CALLBACK_EXEMPT_ORIGINS),
  accept: (message) => acceptMessage(sql, message),
  enqueue: async (message, correlationId, clientId) => {
    const due = { ...message, client_id: clientId, correlation_id: correlationId, attempt: 1 };
    try {
      await enqueueMessages(queues, [due]);
      // What is due now is claimed at once; what waits on its queue would be found there by dispatch-due again.
      if (message.scheduled) await markMessagesQueued(sql, [due]);
    } catch (error) {
      logAbout({ correlation_id: correlationId, message_id: message.id }).warn('Left to dispatch-due', error as Error);
    }
  },
  readMessage: (clientId, id) => readMessage(sql, clientId, id),
  readAccount: (clientId) => readAccount(sql, clientId),
  checkDependencies: async () => ({
    database: await faultOf(sql('SELECT 1 AS one')),
    queues: await faultOf(probeQueue(queues.normal)),
  }),
  openApi: openApiDocument,
};

const answerTo = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
  const request = toApiRequest(event);
  const said = await serve(event.httpMethod, event.resource, request, world).catch((error: unknown) => {
    logger.error('The request met a fault', { correlation_id: request.requestId, error: error as Error });
    return refuse('service.fault', 'Nothing is known to have been done.');
  });
  if (said.outcome === 'refused')
    logger.info('Refused', { correlation_id: request.requestId, code: said.code, route: event.resource });
  return toResult(request, said);
};

export const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>().after(publishMetrics).handler(answerTo);
