import * as z from 'zod';
import { foldWord } from '#shared/domain/inbound/fold-word.ts';
import { isOptOutWord } from '#shared/domain/inbound/opt-out-command.ts';
import { ClientId } from './identifiers.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { ProviderName } from './providers.ts';

const time = z.iso.datetime();

export const NumberId = z.uuid({ version: 'v7' });

/** A number or a short code, as an SMSC writes it in destination_addr; a plus sign is taken off. */
const InboundNumber = z
  .string()
  .regex(/^\+?\d{3,15}$/, 'is no number: 3 to 15 digits')
  .transform((number) => number.replace('+', ''))
  .meta({ description: 'What telephones write to: a number or a short code.' });

const longestKeyword = 32;
export const mostKeywords = 300;

/** Why a word cannot be one by which messages are told apart; null when it can. */
const keywordFault = (word: string): string | null => {
  const folded = foldWord(word);
  if (folded === '' || /\s/.test(folded) || folded.length > longestKeyword)
    return `is no keyword: one word of at most ${longestKeyword} characters`;
  return isOptOutWord(folded) ? 'is a word by which people opt out, and is obeyed before any keyword' : null;
};

/** By the word a message begins with, whichever way that is written; they are kept in capitals, without marks. */
const keywordsTo = <Value extends z.ZodType<string | null>>(client: Value) =>
  z
    .record(z.string().min(1).max(64), client)
    .superRefine((keywords, context) => {
      const say = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
      const words = Object.keys(keywords);
      if (words.length > mostKeywords) say([], `has more than ${mostKeywords} words`);
      for (const word of words) {
        const fault = keywordFault(word);
        if (fault) say([word], fault);
      }
      if (new Set(words.map(foldWord)).size < words.length) say([], 'has one word twice');
    })
    .transform((keywords) => Object.fromEntries(Object.entries(keywords).map(([word, to]) => [foldWord(word), to])));

const owner = ClientId.nullable().meta({ description: 'Who gets what no keyword takes; null: nobody.' });

/** POST /v1/admin/numbers. */
export const CreateNumber = z.strictObject({
  number: InboundNumber,
  provider: ProviderName.nullable()
    .default(null)
    .meta({ description: 'Where the number is this one; null: at every provider that has no such number of its own.' }),
  client_id: owner.default(null),
  keywords: keywordsTo(ClientId)
    .default({})
    .meta({ description: 'Clients by the word that a message begins with, in any case.' }),
});
export type CreateNumber = z.infer<typeof CreateNumber>;

/** PATCH /v1/admin/numbers/{id}: what is left out stays as it is, keyword by keyword. */
export const ChangeNumber = z
  .strictObject({
    client_id: owner.optional(),
    keywords: keywordsTo(ClientId.nullable())
      .optional()
      .meta({ description: 'Those that are to be set; null removes one.' }),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'changes nothing');
export type ChangeNumber = z.infer<typeof ChangeNumber>;

/** A number in a list. */
export const NumberSummary = z.object({
  id: z.uuid(),
  number: z.string().meta({ description: 'What telephones write to.' }),
  provider: z.string().nullable(),
  client_id: z.uuid().nullable(),
  keyword_count: z.int(),
  created_at: time,
  updated_at: time,
});
export type NumberSummary = z.infer<typeof NumberSummary>;

/** A number with its keywords. */
export const NumberView = NumberSummary.extend({ keywords: z.record(z.string(), z.uuid()) });
export type NumberView = z.infer<typeof NumberView>;

/** The query of GET /v1/admin/numbers. Newest first; what is left out does not narrow it. */
export const ListNumbers = z.strictObject({
  number: z
    .string()
    .regex(/^\d{1,15}$/, 'is not how a number begins')
    .optional()
    .meta({ description: 'How the number begins.' }),
  client_id: ClientId.optional().meta({ description: 'Whose it is, or who has a keyword there.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListNumbers = z.infer<typeof ListNumbers>;

export const NumberList = z.object({ numbers: z.array(NumberSummary), next_cursor: NextCursor });

/** An address in a query, where a plus sign that is written as it is means a space. */
const QueryAddress = z
  .string()
  .max(64)
  .regex(/^[+ ]?[\x21-\x2a\x2c-\x7e]+$/, 'is no address')
  .transform((address) => address.replace(/^[+ ]/, ''));

/** The query of GET /v1/inbound-messages. Newest first; what is left out does not narrow it. */
export const ListInbound = z.strictObject({
  from: QueryAddress.optional().meta({ description: 'Who sent them.' }),
  to: QueryAddress.optional().meta({ description: 'Which of your numbers they were sent to.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListInbound = z.infer<typeof ListInbound>;

/** A message from a telephone. */
export const InboundMessage = z.object({
  id: z.uuid(),
  from: z.string().meta({ description: 'Who sent it.' }),
  to: z.string().meta({ description: 'Which of your numbers it was sent to.' }),
  text: z.string().nullable().meta({ description: 'Its first 10,000 characters; null where it is octets.' }),
  data_hex: z.string().nullable().meta({ description: 'Of octets the first 10,000; null where it is text.' }),
  data_coding: z.int(),
  udh_hex: z.string().meta({ description: 'The user data header of its first part; empty when there is none.' }),
  keyword: z.string().nullable().meta({ description: 'By which it came to you rather than to the number’s client.' }),
  command: z
    .enum(['stop', 'stop-all', 'start'])
    .nullable()
    .meta({ description: 'What it said about being written to; the opt-out list has been changed already.' }),
  parts: z.int(),
  parts_received: z.int(),
  is_complete: z.boolean().meta({ description: 'False where the rest did not come in time.' }),
  received_at: time,
});
export type InboundMessage = z.infer<typeof InboundMessage>;

export const InboundList = z.object({
  messages: z.array(InboundMessage).meta({ description: 'At most `limit`, and fewer where they are very long.' }),
  next_cursor: NextCursor,
});
