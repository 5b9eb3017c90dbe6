import type { Sql } from './data-api.ts';

export interface ApiKeyRecord {
  readonly clientId: string;
  /** bcrypt over the key's secret. */
  readonly secretHash: string;
  /** Joined by a space. */
  readonly scopes: string;
  readonly isTest: boolean;
  /** The client's token bucket of requests. */
  readonly ratePerSecond: number;
  readonly burst: number;
  /** In whose alphabets the client's texts may be written: ISO 639-1, joined by a space. */
  readonly nationalLanguages: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** The client's, whose every key it concerns. */
  readonly suspendedAt: Date | null;
}

interface Row {
  readonly client_id: string;
  readonly secret_hash: string;
  readonly scopes: string;
  readonly is_test: boolean;
  readonly rate_per_second: number;
  readonly burst: number;
  readonly national_languages: string;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly suspended_at: Date | null;
}

const findKey = `
  SELECT k.client_id, k.secret_hash, array_to_string(k.scopes, ' ') AS scopes, k.is_test, c.rate_per_second, c.burst,
    array_to_string(c.national_languages, ' ') AS national_languages, k.expires_at, k.revoked_at, c.suspended_at
  FROM api_keys k JOIN clients c ON c.id = k.client_id
  WHERE k.id = :key_id`;

/** API keys as the database has them, with what is to be known of their clients. */
export const connectApiKeys = (sql: Sql) => ({
  find: async (keyId: string): Promise<ApiKeyRecord | undefined> => {
    const [row] = await sql<Row>(findKey, { key_id: keyId });
    if (!row) return undefined;
    return {
      clientId: row.client_id,
      secretHash: row.secret_hash,
      scopes: row.scopes,
      isTest: row.is_test,
      ratePerSecond: row.rate_per_second,
      burst: row.burst,
      nationalLanguages: row.national_languages,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      suspendedAt: row.suspended_at,
    };
  },
});
