import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { logger } from '#shared/telemetry.ts';

/** CloudFormation reads no answer above 4,096 bytes, of which the ids take some: a character may be six as JSON writes it. */
const longestReason = 500;

const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > longestReason ? `${text.slice(0, longestReason)}…` : text;
};

/**
 * Does what a custom resource is asked for, and tells CloudFormation at the ResponseURL how that went, whatever
 * happened: without an answer it waits for an hour. What failed it rolls back, and shows the reason among the stack's
 * events (CloudFormation User Guide, "Custom resource response objects").
 *
 * @throws Error when CloudFormation does not take the answer.
 */
export const answerCloudFormation = async (
  event: CloudFormationCustomResourceEvent,
  physicalResourceId: string,
  work: () => Promise<void>,
): Promise<void> => {
  const reason = await work().then(
    () => null,
    (error: unknown) => {
      logger.error('The custom resource failed', { resource: physicalResourceId, error: error as Error });
      return reasonOf(error);
    },
  );
  const body = {
    Status: reason === null ? 'SUCCESS' : 'FAILED',
    ...(reason === null ? {} : { Reason: reason }),
    PhysicalResourceId: physicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  };
  const answer = await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`CloudFormation refused the answer: ${answer.status}`);
};
