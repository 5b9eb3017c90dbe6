import type { EmmClass } from '#shared/domain/emm/section.ts';
import type { Sql } from '../data-api.ts';

/** An EMM that may be on air, as whoever plans a carousel needs it. */
export interface ActiveEmm {
  readonly id: string;
  /** The EMM id on air: rises with every EMM, so it is also where a page ends. */
  readonly number: string;
  readonly class: EmmClass;
  readonly device: string;
  readonly kind: string;
  readonly revision: number;
  /** The whole section, base64. */
  readonly section: string;
  /** SHA-256 of the section, hexadecimal: what the log names it by. */
  readonly section_hash: string;
  readonly sealed_at: Date;
  /** Nothing is on air before the one, and nothing after the other. */
  readonly starts_at: Date;
  readonly expires_at: Date;
}

/** Those that begin soon are there too, so that a plan knows of them in time. */
const active = `
SELECT e.id, e.number::text AS number, e.class, e.device, e.kind, e.revision, e.encrypted_emm AS section, e.section_hash,
  e.sealed_at, e.starts_at, e.expires_at
FROM emms e
WHERE e.client_id = :client_id::uuid AND e.number > :after::bigint AND e.encrypted_emm IS NOT NULL
  AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL AND e.expires_at > now()
  AND e.starts_at < now() + make_interval(secs => :ahead_seconds)
ORDER BY e.number LIMIT :limit`;

/**
 * A page of the EMMs of a CA system that are to be sent: sealed, not replaced by a newer one of their device and kind, not
 * withdrawn, not expired; also those that begin within `aheadSeconds`.
 *
 * @param after the number that the page before ended with; '0' for the first. A page of the Data API holds 1 MiB: about
 *   1,000 EMMs.
 */
export const readActiveEmms = (
  sql: Sql,
  page: { readonly clientId: string; readonly after: string; readonly limit: number; readonly aheadSeconds: number },
): Promise<ActiveEmm[]> =>
  sql(active, { client_id: page.clientId, after: page.after, limit: page.limit, ahead_seconds: page.aheadSeconds });

const withdraw = `
UPDATE emms SET withdrawn_at = now()
WHERE id = :id::uuid AND client_id = :client_id::uuid AND withdrawn_at IS NULL RETURNING id`;

/** Takes an EMM off the air for good. @returns false when it was before, or there is none. */
export const withdrawEmm = async (sql: Sql, clientId: string, id: string): Promise<boolean> =>
  (await sql(withdraw, { client_id: clientId, id })).length > 0;
