import * as z from 'zod';
import { CallbackType } from './callback-types.ts';
import { MessageId } from './identifiers.ts';
import { Plain } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';

const time = z.iso.datetime();

/** PUT /v1/callback-settings. */
export const PutCallbackSettings = z.strictObject({
  url: Plain.max(2048).nullable().meta({ description: 'https, a public host, port 443; null: no callbacks.' }),
  types: z
    .array(CallbackType)
    .max(CallbackType.options.length)
    .refine((types) => new Set(types).size === types.length, 'names a type twice')
    .meta({ description: 'What the client wants to be told of, at this URL or at that of a message.' }),
});
export type PutCallbackSettings = z.infer<typeof PutCallbackSettings>;

/** A secret without the secret. */
const SecretView = z.object({ id: z.uuid(), created_at: time });
export type SecretView = z.infer<typeof SecretView>;

/** 200 of GET and PUT /v1/callback-settings. */
export const CallbackSettings = z.object({
  url: z.string().nullable(),
  types: z.array(z.string()),
  secrets: z.array(SecretView).max(2).meta({ description: 'Newest first; each of them signs.' }),
});
export type CallbackSettings = z.infer<typeof CallbackSettings>;

/** POST /v1/callback-settings/secret. No body is an empty one. */
export const RotateSecret = z.strictObject({
  keep: z
    .uuid()
    .optional()
    .meta({
      description:
        'Which secret stays valid beside the new one. Only needed while two are: when the answer to a rotation was lost, ' +
        'keep the one that is known.',
    }),
});

/** 201 of POST /v1/callback-settings/secret. */
export const RotatedSecret = z.object({
  id: z.uuid(),
  secret: z.string().nullable().meta({ description: 'Shown this once; null when the request is repeated.' }),
  secrets: z.array(SecretView).max(2),
});
export type RotatedSecret = z.infer<typeof RotatedSecret>;

const CallbackState = z.enum(['PENDING', 'DELIVERED', 'FAILED']);

/** The query of GET /v1/callbacks. Newest first; what is left out does not narrow it. */
export const ListCallbacks = z.strictObject({
  state: CallbackState.optional(),
  type: CallbackType.optional(),
  message_id: MessageId.optional(),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListCallbacks = z.infer<typeof ListCallbacks>;

/** A callback in a list. */
export const CallbackSummary = z.object({
  id: z.uuid(),
  type: z.string(),
  state: CallbackState,
  message_id: z.uuid().nullable(),
  url: z.string(),
  attempt: z.int().meta({ description: 'The attempt that is due, or was the last one, counted from 1.' }),
  next_attempt_at: time.nullable().meta({ description: 'Null unless it is PENDING.' }),
  last_status: z.int().nullable().meta({ description: 'What the client answered last, if anything.' }),
  last_error: z.string().nullable(),
  created_at: time,
  replayed_at: time.nullable(),
  finished_at: time.nullable(),
});
export type CallbackSummary = z.infer<typeof CallbackSummary>;

/** 200 of GET /v1/callbacks. */
export const CallbackList = z.object({ callbacks: z.array(CallbackSummary), next_cursor: NextCursor });
export type CallbackList = z.infer<typeof CallbackList>;

/** 200 of GET /v1/callbacks/{id}, 202 of a replay and of a test. `data` is what the callback's body has under that name. */
export const CallbackView = CallbackSummary.extend({ data: z.unknown() });
export type CallbackView = z.infer<typeof CallbackView>;
