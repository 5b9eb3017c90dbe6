import type { ApiKeyView, CreateApiKey } from '#shared/contracts/admin.ts';
import { keyIdOf } from '#shared/domain/api-key.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import { type Sql, SqlError } from './data-api.ts';
import { claimKey, keyParameters, readKeyed } from './keyed.ts';
import { type ApiKeyRow, apiKeyColumns, readApiKey, toApiKeyView } from './read-api-keys.ts';

/** What a key is made of; its id is `keyIdOf` the UUID, by which its idempotency key remembers it. */
export interface KeySeed {
  readonly uuid: string;
  readonly client_id: string;
  /** bcrypt over the secret. */
  readonly secret_hash: string;
}

export type IssuedKey =
  | { readonly outcome: 'issued' | 'replayed'; readonly key: ApiKeyView }
  | { readonly outcome: 'mismatch' }
  /** There is no such client, or its time would be over; or no such key, or one that can no longer be replaced. */
  | { readonly outcome: 'not-issued' };

const audited = (action: string): string =>
  auditEntry(
    action,
    'made',
    `'api_key ' || id`,
    `jsonb_build_object('client_id', client_id, 'name', name, 'scopes', to_jsonb(scopes), 'is_test', is_test,
      'expires_at', expires_at, 'replaces', :old_id::text)`,
  );

const issue = `
WITH ${claimKey},
made AS (
  INSERT INTO api_keys (id, client_id, name, secret_hash, scopes, is_test, expires_at)
  SELECT :id, c.id, :name, :secret_hash, ARRAY(SELECT jsonb_array_elements_text(:scopes::jsonb)), :is_test::boolean,
    :expires_at::timestamptz
  FROM clients c, go
  WHERE c.id = :client_id::uuid AND (:expires_at::timestamptz IS NULL OR :expires_at::timestamptz > now())
  RETURNING *
),
${audited('api_key.issued')}
SELECT ${apiKeyColumns} FROM made k`;

/** The new key lives as long as the old one was to live, from now on. */
const rotate = `
WITH ${claimKey},
old AS (
  SELECT k.* FROM api_keys k, go
  WHERE k.id = :old_id AND k.client_id = :client_id::uuid AND k.revoked_at IS NULL AND k.replaced_by IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > now())
  FOR UPDATE OF k
),
retired AS (
  UPDATE api_keys k SET replaced_by = :id,
    expires_at = least(k.expires_at, now() + make_interval(secs => :overlap_seconds))
  FROM old o WHERE k.id = o.id
),
made AS (
  INSERT INTO api_keys (id, client_id, name, secret_hash, scopes, is_test, expires_at)
  SELECT :id, o.client_id, o.name, :secret_hash, o.scopes, o.is_test, now() + (o.expires_at - o.created_at) FROM old o
  RETURNING *
),
${audited('api_key.rotated')}
SELECT ${apiKeyColumns} FROM made k`;

/** Without a key a repetition by the SDK, after a timeout that hid the commit, meets its own row. */
const isWritten = (error: unknown): boolean =>
  error instanceof SqlError && error.sqlState === '23505' && error.message.includes('api_keys_pkey');

const settle = async (
  sql: Sql,
  rows: Promise<ApiKeyRow[]>,
  { uuid, client_id }: KeySeed,
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<IssuedKey> => {
  const [row] = await rows.catch((error: unknown) => {
    if (isWritten(error)) return [];
    throw error;
  });
  if (row) return { outcome: 'issued', key: toApiKeyView(row) };
  const known = key && (await readKeyed(sql, actor.clientId, key));
  if (known?.outcome === 'mismatch') return known;
  const writtenUuid = known?.resourceId ?? uuid;
  const written = await readApiKey(sql, client_id, keyIdOf(writtenUuid));
  if (!written) return { outcome: 'not-issued' };
  return { outcome: writtenUuid === uuid ? 'issued' : 'replayed', key: written };
};

const parametersOf = (seed: KeySeed, actor: Actor, key: IdempotencyKey | null) => ({
  ...keyParameters(actor.clientId, key, seed.uuid),
  ...actorParameters(actor),
  id: keyIdOf(seed.uuid),
  client_id: seed.client_id,
  secret_hash: seed.secret_hash,
});

export const issueKey = (
  sql: Sql,
  seed: KeySeed,
  { name, scopes, is_test, expires_at }: CreateApiKey,
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<IssuedKey> => {
  const parameters = { ...parametersOf(seed, actor, key), name, scopes, is_test, expires_at, old_id: null };
  return settle(sql, sql<ApiKeyRow>(issue, parameters), seed, actor, key);
};

export interface Rotation {
  readonly old_id: string;
  /** For how long the old key goes on to work. */
  readonly overlap_seconds: number;
}

/** Issues a key in place of another, like it in everything but the secret. A key is replaced once. */
export const rotateKey = (
  sql: Sql,
  seed: KeySeed,
  rotation: Rotation,
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<IssuedKey> =>
  settle(sql, sql<ApiKeyRow>(rotate, { ...parametersOf(seed, actor, key), ...rotation }), seed, actor, key);

const revoke = `
WITH revoked AS (
  UPDATE api_keys k SET revoked_at = now()
  WHERE k.id = :id AND k.client_id = :client_id::uuid AND k.revoked_at IS NULL
  RETURNING k.id, k.client_id
),
${auditEntry('api_key.revoked', 'revoked', `'api_key ' || id`, `jsonb_build_object('client_id', client_id)`)}
SELECT 1 AS known FROM api_keys k WHERE k.id = :id AND k.client_id = :client_id::uuid`;

/** Revokes a key for good; one that is revoked already stays as it is. @returns whether there is such a key. */
export const revokeKey = async (sql: Sql, clientId: string, id: string, actor: Actor): Promise<boolean> =>
  (await sql(revoke, { id, client_id: clientId, ...actorParameters(actor) })).length > 0;
