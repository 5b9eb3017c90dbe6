import { actorParameters, auditEntry } from './audited.ts';
import { type Sql, SqlError } from './data-api.ts';

/** A key that nobody can issue over the API, since it is what the API is asked with: the deployment writes it. */
export interface NewFirstKey {
  readonly key_id: string;
  /** bcrypt over the secret. */
  readonly secret_hash: string;
  /** The client that comes with it, without credit. */
  readonly client_id: string;
  readonly client_name: string;
  readonly scopes: readonly string[];
  readonly is_test: boolean;
  /** Whether it is written only while no key has the scope `admin`, not even one that is revoked or expired. */
  readonly only_without_admin: boolean;
  readonly correlation_id: string;
}

const write = `
WITH client AS (
  INSERT INTO clients (id, name, part_price_cents)
  SELECT :client_id::uuid, :client_name, 0
  WHERE NOT EXISTS (
    SELECT FROM api_keys WHERE id = :key_id OR (:only_without_admin::boolean AND 'admin' = ANY(scopes)))
  RETURNING id
),
made AS (
  INSERT INTO api_keys (id, client_id, name, secret_hash, scopes, is_test)
  SELECT :key_id, id, 'first', :secret_hash, ARRAY(SELECT jsonb_array_elements_text(:scopes::jsonb)), :is_test::boolean
  FROM client
  RETURNING *
),
${auditEntry(
  'api_key.issued',
  'made',
  `'api_key ' || id`,
  `jsonb_build_object('client_id', client_id, 'name', name, 'scopes', to_jsonb(scopes), 'is_test', is_test)`,
)}
SELECT 1 AS known FROM made UNION ALL SELECT 1 FROM api_keys WHERE id = :key_id`;

/**
 * Writes a first key with its client and the audit entry, once, however often it is asked; a revoked one stays revoked.
 *
 * @returns whether the key is there; not, where others have the scope `admin` already.
 */
export const writeFirstKey = async (sql: Sql, key: NewFirstKey): Promise<boolean> => {
  const { correlation_id: correlationId, ...columns } = key;
  // Nobody but the key itself can be named as the one who did it.
  const actor = actorParameters({ clientId: key.client_id, keyId: key.key_id, correlationId });
  const rows = await sql(write, { ...columns, ...actor }).catch((error: unknown) => {
    // Another deployment has just written the same key.
    if (error instanceof SqlError && error.sqlState === '23505') return [{ known: 1 }];
    throw error;
  });
  return rows.length > 0;
};
