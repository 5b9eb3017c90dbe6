import type { PushSummary } from '#shared/contracts/pushes.ts';
import type { Sql } from './data-api.ts';

export interface WantedPushes {
  readonly clientId: string;
  /** Null: any. */
  readonly status: string | null;
  readonly iccid: string | null;
  /** Accepted at this time or later, and before that one, in ISO 8601; null: at any. */
  readonly from_time: string | null;
  readonly to_time: string | null;
  /** The id that the page before ended with; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** An id is made by the caller's clock a moment before the row is written by the database's: so far apart at most. */
const drift = `interval '15 minutes'`;

/** The bounds on the id let the index narrow what the times say exactly. */
const list = `
SELECT p.id, p.state AS status, p.iccid, m.recipient AS to, p.tar, p.por, m.parts, m.cost_cents, m.reference,
  p.failure AS error, p.created_at, m.expires_at, p.sent_at, p.final_at
FROM pushes p JOIN messages m ON m.id = p.id
WHERE p.client_id = :client_id::uuid AND (:after::uuid IS NULL OR p.id < :after::uuid)
  AND p.id >= coalesce(uuid_v7_floor(:from_time::timestamptz - ${drift}), '00000000-0000-0000-0000-000000000000')
  AND p.id <= coalesce(uuid_v7_floor(:to_time::timestamptz + ${drift}), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  AND (:from_time::timestamptz IS NULL OR p.created_at >= :from_time::timestamptz)
  AND (:to_time::timestamptz IS NULL OR p.created_at < :to_time::timestamptz)
  AND (:status::text IS NULL OR p.state = :status) AND (:iccid::text IS NULL OR p.iccid = :iccid)
ORDER BY p.id DESC LIMIT :limit`;

type Times = 'created_at' | 'expires_at' | 'sent_at' | 'final_at';
type Row = Omit<PushSummary, Times> &
  Readonly<{ created_at: Date; expires_at: Date; sent_at: Date | null; final_at: Date | null }>;

/** A client's pushes, the newest first. */
export const listPushes = async (sql: Sql, { clientId, ...wanted }: WantedPushes): Promise<PushSummary[]> => {
  const rows = await sql<Row>(list, { client_id: clientId, ...wanted });
  return rows.map((row) => ({
    ...row,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    sent_at: row.sent_at?.toISOString() ?? null,
    final_at: row.final_at?.toISOString() ?? null,
  }));
};
