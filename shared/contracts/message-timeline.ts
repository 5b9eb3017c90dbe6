import * as z from 'zod';
import { messageStates } from '#shared/domain/message-state.ts';

/** Who did it: the API, the work queues, the bridge, a receipt of the SMSC, the ledger, or a callback to the client. */
export const timelineSources = ['api', 'queue', 'smpp', 'receipt', 'ledger', 'callback'] as const;

export const TimelineEntry = z.object({
  at: z.iso.datetime(),
  source: z.enum(timelineSources),
  what: z.string().meta({ description: 'One sentence, for people; it may be worded otherwise tomorrow.' }),
  detail: z.record(z.string(), z.unknown()),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** 200 of GET /v1/messages/{id}/timeline. */
export const MessageTimeline = z.object({
  id: z.uuid(),
  status: z.enum(messageStates),
  entries: z.array(TimelineEntry),
  is_cut: z.boolean().meta({ description: 'There is more to tell: these are the first 1,000 entries.' }),
});
export type MessageTimeline = z.infer<typeof MessageTimeline>;
