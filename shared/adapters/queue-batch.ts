import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { logger, metrics } from '#shared/telemetry.ts';

const parse = <Body>(record: SQSRecord, schema: z.ZodType<Body>): Body | undefined => {
  try {
    return schema.parse(JSON.parse(record.body));
  } catch (error) {
    // The body may hold a text: only what is wrong with it is logged.
    const paths = (error as { issues?: { path: PropertyKey[] }[] }).issues?.map((issue) => issue.path.join('.'));
    logger.error('A queue message does not parse', { sqs_message_id: record.messageId, paths });
    return undefined;
  }
};

/**
 * Applies a batch of queue messages at once, and one by one when the batch throws, so that one poisonous message does
 * not take its neighbours to the dead letters. What does not parse, and what throws alone, is reported as failed: SQS
 * gives it back, and after five receives it is a dead letter. Lambda counts none of it as an error, so it is counted here.
 */
export const processBatch = async <Body>(
  event: SQSEvent,
  schema: z.ZodType<Body>,
  apply: (bodies: readonly Body[]) => Promise<void>,
): Promise<SQSBatchResponse> => {
  const failed: string[] = [];
  const good: { readonly id: string; readonly body: Body }[] = [];
  for (const record of event.Records) {
    const body = parse(record, schema);
    if (body === undefined) failed.push(record.messageId);
    else good.push({ id: record.messageId, body });
  }
  const attempt = async (some: typeof good): Promise<boolean> => {
    try {
      await apply(some.map(({ body }) => body));
      return true;
    } catch (error) {
      logger.error('A batch could not be applied', { size: some.length, error: error as Error });
      return false;
    }
  };
  if (good.length > 0 && !(await attempt(good)))
    for (const each of good) if (good.length === 1 || !(await attempt([each]))) failed.push(each.id);
  if (failed.length > 0) metrics.addMetric('MessagesGivenBack', MetricUnit.Count, failed.length);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};
