import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import * as z from 'zod';
import { connectKeySecrets } from '#shared/adapters/key-secret.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type CanaryResult, type CanaryWorld, sendCanary } from './send-canary.ts';

const env = readEnv({ API_URL: z.url(), CANARY_KEY_SECRET_ARN: z.string().min(1) });
const secrets = connectKeySecrets();

/** Of the numbers that the Bundesnetzagentur keeps free for films; under a test key nothing leaves anyway. */
const recipient = '+491713920099';
/** Within the function's timeout, which leaves time to tell what became of it. */
const withinMs = 40_000;
const requestMs = 10_000;

const Accepted = z.object({ id: z.string() });
const Message = z.object({ status: z.string() });

const connect = (apiKey: string): CanaryWorld => {
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${env.API_URL.replace(/\/$/, '')}${path}`, {
      method,
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      signal: AbortSignal.timeout(requestMs),
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    send: async () => {
      const answer = await ask('POST', '/v1/messages', { to: recipient, text: 'canary', reference: 'canary' });
      return answer.status === 202 ? Accepted.parse(await answer.json()) : { status: answer.status };
    },
    stateOf: async (id) => {
      const answer = await ask('GET', `/v1/messages/${id}`);
      return answer.ok ? Message.parse(await answer.json()).status : `not told: ${answer.status}`;
    },
    now: () => performance.now(),
    pause: (ms) => pause(ms),
  };
};

const report = (result: CanaryResult): void => {
  metrics.addMetric('CanariesDelivered', MetricUnit.Count, result.outcome === 'delivered' ? 1 : 0);
  if (result.outcome !== 'delivered') {
    logger.error('The canary did not come back', { ...result });
    return;
  }
  metrics.addMetric('CanaryAccepted', MetricUnit.Milliseconds, result.acceptMs);
  metrics.addMetric('CanaryReceipted', MetricUnit.Milliseconds, result.receiptMs);
  logger.info('The canary came back', { ...result });
};

/** One message through everything but a carrier; it takes no lease, for two at once are two canaries. */
export const handler = middy<unknown, CanaryResult>()
  .after(publishMetrics)
  .handler(async () => {
    const { api_key: apiKey } = await secrets.read(env.CANARY_KEY_SECRET_ARN);
    if (apiKey === undefined) throw new Error('The canary has no key: its secret holds no api_key');
    const result = await sendCanary(connect(apiKey), withinMs);
    report(result);
    return result;
  });
