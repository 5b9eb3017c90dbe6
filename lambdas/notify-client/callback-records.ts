import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { CallbackDue } from '#shared/contracts/queue-messages.ts';

export interface UnreadableRecord {
  readonly messageId: string;
  readonly reason: string;
}

export interface DueRecords {
  /** By the SQS message id. */
  readonly due: ReadonlyMap<string, CallbackDue>;
  readonly unreadable: readonly UnreadableRecord[];
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads a batch; what is not a CallbackDue of a known version goes back, and so in the end to the dead letters. */
export const readDue = (records: readonly Pick<SQSRecord, 'messageId' | 'body'>[]): DueRecords => {
  const due = new Map<string, CallbackDue>();
  const unreadable: UnreadableRecord[] = [];
  for (const { messageId, body } of records) {
    const parsed = CallbackDue.safeParse(parseJson(body));
    if (parsed.success) due.set(messageId, parsed.data);
    else unreadable.push({ messageId, reason: z.prettifyError(parsed.error) });
  }
  return { due, unreadable };
};
