import * as z from 'zod';
import { messageStates } from '#shared/domain/message-state.ts';
import { Instant, MessageEncoding, Plain, Recipient } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { Priority } from './queue-messages.ts';

/** Whoever writes the plus sign as it is gets a space: that is what it means in a query. */
const QueriedRecipient = z
  .string()
  .transform((number) => number.replace(/^ /, '+'))
  .pipe(Recipient);

/** Nothing was accepted before. */
const earliest = '1970-01-02T00:00:00.000Z';
/** A bound in a query, of when something was accepted. */
export const QueriedTime = Instant.transform((time) => (time < earliest ? earliest : time)).optional();

/** The query of GET /v1/messages. Newest first; what is left out does not narrow it. */
export const ListMessages = z.strictObject({
  status: z.enum(messageStates).optional(),
  to: QueriedRecipient.optional(),
  reference: Plain.min(1).max(128).optional(),
  from_time: QueriedTime.meta({ description: 'Accepted at this time or later.' }),
  to_time: QueriedTime.meta({ description: 'Accepted before this time.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListMessages = z.infer<typeof ListMessages>;

const time = z.iso.datetime();

/** A message in a list: without its content, its parts and its history. */
export const MessageSummary = z.object({
  id: z.uuid(),
  status: z.enum(messageStates),
  to: z.string(),
  from: z.string(),
  country: z.string().nullable(),
  encoding: MessageEncoding,
  parts: z.int(),
  priority: Priority,
  cost_cents: z.int(),
  reference: z.string().nullable(),
  is_test: z.boolean(),
  error: z.string().nullable(),
  created_at: time,
  expires_at: time,
  final_at: time.nullable(),
});
export type MessageSummary = z.infer<typeof MessageSummary>;

/** 200 of GET /v1/messages. */
export const MessageList = z.object({ messages: z.array(MessageSummary), next_cursor: NextCursor });
export type MessageList = z.infer<typeof MessageList>;
