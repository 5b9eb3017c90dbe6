import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { processBatch } from '#shared/adapters/queue-batch.ts';
import { storeInbound } from '#shared/adapters/store-inbound.ts';
import { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { readEnv } from '#shared/env.ts';
import { metrics, publishMetrics } from '#shared/telemetry.ts';

const sql = connectSql(databaseOf(readEnv(databaseEnv)));

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(publishMetrics)
  .handler((event) =>
    processBatch(event, InboundReceived, async (inbound) => {
      await storeInbound(sql, inbound);
      metrics.addMetric('InboundStored', MetricUnit.Count, inbound.length);
    }),
  );
