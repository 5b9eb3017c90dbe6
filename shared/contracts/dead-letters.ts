import * as z from 'zod';

/** 200 of GET /v1/admin/dead-letters. The counts are SQS's: approximate while messages move. */
export const DeadLetterList = z.object({
  queues: z.array(z.object({ queue: z.string(), messages: z.int() })),
});
export type DeadLetterList = z.infer<typeof DeadLetterList>;
