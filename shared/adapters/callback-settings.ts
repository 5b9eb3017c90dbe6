import type { CallbackSettings, PutCallbackSettings, SecretView } from '#shared/contracts/callbacks.ts';
import type { IdempotencyKey } from './accept-message.ts';
import type { Sql } from './data-api.ts';
import { claimKeyWhen, keyParameters, readKeyed } from './keyed.ts';

const settingsOfClient = `c.callback_url AS url, c.callback_types AS types, (
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.value->'id', 'created_at', s.value->'created_at')
    ORDER BY s.ordinality), '[]')
  FROM jsonb_array_elements(c.callback_secrets) WITH ORDINALITY s) AS secrets`;

const read = `SELECT ${settingsOfClient} FROM clients c WHERE c.id = :client_id::uuid`;

/** A client's settings; of its secrets only that they are there. @returns null when there is no such client. */
export const readCallbackSettings = async (sql: Sql, clientId: string): Promise<CallbackSettings | null> => {
  const [row] = await sql<CallbackSettings>(read, { client_id: clientId });
  return row ?? null;
};

const put = `
UPDATE clients c SET callback_url = :url::text, callback_types = ARRAY(SELECT jsonb_array_elements_text(:types::jsonb))
WHERE c.id = :client_id::uuid AND (:url::text IS NULL OR c.callback_secrets <> '[]')
RETURNING ${settingsOfClient}`;

/** @returns null when nothing was changed: a URL without a secret to sign with, or no such client. */
export const putCallbackSettings = async (
  sql: Sql,
  clientId: string,
  { url, types }: PutCallbackSettings,
): Promise<CallbackSettings | null> => {
  const [row] = await sql<CallbackSettings>(put, { client_id: clientId, url, types });
  return row ?? null;
};

/** A secret that is to sign from now on. */
export interface NewSecret {
  /** UUID v7. */
  readonly id: string;
  readonly client_id: string;
  readonly ciphertext_base64: string;
  /** ISO 8601. */
  readonly created_at: string;
  /** The id of the one that stays beside it; null: the only one there is, if any. */
  readonly keep: string | null;
}

/** Decided on the row as it is under its lock: of two rotations at once the second finds what the first has left. */
const rotate = `
WITH eligible AS (
  SELECT c.id FROM clients c
  WHERE c.id = :client_id::uuid AND CASE WHEN :keep::text IS NULL THEN jsonb_array_length(c.callback_secrets) < 2
    ELSE c.callback_secrets @> jsonb_build_array(jsonb_build_object('id', :keep::text)) END
  FOR NO KEY UPDATE
),
${claimKeyWhen('EXISTS (SELECT FROM eligible)')}
UPDATE clients c SET callback_secrets = jsonb_build_array(:secret::jsonb) || coalesce((
  SELECT jsonb_agg(s.value) FROM jsonb_array_elements(c.callback_secrets) s
  WHERE :keep::text IS NULL OR s.value->>'id' = :keep::text), '[]')
FROM eligible, go WHERE c.id = eligible.id
RETURNING ${settingsOfClient}`;

export type Rotated =
  | { readonly outcome: 'rotated' | 'replayed'; readonly id: string; readonly secrets: readonly SecretView[] }
  | { readonly outcome: 'mismatch' }
  /** Two are valid, and which of them is to stay was not said. */
  | { readonly outcome: 'overlap' }
  | { readonly outcome: 'no-such-secret' }
  | { readonly outcome: 'no-such-client' };

const refusedRotation = (settings: CallbackSettings | null, keep: string | null): Rotated => {
  if (!settings) return { outcome: 'no-such-client' };
  return { outcome: keep === null ? 'overlap' : 'no-such-secret' };
};

/**
 * Puts a new secret before the one that is valid, in one statement. It never takes a third one's place unasked: whoever
 * verifies with the oldest would be cut off. Called again after a timeout that hid the commit, it answers the same.
 */
export const rotateCallbackSecret = async (
  sql: Sql,
  { client_id, keep, ...secret }: NewSecret,
  key: IdempotencyKey | null,
): Promise<Rotated> => {
  const parameters = { ...keyParameters(client_id, key, secret.id), client_id, keep, secret };
  const [row] = await sql<CallbackSettings>(rotate, parameters);
  if (row) return { outcome: 'rotated', id: secret.id, secrets: row.secrets };
  const known = key && (await readKeyed(sql, client_id, key));
  if (known?.outcome === 'mismatch') return known;
  const settings = await readCallbackSettings(sql, client_id);
  const id = known?.resourceId ?? secret.id;
  if (settings && (known || settings.secrets.some((each) => each.id === id)))
    return { outcome: id === secret.id ? 'rotated' : 'replayed', id, secrets: settings.secrets };
  return refusedRotation(settings, keep);
};

const endOverlap = `
UPDATE clients c SET callback_secrets = jsonb_build_array(c.callback_secrets->0)
WHERE c.id = :client_id::uuid AND jsonb_array_length(c.callback_secrets) > 1
RETURNING c.id`;

/** Leaves only the newest secret. @returns whether there was another. */
export const endSecretOverlap = async (sql: Sql, clientId: string): Promise<boolean> =>
  (await sql(endOverlap, { client_id: clientId })).length > 0;
