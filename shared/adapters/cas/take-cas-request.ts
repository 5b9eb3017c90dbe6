import type { CardState, Entitlement } from '#shared/domain/cas/decide-request.ts';
import type { CasPackage, Keyword, Language } from '#shared/domain/cas/grammar.ts';
import type { Asking, AskingLimits } from '#shared/domain/cas/weigh-flood.ts';
import type { Sql } from '../data-api.ts';

/** A request that is to be processed, with all that is to be known before its text is read. */
export interface TakenRequest {
  readonly id: string;
  readonly client_id: string;
  readonly source: 'api' | 'inbound';
  readonly sender: string;
  readonly message: string;
  readonly recipient: string | null;
  readonly is_test: boolean;
  readonly correlation_id: string;
  /** When it was decided: then only what is left is to be done. */
  readonly decided_at: Date | null;
  readonly verdict: string | null;
  readonly card: string | null;
  readonly response: string | null;
  readonly reply_id: string | null;
  /** False: the same text came from the same sender within the ten minutes before. */
  readonly is_first: boolean;
  readonly is_sender_barred: boolean;
  readonly language: Language;
  readonly limits: Partial<AskingLimits>;
  readonly asking: Asking;
  readonly packages: readonly CasPackage[];
  readonly keywords: readonly Keyword[];
}

const repetition = `interval '10 minutes'`;

/** The counts are over what came before it and itself; what was received at its own moment counts too. */
const take = `
WITH request AS (SELECT * FROM sms_requests WHERE id = :id::uuid AND processed_at IS NULL),
claim AS (
  INSERT INTO sms_request_texts AS t (client_id, sender, text_hash, request_id, at)
  SELECT client_id, sender, text_hash, id, received_at FROM request
  ON CONFLICT (client_id, sender, text_hash) DO UPDATE SET request_id = excluded.request_id, at = excluded.at
    WHERE t.request_id = excluded.request_id OR t.at <= excluded.at - ${repetition}
  RETURNING request_id
)
SELECT r.id, r.client_id, r.source, r.sender, r.message, r.recipient, r.is_test, r.correlation_id, r.decided_at,
  r.verdict, r.card, r.response, r.reply_id, EXISTS (SELECT FROM claim) AS is_first, s.language, s.limits,
  EXISTS (SELECT FROM cas_barred_senders b WHERE b.client_id = r.client_id AND b.msisdn = r.sender) AS is_sender_barred,
  (SELECT jsonb_build_object(
      'last_minute', count(*) FILTER (WHERE o.received_at > r.received_at - interval '1 minute'),
      'last_hour', count(*) FILTER (WHERE o.received_at > r.received_at - interval '1 hour'),
      'last_day', count(*),
      'refused_last_hour', count(*) FILTER (WHERE o.is_refused AND o.received_at > r.received_at - interval '1 hour'))
    FROM sms_requests o WHERE o.client_id = r.client_id AND o.sender = r.sender
      AND o.received_at > r.received_at - interval '1 day' AND o.received_at <= r.received_at) AS asking,
  coalesce((SELECT jsonb_agg(jsonb_build_object('code', p.code, 'name', p.name, 'product', p.product, 'months', p.months))
    FROM cas_packages p WHERE p.client_id = r.client_id), '[]') AS packages,
  coalesce((SELECT jsonb_agg(jsonb_build_object('word', k.word, 'command', k.command, 'language', k.language))
    FROM cas_keywords k WHERE k.client_id = r.client_id), '[]') AS keywords
FROM request r JOIN cas_systems s ON s.client_id = r.client_id`;

/**
 * Takes a request up, and claims its text for it: of the same text within ten minutes one request is the first. May be
 * called again, also by two at once: the claim stays with the request.
 *
 * @returns null when there is none, or when it has been processed.
 */
export const takeCasRequest = async (sql: Sql, id: string): Promise<TakenRequest | null> =>
  (await sql<TakenRequest>(take, { id }))[0] ?? null;

const first = `
SELECT f.id, f.verdict, f.response FROM sms_requests r
JOIN sms_request_texts t ON t.client_id = r.client_id AND t.sender = r.sender AND t.text_hash = r.text_hash
JOIN sms_requests f ON f.id = t.request_id
WHERE r.id = :id::uuid`;

/** What became of the first of the requests with this text. */
export const readFirstRequest = async (
  sql: Sql,
  id: string,
): Promise<{ readonly id: string; readonly verdict: string | null; readonly response: string | null } | null> =>
  (await sql<{ id: string; verdict: string | null; response: string | null }>(first, { id }))[0] ?? null;

/** A card, and what an answer about it needs. */
export interface KnownCard {
  readonly state: CardState | null;
  /** Of the card's row: a decision is applied to this version or not at all. */
  readonly version: number;
  readonly on_air_seconds: number | null;
  readonly is_box_taken: boolean;
}

interface CardRow {
  readonly card: string | null;
  readonly version: number | null;
  readonly is_barred: boolean;
  readonly owner: string | null;
  readonly language: Language | null;
  readonly box: string | null;
  readonly entitlements: readonly (Omit<Entitlement, 'ends_at'> & { readonly ends_at: string })[];
  readonly on_air_seconds: number | null;
  readonly is_box_taken: boolean;
}

const readCardState = `
SELECT c.card, c.version, c.barred_at IS NOT NULL AS is_barred, c.owner, c.language, c.box,
  coalesce((SELECT jsonb_agg(jsonb_build_object('code', e.code, 'name', p.name, 'product', p.product,
        'ends_at', e.ends_at) ORDER BY e.ends_at, e.code)
    FROM cas_entitlements e JOIN cas_packages p ON p.client_id = e.client_id AND p.code = e.code
    WHERE e.client_id = c.client_id AND e.card = c.card AND e.ends_at > now()), '[]') AS entitlements,
  (SELECT max(k.on_air_seconds) FROM carousels k WHERE k.client_id = s.client_id AND k.paused_at IS NULL) AS on_air_seconds,
  EXISTS (SELECT FROM cas_cards o WHERE o.client_id = s.client_id AND o.box = :box::text AND o.card <> :card) AS is_box_taken
FROM cas_systems s LEFT JOIN cas_cards c ON c.client_id = s.client_id AND c.card = :card
WHERE s.client_id = :client_id::uuid`;

/** @param box that is asked about; null when none is. */
export const readCard = async (sql: Sql, clientId: string, card: string, box: string | null): Promise<KnownCard> => {
  const [row] = await sql<CardRow>(readCardState, { client_id: clientId, card, box });
  const { version, on_air_seconds, is_box_taken, entitlements, ...rest } = row ?? nobody;
  const state = rest.card === null ? null : { ...rest, card: rest.card, entitlements: entitlements.map(toEntitlement) };
  return { state, version: version ?? 0, on_air_seconds, is_box_taken };
};

const nobody: CardRow = {
  card: null,
  version: null,
  is_barred: false,
  owner: null,
  language: null,
  box: null,
  entitlements: [],
  on_air_seconds: null,
  is_box_taken: false,
};

const toEntitlement = ({ ends_at, ...rest }: CardRow['entitlements'][number]): Entitlement => ({
  ...rest,
  ends_at: new Date(ends_at),
});
