import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { enqueueSettledPushes } from '#shared/adapters/enqueue-pushes.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { processBatch } from '#shared/adapters/queue-batch.ts';
import { joinReceipts, recordOutcomes } from '#shared/adapters/record-outcomes.ts';
import { settleAndTell } from '#shared/adapters/settle-and-tell.ts';
import { OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { readEnv } from '#shared/env.ts';
import { publishMetrics } from '#shared/telemetry.ts';
import { type Books, settleOutcomes } from './settle-outcomes.ts';

const env = readEnv({ ...databaseEnv, CALLBACKS_QUEUE_URL: z.url(), PUSHES_QUEUE_URL: z.url() });
const sql = connectSql(databaseOf(env));

const books: Books = {
  record: (outcomes, receipts) => recordOutcomes(sql, outcomes, receipts),
  join: (outcomes, receipts) => joinReceipts(sql, outcomes, receipts),
  settle: async (ids) =>
    enqueueSettledPushes(sql, env.PUSHES_QUEUE_URL, await settleAndTell(sql, env.CALLBACKS_QUEUE_URL, ids)),
};

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(publishMetrics)
  .handler((event) => processBatch(event, OutcomesReported, (reports) => settleOutcomes(books, reports)));
