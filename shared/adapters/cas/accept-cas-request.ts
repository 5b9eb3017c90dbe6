import type { IdempotencyKey } from '../accept-message.ts';
import type { Sql } from '../data-api.ts';
import { claimKey, keyParameters, readKeyed } from '../keyed.ts';
import { type CasRequestRow, readCasRequest } from './read-cas-requests.ts';

/** A request as it came in, by the API. */
export interface NewCasRequest {
  readonly id: string;
  readonly client_id: string;
  readonly sender: string;
  readonly message: string;
  /** SHA-256 of the folded text. */
  readonly text_hash: string;
  readonly is_test: boolean;
  readonly correlation_id: string;
}

export type AcceptedCasRequest =
  | { readonly outcome: 'accepted' | 'replayed'; readonly request: CasRequestRow }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'no-cas-system' };

/** A repetition after a timeout that hid the commit meets its own row, and does nothing. */
const accept = `
WITH system AS (SELECT client_id FROM cas_systems WHERE client_id = :client_id::uuid),
${claimKey}
INSERT INTO sms_requests (id, client_id, source, sender, message, text_hash, is_test, correlation_id)
SELECT :id::uuid, s.client_id, 'api', :sender, :message, :text_hash, :is_test, :correlation_id FROM system s, go
ON CONFLICT (id) DO NOTHING
RETURNING id`;

/** Writes a request with its key; the queue is the next step, and dispatch-due's if that fails. */
export const acceptCasRequest = async (
  sql: Sql,
  request: NewCasRequest,
  key: IdempotencyKey | null,
): Promise<AcceptedCasRequest> => {
  const rows = await sql<{ id: string }>(accept, { ...keyParameters(request.client_id, key, request.id), ...request });
  const known = rows.length === 0 && key ? await readKeyed(sql, request.client_id, key) : null;
  if (known?.outcome === 'mismatch') return known;
  const id = known?.resourceId ?? request.id;
  const found = await readCasRequest(sql, request.client_id, id);
  if (!found) return { outcome: 'no-cas-system' };
  return { outcome: id === request.id ? 'accepted' : 'replayed', request: found };
};

/** A text that came in on a number, and may be one of these. */
export interface InboundCasText {
  readonly id: string;
  readonly sender: string;
  readonly recipient: string;
  /** Its first word, folded. */
  readonly keyword: string;
  readonly message: string;
  readonly message_without_keyword: string;
  readonly text_hash: string;
  readonly text_hash_without_keyword: string;
  readonly received_at: string;
}

export interface QueuedCasRequest {
  readonly id: string;
  readonly client_id: string;
  readonly correlation_id: string;
}

/** A number of one client alone takes every text; on a shared one the first word says whose it is. */
const acceptInbound = `
INSERT INTO sms_requests (id, client_id, source, sender, message, recipient, text_hash, correlation_id, received_at)
SELECT i.id, n.client_id, 'inbound', i.sender,
  CASE WHEN n.keyword = '' THEN i.message ELSE i.message_without_keyword END, i.recipient,
  CASE WHEN n.keyword = '' THEN i.text_hash ELSE i.text_hash_without_keyword END, i.id::text, i.received_at
FROM jsonb_to_recordset(:texts::jsonb) AS i(id uuid, sender text, recipient text, keyword text, message text,
  message_without_keyword text, text_hash text, text_hash_without_keyword text, received_at timestamptz)
CROSS JOIN LATERAL (
  SELECT client_id, keyword FROM cas_numbers n WHERE n.number = i.recipient AND n.keyword IN ('', i.keyword)
  ORDER BY n.keyword DESC LIMIT 1) n
JOIN cas_systems s ON s.client_id = n.client_id
ON CONFLICT (id) DO NOTHING
RETURNING id, client_id, correlation_id`;

/** Writes those of the texts that came in on a number of a CA system; one that comes again is written once. */
export const acceptInboundCasTexts = async (
  sql: Sql,
  texts: readonly InboundCasText[],
): Promise<readonly QueuedCasRequest[]> => (texts.length === 0 ? [] : sql<QueuedCasRequest>(acceptInbound, { texts }));

const due = `
SELECT id, client_id, correlation_id FROM sms_requests
WHERE processed_at IS NULL AND received_at < now() - interval '30 seconds'
  AND (queued_at IS NULL OR queued_at < now() - interval '1 hour')
ORDER BY received_at LIMIT :limit`;

/** Requests that are on no queue, or were put there an hour ago and came to nothing. */
export const findDueCasRequests = (sql: Sql, limit: number): Promise<QueuedCasRequest[]> => sql(due, { limit });

const mark = `
UPDATE sms_requests r SET queued_at = now() FROM jsonb_to_recordset(:queued::jsonb) AS q(id uuid) WHERE r.id = q.id`;

export const markCasRequestsQueued = async (sql: Sql, queued: readonly QueuedCasRequest[]): Promise<void> => {
  if (queued.length > 0) await sql(mark, { queued: queued.map(({ id }) => ({ id })) });
};
