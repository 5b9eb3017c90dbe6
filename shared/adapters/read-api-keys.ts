import type { ApiKeyView } from '#shared/contracts/admin.ts';
import type { Sql } from './data-api.ts';

/** The columns of an ApiKeyRow of the key `k`: everything but the hash. */
export const apiKeyColumns =
  'k.id, k.client_id, k.name, k.scopes, k.is_test, k.expires_at, k.revoked_at, k.replaced_by, k.created_at';

export type ApiKeyRow = Omit<ApiKeyView, 'expires_at' | 'revoked_at' | 'created_at'> & {
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly created_at: Date;
};

export const toApiKeyView = ({ expires_at, revoked_at, created_at, ...row }: ApiKeyRow): ApiKeyView => ({
  ...row,
  expires_at: expires_at?.toISOString() ?? null,
  revoked_at: revoked_at?.toISOString() ?? null,
  created_at: created_at.toISOString(),
});

const read = `SELECT ${apiKeyColumns} FROM api_keys k WHERE k.id = :id AND k.client_id = :client_id::uuid`;

/** @returns null when there is none, and when it is another client's. */
export const readApiKey = async (sql: Sql, clientId: string, id: string): Promise<ApiKeyView | null> => {
  const [row] = await sql<ApiKeyRow>(read, { id, client_id: clientId });
  return row ? toApiKeyView(row) : null;
};

/** Where a page of keys ended: microseconds since the epoch, as PostgreSQL keeps time, and the key's id. */
export interface ApiKeyPosition {
  readonly at: number;
  readonly id: string;
}

export interface WantedApiKeys {
  readonly client_id: string;
  readonly after: ApiKeyPosition | null;
  readonly limit: number;
}

const microseconds = '(extract(epoch FROM k.created_at) * 1000000)::bigint';

const list = `
SELECT ${apiKeyColumns}, ${microseconds} AS at FROM api_keys k
WHERE k.client_id = :client_id::uuid
  AND (:after_at::bigint IS NULL OR (${microseconds}, k.id) < (:after_at::bigint, :after_id::text))
ORDER BY at DESC, k.id DESC LIMIT :limit`;

export type ListedApiKey = ApiKeyView & { readonly position: ApiKeyPosition };

/** A client's keys, the newest first, whatever has become of them. */
export const listApiKeys = async (sql: Sql, { client_id, after, limit }: WantedApiKeys): Promise<ListedApiKey[]> => {
  const parameters = { client_id, after_at: after?.at ?? null, after_id: after?.id ?? null, limit };
  const rows = await sql<ApiKeyRow & { readonly at: number }>(list, parameters);
  return rows.map(({ at, ...row }) => ({ ...toApiKeyView(row), position: { at, id: row.id } }));
};
