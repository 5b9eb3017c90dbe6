import * as z from 'zod';
import { Msisdn } from './identifiers.ts';
import { NextCursor, PageCursor, PageLimit } from './paging.ts';

const time = z.iso.datetime();

/**
 * A number in a path. That it belongs to a country is not asked: what was once accepted can be forgotten, whatever the
 * numbering plans say by now.
 */
export const PathMsisdn = z
  .string()
  .regex(/^\+?[1-9]\d{6,14}$/, 'is not an E.164 number: 7 to 15 digits, country code first')
  .transform((number) => Msisdn.parse(number.replace('+', '')));

/** The query of GET /v1/opt-outs, in the order of the numbers' digits. */
export const ListOptOuts = z.strictObject({
  prefix: z
    .string()
    .regex(/^[+ ]?[1-9]\d{0,14}$/, 'is not how a number begins')
    // A plus sign that is written as it is means a space in a query.
    .transform((prefix) => prefix.replace(/^[+ ]/, ''))
    .optional()
    .meta({ description: 'How the numbers begin, country code first.' }),
  limit: PageLimit,
  cursor: PageCursor,
});
export type ListOptOuts = z.infer<typeof ListOptOuts>;

/** 200 of GET, 200 and 201 of PUT /v1/opt-outs/{msisdn}. */
export const OptOut = z.object({
  msisdn: z.string(),
  source: z.enum(['api', 'inbound']).meta({ description: '`api`: you said so; `inbound`: the recipient did.' }),
  created_at: time,
});
export type OptOut = z.infer<typeof OptOut>;

/** 200 of GET /v1/opt-outs. */
export const OptOutList = z.object({ opt_outs: z.array(OptOut), next_cursor: NextCursor });
export type OptOutList = z.infer<typeof OptOutList>;

/** 202 of DELETE /v1/recipients/{msisdn}, 200 of GET /v1/recipients/erasures/{id}. It does not say whose. */
export const Erasure = z.object({
  id: z.uuid(),
  state: z.enum(['PENDING', 'FINISHED']),
  messages: z.int().meta({ description: 'How many messages have been erased so far.' }),
  requested_at: time,
  finished_at: time.nullable(),
});
export type Erasure = z.infer<typeof Erasure>;
