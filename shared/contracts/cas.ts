import * as z from 'zod';
import { emmClasses } from '#shared/domain/emm/section.ts';
import { Instant, Recipient } from './messages.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { PathMsisdn } from './recipients.ts';

const time = z.iso.datetime();

/** POST /v1/cas/requests: what a subscriber texted. */
export const SubmitCasRequest = z.strictObject({
  sender: Recipient.meta({ description: 'The subscriber’s telephone, E.164: the answer goes there.' }),
  message: z
    .string()
    .min(1)
    .max(480)
    .refine((text) => text.isWellFormed(), 'has half of a surrogate pair')
    .refine((text) => !text.includes('\0'), 'has a NUL character')
    .meta({ description: 'The text as it came: ACT 1234567897 SPORT*3.' }),
});
export type SubmitCasRequest = z.infer<typeof SubmitCasRequest>;

/** 202 of POST, 200 of GET /v1/cas/requests/{id}. */
export const CasRequestView = z.object({
  id: z.uuid(),
  status: z.enum(['RECEIVED', 'PROCESSED']),
  source: z.enum(['api', 'inbound']).meta({ description: 'How it came: by this API, or as a short message.' }),
  sender: z.string(),
  message: z.string().meta({ description: 'The text as it came.' }),
  is_test: z.boolean(),
  verdict: z
    .string()
    .nullable()
    .meta({ description: 'What it came to: activated, card.invalid, repeated and so on; null: not known yet.' }),
  response: z.string().nullable().meta({ description: 'The answer to the subscriber; null: none, by policy.' }),
  reply_message_id: z.uuid().nullable().meta({ description: 'GET /v1/messages/{id} follows the answer.' }),
  reply_problem: z.string().nullable().meta({ description: 'The code of the problem that kept the answer back.' }),
  duplicate_of: z.uuid().nullable(),
  emm_ids: z.array(z.uuid()),
  received_at: time,
  processed_at: time.nullable(),
});
export type CasRequestView = z.infer<typeof CasRequestView>;

export const ListCasRequests = z.strictObject({
  sender: PathMsisdn.optional().meta({ description: 'The subscriber’s telephone.' }),
  limit: PageLimit,
  cursor: PageCursor,
});

export const CasRequestList = z.object({ requests: z.array(CasRequestView), next_cursor: NextCursor });
export type CasRequestList = z.infer<typeof CasRequestList>;

const Product = z.int().min(0).max(65_535);

/** What an EMM says, in the words of docs/cas.md. Keys are delivered by the service alone. */
export const EmmCommandInput = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('entitlement_reset') }),
  z.strictObject({
    command: z.literal('entitlement_add'),
    product: Product,
    from: Instant.meta({ description: 'From when the right holds.' }),
    until: Instant.meta({ description: 'Until when the right holds.' }),
  }),
  z.strictObject({ command: z.literal('entitlement_remove'), product: Product }),
  z.strictObject({ command: z.literal('pair'), box: z.string().regex(/^[0-9A-Z]{1,20}$/, 'is no box number') }),
  z.strictObject({ command: z.literal('unpair') }),
]);
export type EmmCommandInput = z.infer<typeof EmmCommandInput>;

const emm = {
  class: z.enum(emmClasses).meta({ description: 'Whom it concerns: one card, a group of cards, or all.' }),
  device: z
    .string()
    .regex(/^\d{0,19}$/, 'is no number of a card or a group')
    .default('')
    .meta({ description: 'The number of the card or the group; left out for all.' }),
  commands: z.array(EmmCommandInput).min(1).max(32),
  expires_at: Instant.optional().meta({ description: 'When it leaves the air; what is usual, when left out.' }),
};

/** A device where one is addressed, and none where everybody is. */
const checkDevice = (given: { readonly class: string; readonly device: string }, context: z.RefinementCtx): void => {
  if ((given.class === 'global') === (given.device === '')) return;
  const message = given.device === '' ? 'is missing' : 'does not go with class global';
  context.addIssue({ code: 'custom', path: ['device'], message });
};

/** POST /v1/cas/emms. */
export const CreateEmm = z
  .strictObject({
    ...emm,
    kind: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/, 'is not 1 to 32 small letters, digits and _, a letter first')
      .refine((kind) => kind !== 'entitlements' && kind !== 'pairing', 'is made from requests only')
      .meta({ description: 'Of each device and kind the newest is on air.' }),
    starts_at: Instant.optional().meta({ description: 'Nothing is on air before; now when left out.' }),
  })
  .superRefine(checkDevice);
export type CreateEmm = z.infer<typeof CreateEmm>;

export const emmStates = ['PENDING', 'SCHEDULED', 'ON_AIR', 'REPLACED', 'WITHDRAWN', 'EXPIRED'] as const;

/** 202 of POST, 200 of GET /v1/cas/emms/{id}. */
export const EmmView = z.object({
  id: z.uuid(),
  number: z.string().meta({ description: 'The EMM id on air: 64 bits, in decimal.' }),
  status: z.enum(emmStates),
  class: z.enum(emmClasses),
  device: z.string(),
  kind: z.string().meta({ description: 'Of each device and kind the newest is on air.' }),
  revision: z.int(),
  epoch: z.int(),
  request_id: z.uuid().nullable().meta({ description: 'The request that it was made from; null: none.' }),
  section_hex: z.string().nullable().meta({ description: 'The whole section as it goes on air, encrypted.' }),
  section_hash: z.string().nullable().meta({ description: 'Its SHA-256: the carousel’s log has it.' }),
  replaced_by: z.uuid().nullable(),
  created_at: time,
  sealed_at: time.nullable(),
  on_air_at: time.nullable().meta({ description: 'When it was first sent; null: not yet.' }),
  starts_at: time,
  expires_at: time,
});
export type EmmView = z.infer<typeof EmmView>;

export const ListEmms = z.strictObject({
  device: z
    .string()
    .regex(/^\d{1,19}$/, 'is no number of a card or a group')
    .optional(),
  limit: PageLimit,
  cursor: PageCursor,
});

export const EmmList = z.object({ emms: z.array(EmmView), next_cursor: NextCursor });
export type EmmList = z.infer<typeof EmmList>;

/** What they come to is kept in one row for the sake of its key, and a row of the Data API has 64 KB. */
export const mostEncryptions = 50;

/** POST /v1/cas/encryptions: EMMs that somebody else puts on air. */
export const EncryptEmms = z.strictObject({
  emms: z.array(z.strictObject(emm).superRefine(checkDevice)).min(1).max(mostEncryptions),
});
export type EncryptEmms = z.infer<typeof EncryptEmms>;

/** 200 of POST /v1/cas/encryptions, in the order of the request. */
export const EncryptedEmms = z.object({
  emms: z.array(
    z.object({
      number: z.string().meta({ description: 'The EMM id on air: 64 bits, in decimal.' }),
      epoch: z.int(),
      expires_at: time,
      section_hex: z.string(),
      section_hash: z.string(),
    }),
  ),
});
export type EncryptedEmms = z.infer<typeof EncryptedEmms>;

/** 200 of GET /v1/cas/key-epochs, the newest first. */
export const KeyEpochList = z.object({
  key_epochs: z.array(
    z.object({
      epoch: z.int(),
      state: z.enum(['PENDING', 'ACTIVE', 'DRAINING', 'RETIRED', 'DESTROYED']),
      emms_on_air: z.int(),
      created_at: time,
      delivered_at: time.nullable().meta({ description: 'When every device had an EMM with the key.' }),
      activated_at: time.nullable(),
      retired_at: time.nullable(),
      destroyed_at: time.nullable(),
    }),
  ),
});
export type KeyEpochList = z.infer<typeof KeyEpochList>;
