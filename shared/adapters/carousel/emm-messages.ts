import type { CarouselClasses } from '#shared/contracts/carousels.ts';
import { refusalOfCheck } from '../accept-message.ts';
import { holdCredit, input, writeMessages } from '../accept-statement.ts';
import { type Sql, SqlError } from '../data-api.ts';
import type { AcceptRefusal, NewMessage } from '../new-message.ts';
import { weighItems } from '../weigh-items.ts';

/** A carousel whose EMMs are short messages. */
export interface SmsCarousel {
  readonly id: string;
  readonly client_id: string;
  readonly settings: unknown;
  readonly classes: CarouselClasses;
  readonly is_paused: boolean;
  /** How many EMMs are on air that have a telephone to go to. */
  readonly addressed: number;
}

/** `k`, the card of the EMM `e`, whose owner has a telephone. */
const toItsOwner = `e.class = 'unique' AND k.client_id = e.client_id AND k.card = e.device AND k.owner IS NOT NULL`;
const onAir = `e.encrypted_emm IS NOT NULL AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL
  AND e.starts_at <= now() AND e.expires_at > now()`;

const read = `
SELECT EXISTS (SELECT FROM emm_messages WHERE settled_at IS NULL) AS has_open, coalesce((
  SELECT jsonb_agg(jsonb_build_object('id', c.id, 'client_id', c.client_id, 'settings', c.settings, 'classes', c.classes,
    'is_paused', c.paused_at IS NOT NULL, 'addressed', (
      SELECT count(*) FROM emms e JOIN cas_cards k ON ${toItsOwner} WHERE e.client_id = c.client_id AND ${onAir})) ORDER BY c.id)
  FROM carousels c WHERE c.output = 'sms'), '[]') AS carousels`;

/** All of them in one look, with whether there are messages of which it is not known yet what they came to. */
export const readSmsCarousels = async (
  sql: Sql,
): Promise<{ readonly has_open: boolean; readonly carousels: readonly SmsCarousel[] }> => {
  const [row] = await sql<{ has_open: boolean; carousels: readonly SmsCarousel[] }>(read, {});
  return row ?? { has_open: false, carousels: [] };
};

/** An EMM whose next repetition is due. */
export interface DueEmm {
  readonly emm_id: string;
  readonly repetition: number;
  /** The section, base64. */
  readonly section: string;
  readonly expires_at: Date;
  /** The telephone of the card's owner. */
  readonly recipient: string;
  /** Whether it was made for a request of a test key. */
  readonly is_test: boolean;
  /** The database's own clock. */
  readonly at: Date;
}

export interface EmmPace {
  readonly repetitions: number;
  readonly spacing_minutes: number;
  readonly emms_per_minute: number;
}

/** Those that were never sent come first. What soon expires is not begun with. */
const due = `
SELECT e.id AS emm_id, coalesce(l.repetition, 0) + 1 AS repetition, e.encrypted_emm AS section, e.expires_at,
  k.owner AS recipient, coalesce(r.is_test, false) AS is_test, now() AS at
FROM emms e JOIN cas_cards k ON ${toItsOwner}
LEFT JOIN sms_requests r ON r.id = e.request_id
LEFT JOIN LATERAL (
  SELECT s.repetition, s.created_at FROM emm_messages s WHERE s.carousel_id = :carousel_id::uuid AND s.emm_id = e.id
  ORDER BY s.repetition DESC LIMIT 1) l ON true
WHERE e.client_id = :client_id::uuid AND ${onAir} AND e.expires_at > now() + interval '2 minutes'
  AND (l.repetition IS NULL
    OR l.repetition < :repetitions AND l.created_at <= now() - make_interval(mins => :spacing_minutes::integer))
ORDER BY coalesce(l.repetition, 0), e.number
LIMIT greatest(0, :emms_per_minute::bigint - (
  SELECT count(*) FROM emm_messages s
  WHERE s.carousel_id = :carousel_id::uuid AND s.created_at >= date_trunc('minute', now())))`;

/** No more than the carousel may still send within this minute of the clock. */
export const readDueEmms = (
  sql: Sql,
  { id, client_id }: Pick<SmsCarousel, 'id' | 'client_id'>,
  { repetitions, spacing_minutes, emms_per_minute }: EmmPace,
): Promise<DueEmm[]> => sql(due, { carousel_id: id, client_id, repetitions, spacing_minutes, emms_per_minute });

/** An EMM as a message to its card's owner. */
export type EmmMessage = NewMessage & Pick<DueEmm, 'emm_id' | 'repetition'>;

/**
 * Looked at again: the carousel, which may have been paused meanwhile, and the EMMs, which may be replaced or withdrawn,
 * under their locks; the cards, whose owner may be another one. What somebody changes just now is passed over, so that
 * nobody waits for each other. A message whose moment has passed would be valid for longer
 * than it was to be: it is not written, but made anew. Of each that is left there is a row in `emm_messages`, accepted or
 * refused, whose key makes a second statement for the same repetition come to nothing.
 */
const accept = `
WITH ${input},
stream AS (
  SELECT c.id FROM carousels c
  WHERE c.id = :carousel_id::uuid AND c.client_id = :client_id::uuid AND c.output = 'sms' AND c.paused_at IS NULL
  FOR SHARE
),
asked AS (
  SELECT a.item, a.emm_id, a.repetition
  FROM jsonb_to_recordset(:messages::jsonb)
    AS a(item integer, emm_id uuid, repetition integer, recipient text, send_at timestamptz)
  JOIN emms e ON e.id = a.emm_id AND e.client_id = :client_id::uuid
  JOIN cas_cards k ON ${toItsOwner} AND k.owner = a.recipient
  WHERE EXISTS (SELECT FROM stream) AND ${onAir} AND a.send_at > now()
  ORDER BY e.id FOR SHARE OF e SKIP LOCKED
),
live AS (SELECT i.* FROM input i WHERE i.item IN (SELECT item FROM asked)),
${weighItems('live', 'EXISTS (SELECT FROM asked)')},
noted AS (
  INSERT INTO emm_messages (carousel_id, emm_id, repetition, message_id, problem, settled_at)
  SELECT :carousel_id::uuid, a.emm_id, a.repetition, CASE WHEN v.verdict IS NULL THEN v.id END, v.verdict,
    CASE WHEN v.verdict IS NOT NULL THEN now() END
  FROM asked a JOIN verdict v ON v.item = a.item
),
${writeMessages},
${holdCredit}
SELECT v.verdict AS refusal FROM verdict v ORDER BY v.item`;

/** Of each that was noted, why it was refused; null: it was accepted. */
export type NotedEmms = readonly (AcceptRefusal | null)[];

/**
 * Accepts messages with EMMs as any other message is: held, with parts and history, and left to dispatch-due; together
 * with the note that this repetition has been. One that the client's settings or credit refuse is noted too, so that it
 * is tried by its next repetition only.
 *
 * @returns null when another statement was faster with one of them, and nothing was written: what is due is to be read
 *   again.
 */
export const acceptEmmMessages = async (
  sql: Sql,
  { id, client_id }: Pick<SmsCarousel, 'id' | 'client_id'>,
  messages: readonly EmmMessage[],
): Promise<NotedEmms | null> => {
  const items = messages.map((message, item) => ({ item, ...message }));
  const rows = await sql<{ refusal: AcceptRefusal | null }>(accept, {
    carousel_id: id,
    client_id,
    messages: items,
  }).catch((error: unknown) => {
    if (!(error instanceof SqlError)) throw error;
    const isTaken = error.sqlState === '23505' && error.message.includes('emm_messages');
    if (isTaken || refusalOfCheck(error)) return null;
    throw error;
  });
  return rows?.map(({ refusal }) => refusal) ?? null;
};
