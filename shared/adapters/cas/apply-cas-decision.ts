import type { CasChange } from '#shared/domain/cas/decide-request.ts';
import { type Sql, SqlError } from '../data-api.ts';
import { reserveEmms } from './reserve-emms.ts';

export interface DecidedRequest {
  readonly id: string;
  readonly client_id: string;
  readonly verdict: string;
  readonly is_refused: boolean;
  /** The card that was asked about. */
  readonly card: string | null;
  /** Of the card when the decision was taken. */
  readonly version: number;
  readonly response: string | null;
  /** What the answer's message is to be called. */
  readonly reply_id: string;
  readonly duplicate_of: string | null;
  readonly change: CasChange;
}

/** Nothing is done unless the request is undecided and the card is as it was when the decision was taken. */
const apply = `
WITH request AS (SELECT * FROM sms_requests WHERE id = :id::uuid AND decided_at IS NULL FOR NO KEY UPDATE),
bumped AS (
  UPDATE cas_cards c SET version = c.version + 1, box = coalesce(:box::text, c.box)
  FROM request r WHERE :is_change AND c.client_id = r.client_id AND c.card = :card::text AND c.version = :version::integer
  RETURNING c.card
),
go AS (SELECT r.* FROM request r WHERE NOT :is_change OR EXISTS (SELECT FROM bumped)),
entitled AS (
  INSERT INTO cas_entitlements (client_id, card, code, ends_at)
  SELECT client_id, :card, :entitle_code::text, :entitle_ends_at::timestamptz FROM go WHERE :entitle_code::text IS NOT NULL
  ON CONFLICT (client_id, card, code) DO UPDATE SET ends_at = excluded.ends_at,
    starts_at = CASE WHEN cas_entitlements.ends_at > now() THEN cas_entitlements.starts_at ELSE now() END
),
revoked AS (
  DELETE FROM cas_entitlements e USING go
  WHERE e.client_id = go.client_id AND e.card = :card::text AND e.code = :revoke_code::text
),
opted_out AS (
  INSERT INTO opt_outs (client_id, msisdn, source) SELECT client_id, sender, 'inbound' FROM go WHERE :is_opt_out
  ON CONFLICT (client_id, msisdn) DO NOTHING
),
wanted AS (
  SELECT go.client_id, go.id AS request_id, 'unique' AS class, :card::text AS device, kind,
    NULL::integer AS epoch, NULL::timestamptz AS expires_at
  FROM go, jsonb_array_elements_text(:emms::jsonb) AS kind
),
${reserveEmms}
UPDATE sms_requests r SET decided_at = now(), verdict = :verdict, is_refused = :is_refused, card = :card::text,
  response = :response::text, reply_id = :reply_id::uuid, duplicate_of = :duplicate_of::uuid
FROM go WHERE r.id = go.id
RETURNING r.id`;

/**
 * Writes a decision with all that it changes: rights, box, opt-out, and EMMs that are to be sealed; or nothing.
 *
 * @returns false when the card has changed since, the box was taken, or the request was decided by another: then it is
 *   to be looked at again.
 * @throws SqlError 23502 when the CA system has no ACTIVE epoch yet.
 */
export const applyCasDecision = async (sql: Sql, decided: DecidedRequest): Promise<boolean> => {
  const { change } = decided;
  const rows = await sql(apply, {
    id: decided.id,
    verdict: decided.verdict,
    is_refused: decided.is_refused,
    card: decided.card,
    version: decided.version,
    response: decided.response,
    reply_id: decided.reply_id,
    duplicate_of: decided.duplicate_of,
    is_change: Boolean(change.entitle ?? change.revoke ?? change.pair),
    box: change.pair?.box ?? null,
    entitle_code: change.entitle?.code ?? null,
    entitle_ends_at: change.entitle?.ends_at.toISOString() ?? null,
    revoke_code: change.revoke?.code ?? null,
    is_opt_out: change.opt_out === true,
    emms: change.emms,
  }).catch((error: unknown) => {
    if (error instanceof SqlError && error.sqlState === '23505' && error.message.includes('cas_cards_box')) return [];
    throw error;
  });
  return rows.length > 0;
};

/** The text and its sender are not told: they can be read under the id for as long as they are kept. */
const finish = `
WITH done AS (
  UPDATE sms_requests SET processed_at = now(), reply_refusal = :reply_refusal::text
  WHERE id = :id::uuid AND processed_at IS NULL
  RETURNING *
)
INSERT INTO callbacks (id, client_id, type, url, payload)
SELECT new_uuid_v7(), c.id, 'cas.request.processed', c.callback_url, jsonb_build_object(
  'request_id', r.id, 'source', r.source, 'is_test', r.is_test, 'verdict', r.verdict, 'is_refused', r.is_refused,
  'card', r.card, 'duplicate_of', r.duplicate_of,
  'emm_ids', (SELECT coalesce(jsonb_agg(e.id ORDER BY e.number), '[]') FROM emms e WHERE e.request_id = r.id),
  'reply_message_id', CASE WHEN r.response IS NOT NULL AND r.reply_refusal IS NULL THEN r.reply_id END,
  'reply_problem', r.reply_refusal, 'received_at', r.received_at, 'processed_at', r.processed_at)
FROM done r JOIN clients c ON c.id = r.client_id
WHERE c.callback_url IS NOT NULL AND 'cas.request.processed' = ANY (c.callback_types)`;

/**
 * The last step: its EMMs are stored, and its answer was accepted, or refused for this reason. Writes the callback where
 * the client wants it; dispatch-due puts that on its queue.
 */
export const finishCasRequest = async (sql: Sql, id: string, replyRefusal: string | null): Promise<void> => {
  await sql(finish, { id, reply_refusal: replyRefusal });
};
