import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import * as z from 'zod';
import { connectEmmKeys } from '#shared/adapters/cas/emm-keys.ts';
import { EncryptionAsked } from '#shared/contracts/emm-encryption.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { encryptEmm } from './encrypt-emm.ts';

const env = readEnv({ EMM_KEY_ARN: z.string().min(1), EMM_DATA_KEY_ARN: z.string().min(1) });
const keys = connectEmmKeys({ emm: env.EMM_KEY_ARN, storage: env.EMM_DATA_KEY_ARN });

/** The question holds commands: only what is wrong with it is told. */
const parse = (event: unknown): EncryptionAsked => {
  const asked = EncryptionAsked.safeParse(event);
  if (asked.success) return asked.data;
  throw new Error(`The question does not fit: ${asked.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
};

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (event) => {
    const asked = parse(event);
    const answer = await encryptEmm(keys, asked);
    if (asked.operation === 'seal') metrics.addMetric('EmmsEncrypted', MetricUnit.Count, asked.emms.length);
    logger.info('Encrypted', { operation: asked.operation, client_id: asked.tenant });
    return answer;
  });
