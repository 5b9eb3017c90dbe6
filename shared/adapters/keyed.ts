import type { IdempotencyKey } from './accept-message.ts';
import type { Sql } from './data-api.ts';

/**
 * As `claimKey`, for a deed that may turn out not to be possible: the key is not used up by it then.
 *
 * @param condition an SQL condition, over a common table expression that stands before.
 */
export const claimKeyWhen = (condition: string): string => `
claim AS (
  INSERT INTO idempotency_keys AS k (client_id, key, request_hash, resource_id, expires_at)
  SELECT :key_client_id::uuid, :key::text, :request_hash::text, :resource_id::uuid, now() + interval '24 hours'
  WHERE :key::text IS NOT NULL AND ${condition}
  ON CONFLICT (client_id, key) DO UPDATE
    SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, expires_at = excluded.expires_at
    WHERE k.expires_at <= now()
  RETURNING 1
),
go AS (SELECT 1 WHERE :key::text IS NULL OR EXISTS (SELECT FROM claim))`;

/**
 * What makes a POST happen once: the key is claimed by the statement that does the deed, for the id of what it makes.
 * `go` has a row when the deed is to be done. Where none comes back although a key was given, ask `readKeyed`.
 */
export const claimKey = claimKeyWhen('true');

/** The parameters of `claimKey`: whose key it is, and what it is to stand for. */
export const keyParameters = (clientId: string, key: IdempotencyKey | null, resourceId: string) => ({
  key_client_id: clientId,
  key: key?.key ?? null,
  request_hash: key?.request_hash ?? null,
  resource_id: resourceId,
});

const find = `
SELECT request_hash, resource_id FROM idempotency_keys WHERE client_id = :client_id::uuid AND key = :key`;

/**
 * What a key that was taken stands for.
 *
 * @returns null when it is not taken after all: then the deed was not done for another reason.
 */
export const readKeyed = async (
  sql: Sql,
  clientId: string,
  { key, request_hash }: IdempotencyKey,
): Promise<{ readonly outcome: 'replayed'; readonly resourceId: string } | { readonly outcome: 'mismatch' } | null> => {
  const [row] = await sql<{ request_hash: string; resource_id: string }>(find, { client_id: clientId, key });
  if (!row) return null;
  return row.request_hash === request_hash
    ? { outcome: 'replayed', resourceId: row.resource_id }
    : { outcome: 'mismatch' };
};
