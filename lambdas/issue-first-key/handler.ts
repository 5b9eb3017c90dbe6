import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { hash } from 'bcryptjs';
import { v7 as uuidV7 } from 'uuid';
import * as z from 'zod';
import { answerCloudFormation } from '#shared/adapters/answer-cloudformation.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { writeFirstKey } from '#shared/adapters/first-keys.ts';
import { connectKeySecrets } from '#shared/adapters/key-secret.ts';
import { connectSecrets } from '#shared/adapters/secrets.ts';
import { readEnv } from '#shared/env.ts';
import { logger } from '#shared/telemetry.ts';
import { type FirstKeyWorld, issueFirstKey } from './issue-first-key.ts';

const env = readEnv({ ...databaseEnv, KEY_CHECK_SECRET_ARN: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const secrets = connectSecrets();

const world: FirstKeyWorld = {
  secrets: connectKeySecrets(),
  pepper: () => secrets(env.KEY_CHECK_SECRET_ARN),
  hash: (secret) => hash(secret, 10),
  newId: uuidV7,
  write: (key) => writeFirstKey(sql, key),
};

const Properties = z.object({ Purpose: z.enum(['admin', 'canary']), SecretArn: z.string().min(1) });

/** The custom resource behind the keys that a stage begins with. What it has issued outlives it. */
export const handler = (event: CloudFormationCustomResourceEvent): Promise<void> =>
  answerCloudFormation(event, event.LogicalResourceId, async () => {
    if (event.RequestType === 'Delete') return;
    const { Purpose: purpose, SecretArn: secretArn } = Properties.parse(event.ResourceProperties);
    const outcome = await issueFirstKey(world, { purpose, secretArn, correlationId: event.RequestId });
    logger.info('A first key', { purpose, outcome });
  });
