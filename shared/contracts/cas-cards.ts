import * as z from 'zod';
import { languages } from '#shared/domain/cas/grammar.ts';
import { passesLuhn } from '#shared/domain/cas/luhn.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';
import { PathMsisdn } from './recipients.ts';

const time = z.iso.datetime();

/** A card's number, as it is printed on it: its last digit checks the others. */
export const CasCardNumber = z
  .string()
  .regex(/^\d{8,19}$/, { error: 'is no number of a card: 8 to 19 digits', abort: true })
  .refine(passesLuhn, 'has a wrong check digit: subscribers could not ask for it');

export const CasGroupNumber = z.string().regex(/^\d{1,19}$/, 'is no number of a group: 1 to 19 digits');

const DeviceKey = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'is not 32 octets in hexadecimal')
  .transform((digits) => digits.toLowerCase());

const Owner = PathMsisdn.nullable().meta({
  description: 'The only telephone that may ask for it, E.164; null: any may.',
});
const Language = z.enum(languages).nullable().meta({ description: 'In which it is answered; null: the system’s.' });
const group = 'The group whose key it shares; null: it is in none.';

/** One line of a batch of cards. */
export const CasCardLine = z
  .strictObject({
    line: z.int().min(1).max(1_000_000_000).meta({ description: 'Its place in the file, by which it is told of.' }),
    card: CasCardNumber.meta({ description: 'Its number, with its check digit.' }),
    key: DeviceKey.nullable()
      .default(null)
      .meta({ description: 'Its own key, 32 octets in hexadecimal; kept encrypted, and never told.' }),
    group: CasGroupNumber.nullable().default(null).meta({ description: group }),
    owner: Owner.default(null),
    language: Language.default(null),
  })
  .refine(({ key, group: shared }) => key !== null || shared !== null, {
    path: ['key'],
    message: 'is missing, and the card is in no group that has one',
  });
export type CasCardLine = z.infer<typeof CasCardLine>;

/** As many keys as encrypt-emm protects at once. */
export const mostCasCardLines = 500;

/** POST /v1/admin/clients/{id}/cas-cards. Each line is checked for itself. */
export const ImportCasCards = z.strictObject({
  lines: z.array(CasCardLine).min(1).max(mostCasCardLines).meta({ description: 'The lines of the batch.' }),
});

/** The envelope alone, before its lines are looked at. */
export const CasCardBatchEnvelope = z.strictObject({ lines: z.array(z.unknown()).min(1).max(mostCasCardLines) });

export const casLineReasons = {
  malformed: 'does not fit, as its errors say',
  address_too_long: 'has a number that does not fit the addresses of the CA system',
  group_unknown: 'names a group that there is none of',
  line_repeated: 'has a card that stands in a line before',
} as const;

/** 201 of POST /v1/admin/clients/{id}/cas-cards. */
export const ImportedCasCards = z.object({
  imported: z.int().meta({ description: 'Cards that are new.' }),
  known: z
    .int()
    .meta({ description: 'Cards that were there: group, owner and language follow the line, the key stays.' }),
  rejected: z.array(
    z.object({
      line: z.int().meta({ description: 'Its place in the file.' }),
      reason: z
        .enum(['malformed', 'address_too_long', 'group_unknown', 'line_repeated'])
        .meta({ description: 'Why the line was refused, in a word that does not change.' }),
      message: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  ),
});
export type ImportedCasCards = z.infer<typeof ImportedCasCards>;

const card = {
  card: z.string().meta({ description: 'Its number, with its check digit.' }),
  group: z.string().nullable().meta({ description: group }),
  has_key: z.boolean().meta({ description: 'Whether it has a key of its own.' }),
  owner: z.string().nullable().meta({ description: 'The only telephone that may ask for it; null: any may.' }),
  language: Language,
  box: z.string().nullable().meta({ description: 'The box that it works in; null: any.' }),
  barred_at: time.nullable().meta({ description: 'Since when it is barred; null: it is not.' }),
  created_at: time,
};

export const CasCardSummary = z.object(card);
export type CasCardSummary = z.infer<typeof CasCardSummary>;

/** The query of GET /v1/admin/clients/{id}/cas-cards. By number; what is left out does not narrow it. */
export const ListCasCards = z.strictObject({
  group: CasGroupNumber.optional().meta({ description: 'Only those of this group.' }),
  owner: PathMsisdn.optional().meta({ description: 'Only those of this telephone.' }),
  barred: z.enum(['true', 'false']).optional().meta({ description: 'Only those that are barred, or are not.' }),
  limit: PageLimit,
  cursor: PageCursor,
});

export const CasCardList = z.object({
  cards: z.array(CasCardSummary).meta({ description: 'The page.' }),
  next_cursor: NextCursor,
});

/** 200 of GET and PATCH /v1/admin/clients/{id}/cas-cards/{card}. */
export const CasCardView = z.object({
  ...card,
  entitlements: z
    .array(
      z.object({
        code: z.string().meta({ description: 'Of the package.' }),
        starts_at: time,
        ends_at: time.meta({ description: 'Until when.' }),
      }),
    )
    .meta({ description: 'What it is entitled to now.' }),
});
export type CasCardView = z.infer<typeof CasCardView>;

/** PATCH /v1/admin/clients/{id}/cas-cards/{card}: what is left out stays. */
export const ChangeCasCard = z
  .strictObject({
    is_barred: z
      .boolean()
      .optional()
      .meta({ description: 'A barred card’s requests are refused, and it learns no new key.' }),
    group: CasGroupNumber.nullable().optional().meta({ description: group }),
    owner: Owner.optional(),
    language: Language.optional(),
    key: DeviceKey.optional().meta({ description: 'In place of the one it had, which was wrong.' }),
  })
  .refine((changes) => Object.values(changes).some((each) => each !== undefined), 'changes nothing');
export type ChangeCasCard = z.infer<typeof ChangeCasCard>;

/** PUT /v1/admin/clients/{id}/cas-groups/{number}. */
export const PutCasGroup = z.strictObject({
  key: DeviceKey.meta({
    description: 'What its cards share, 32 octets in hexadecimal; kept encrypted, and never told.',
  }),
});

/** 200 of PUT /v1/admin/clients/{id}/cas-groups/{number}. */
export const CasGroupView = z.object({
  number: z.string().meta({ description: 'The number of the group.' }),
  cards: z.int().meta({ description: 'How many cards are in it.' }),
});
export type CasGroupView = z.infer<typeof CasGroupView>;

/** The query of GET /v1/admin/clients/{id}/cas-groups. By number. */
export const ListCasGroups = z.strictObject({ limit: PageLimit, cursor: PageCursor });

export const CasGroupList = z.object({
  groups: z.array(CasGroupView).meta({ description: 'The page.' }),
  next_cursor: NextCursor,
});

/** The query of GET /v1/admin/clients/{id}/cas-barred-senders. In the order of the digits. */
export const ListCasBarredSenders = z.strictObject({ limit: PageLimit, cursor: PageCursor });

/** 200 of PUT /v1/admin/clients/{id}/cas-barred-senders/{msisdn}. */
export const CasBarredSender = z.object({ msisdn: z.string() });
export type CasBarredSender = z.infer<typeof CasBarredSender>;

export const CasBarredSenderList = z.object({
  senders: z.array(CasBarredSender).meta({ description: 'The page.' }),
  next_cursor: NextCursor,
});
