import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { checkRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { accountRules, movementRules } from '#shared/adapters/invariants/money-rules.ts';
import { openMessageRules } from '#shared/adapters/invariants/progress-rules.ts';
import { readTimelines } from '#shared/adapters/invariants/read-timelines.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type Books, type Reconciled, reconcileLedger } from './reconcile-ledger.ts';

const env = readEnv({ ...databaseEnv, LEASES_TABLE_NAME: z.string().min(1) });
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);

const books: Books = {
  checkAll: () => checkRules(sql, [...accountRules, ...openMessageRules], wholeScope()),
  checkMessages: (window) => checkRules(sql, movementRules, wholeScope(window)),
  timelines: (ids) => readTimelines(sql, ids),
};

/** Counted also when there are none: the alarm then knows that somebody looked. */
const report = ({ unreconciled, stuck, findings }: Reconciled): void => {
  metrics.addMetric('LedgerUnreconciled', MetricUnit.Count, unreconciled);
  metrics.addMetric('MessagesStuck', MetricUnit.Count, stuck);
  for (const { rule, subject, id, messageId, problem, timeline } of findings)
    logger.error('An invariant is broken', { rule, subject, subject_id: id, message_id: messageId, problem, timeline });
};

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async () => {
    const done = await leases.withLease('reconcile-ledger', randomUUID(), 240, () =>
      reconcileLedger(books, new Date()),
    );
    if (done.outcome === 'done') report(done.result);
    const { unreconciled, stuck } = done.outcome === 'done' ? done.result : {};
    logger.info('Reconciled', { outcome: done.outcome, unreconciled, stuck });
    return { outcome: done.outcome, unreconciled, stuck };
  });
