import type { ProviderKind } from '#shared/contracts/providers.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import { type Sql, SqlError } from './data-api.ts';
import { claimKeyWhen, keyParameters, readKeyed } from './keyed.ts';
import { type ProviderRow, providerColumns, readProvider } from './read-providers.ts';

const subject = `'provider ' || name`;

const create = `
WITH ${claimKeyWhen('NOT EXISTS (SELECT FROM providers WHERE name = :name)')},
provider AS (
  INSERT INTO providers (id, name, kind, enabled, settings)
  SELECT :resource_id::uuid, :name, :kind, :enabled::boolean, :settings::jsonb FROM go
  ON CONFLICT (name) DO NOTHING
  RETURNING *
),
${auditEntry('provider.created', 'provider', subject, `:settings::jsonb || jsonb_build_object('kind', kind, 'enabled', enabled)`)}
SELECT ${providerColumns} FROM provider p`;

export interface NewProvider {
  readonly id: string;
  readonly name: string;
  readonly kind: ProviderKind;
  readonly enabled: boolean;
  readonly settings: object;
}

export type CreatedProvider =
  | { readonly outcome: 'created' | 'replayed'; readonly provider: ProviderRow }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'taken' };

/** Writes a provider, without its password. */
export const createProvider = async (
  sql: Sql,
  provider: NewProvider,
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<CreatedProvider> => {
  const { id, ...columns } = provider;
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor), ...columns };
  const [row] = await sql<ProviderRow>(create, parameters);
  if (row) return { outcome: 'created', provider: row };
  const known = key && (await readKeyed(sql, actor.clientId, key));
  if (known?.outcome === 'mismatch') return known;
  const written = await readProvider(sql, provider.name);
  // Without a key a repetition by the SDK, after a timeout that hid the commit, meets its own row.
  if (written?.id === id) return { outcome: 'created', provider: written };
  return written && written.id === known?.resourceId
    ? { outcome: 'replayed', provider: written }
    : { outcome: 'taken' };
};

const change = `
WITH changed AS (
  UPDATE providers SET enabled = coalesce(:enabled::boolean, enabled), settings = :settings::jsonb,
    secret_set_at = CASE WHEN :has_password::boolean THEN now() ELSE secret_set_at END,
    traced_until = CASE WHEN :is_trace_given::boolean THEN :traced_until::timestamptz ELSE traced_until END,
    revision = revision + 1, updated_at = now()
  WHERE name = :name AND revision = :revision
  RETURNING *
),
${auditEntry('provider.changed', 'changed', subject, ':detail::jsonb')}
SELECT ${providerColumns} FROM changed p`;

export interface ProviderChange {
  readonly name: string;
  /** Of the row that the change was made of. */
  readonly revision: number;
  /** Null: as it is. */
  readonly enabled: boolean | null;
  /** All of them, as they are to be. */
  readonly settings: object;
  readonly has_password: boolean;
  readonly is_trace_given: boolean;
  readonly traced_until: string | null;
  /** For the audit log: without the password. */
  readonly detail: object;
}

/** @returns null when the provider has another revision by now, or is gone. */
export const changeProvider = async (
  sql: Sql,
  { name, ...given }: ProviderChange,
  actor: Actor,
): Promise<ProviderRow | null> => {
  const [row] = await sql<ProviderRow>(change, { name, ...given, ...actorParameters(actor) });
  return row ?? null;
};

const noteSecret = `
WITH changed AS (
  UPDATE providers SET secret_set_at = now(), revision = revision + 1 WHERE name = :name RETURNING *
),
${auditEntry('provider.password_set', 'changed', subject)}
SELECT ${providerColumns} FROM changed p`;

/** Notes that the password of a provider is in its secret now. */
export const notePassword = async (sql: Sql, name: string, actor: Actor): Promise<ProviderRow | null> => {
  const [row] = await sql<ProviderRow>(noteSecret, { name, ...actorParameters(actor) });
  return row ?? null;
};

const remove = `
WITH removed AS (DELETE FROM providers WHERE name = :name RETURNING *),
state AS (DELETE FROM provider_states s USING removed r WHERE s.provider = r.name),
${auditEntry('provider.removed', 'removed', subject, 'settings')}
SELECT name FROM removed`;

const users = `
SELECT r.id FROM route_candidates c JOIN routes r ON r.id = c.route_id WHERE c.provider = :name ORDER BY r.id LIMIT 10`;

export type RemovedProvider =
  | { readonly outcome: 'removed' | 'no-such-provider' }
  /** By these routes, the first ten of them. */
  | { readonly outcome: 'in-use'; readonly routes: readonly string[] };

/** Removes a provider with its prices; its statistics and what it carried stay. */
export const removeProvider = async (sql: Sql, name: string, actor: Actor): Promise<RemovedProvider> => {
  const rows = await sql(remove, { name, ...actorParameters(actor) }).catch((error: unknown) => {
    if (error instanceof SqlError && error.sqlState === '23503') return null;
    throw error;
  });
  if (rows) return { outcome: rows.length > 0 ? 'removed' : 'no-such-provider' };
  const routes = await sql<{ id: string }>(users, { name });
  return { outcome: 'in-use', routes: routes.map(({ id }) => id) };
};
