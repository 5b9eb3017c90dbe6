import type { AuditEntry } from '#shared/contracts/admin.ts';
import type { Sql } from './data-api.ts';

/** What is null does not narrow the list. */
export interface WantedAudit {
  readonly subject: string | null;
  readonly action: string | null;
  /** The id of a client or of a key. */
  readonly actor: string | null;
  /** The id of the last entry of the page before; null: from the newest. */
  readonly after: string | null;
  readonly limit: number;
}

const list = `
SELECT a.id, a.at, a.actor_client_id, a.actor_key_id, a.action, a.subject, a.detail, a.correlation_id AS request_id
FROM audit_entries a
WHERE (:after::uuid IS NULL OR a.id < :after::uuid)
  AND (:subject::text IS NULL OR a.subject = :subject)
  AND (:action::text IS NULL OR a.action = :action)
  AND (:actor::text IS NULL OR a.actor_client_id::text = :actor OR a.actor_key_id = :actor)
ORDER BY a.id DESC LIMIT :limit`;

type Row = Omit<AuditEntry, 'at'> & { readonly at: Date };

/** Entries of the audit log, the newest first. */
export const listAudit = async (sql: Sql, wanted: WantedAudit): Promise<AuditEntry[]> =>
  (await sql<Row>(list, { ...wanted })).map((row) => ({ ...row, at: row.at.toISOString() }));
