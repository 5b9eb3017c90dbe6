import type { Sql } from '../data-api.ts';

/** A request as its client sees it. */
export interface CasRequestRow {
  readonly id: string;
  readonly source: 'api' | 'inbound';
  readonly sender: string;
  readonly message: string;
  readonly is_test: boolean;
  readonly correlation_id: string;
  readonly received_at: Date;
  readonly processed_at: Date | null;
  readonly verdict: string | null;
  readonly response: string | null;
  readonly reply_id: string | null;
  readonly reply_refusal: string | null;
  readonly duplicate_of: string | null;
  readonly emm_ids: readonly string[];
}

const columns = `r.id, r.source, r.sender, r.message, r.is_test, r.correlation_id, r.received_at, r.processed_at,
  r.verdict, r.response, CASE WHEN r.response IS NOT NULL AND r.processed_at IS NOT NULL AND r.reply_refusal IS NULL
    THEN r.reply_id END AS reply_id, r.reply_refusal, r.duplicate_of,
  coalesce((SELECT jsonb_agg(e.id ORDER BY e.number) FROM emms e WHERE e.request_id = r.id), '[]') AS emm_ids`;

const read = `SELECT ${columns} FROM sms_requests r WHERE r.id = :id::uuid AND r.client_id = :client_id::uuid`;

/** @returns null when there is none, and when it is another client's. */
export const readCasRequest = async (sql: Sql, clientId: string, id: string): Promise<CasRequestRow | null> =>
  (await sql<CasRequestRow>(read, { id, client_id: clientId }))[0] ?? null;

const list = `
SELECT ${columns} FROM sms_requests r
WHERE r.client_id = :client_id::uuid AND (:before::text IS NULL OR r.id < :before::uuid)
  AND (:sender::text IS NULL OR r.sender = :sender::text)
ORDER BY r.id DESC LIMIT :limit`;

/** The newest first. */
export const listCasRequests = (
  sql: Sql,
  page: {
    readonly clientId: string;
    readonly sender: string | null;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<CasRequestRow[]> =>
  sql(list, { client_id: page.clientId, sender: page.sender, before: page.before, limit: page.limit });
