import type { ChangeRoute, CreateRoute, RouteView } from '#shared/contracts/routing.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import { type Sql, SqlError } from './data-api.ts';
import { claimKeyWhen, keyParameters, readKeyed } from './keyed.ts';
import { findRouteLike, readRoute } from './routes.ts';

/** Why a route cannot be as it was wanted. */
export type RouteRefusal =
  | { readonly outcome: 'unusable'; readonly unknown: readonly string[]; readonly disabled: readonly string[] }
  | { readonly outcome: 'no-such-client' }
  /** The route that fits the same messages. */
  | { readonly outcome: 'conflict'; readonly route: RouteView };

export type CreatedRoute =
  | { readonly outcome: 'created'; readonly route: RouteView }
  | { readonly outcome: 'replayed'; readonly route: RouteView }
  | { readonly outcome: 'mismatch' }
  | RouteRefusal;

export type ChangedRoute =
  | { readonly outcome: 'changed'; readonly route: RouteView }
  | { readonly outcome: 'no-such-route' }
  | RouteRefusal;

/** The providers are held as they are until the route is written. */
const usable = `
wanted AS (
  SELECT w.value ->> 'provider' AS provider, (w.value ->> 'weight')::integer AS weight, w.position::integer AS position
  FROM jsonb_array_elements(:candidates::jsonb) WITH ORDINALITY AS w(value, position)
),
usable AS (SELECT p.name FROM providers p JOIN wanted w ON w.provider = p.name WHERE p.enabled FOR SHARE OF p),
fit AS (
  SELECT 1 WHERE (SELECT count(*) FROM usable) = (SELECT count(*) FROM wanted)
    AND (:client_id::text IS NULL OR EXISTS (SELECT FROM clients WHERE id = :client_id::uuid))
)`;

const create = `
WITH ${usable},
${claimKeyWhen('EXISTS (SELECT FROM fit)')},
route AS (
  INSERT INTO routes (id, prefix, client_id, kind, priority, enabled)
  SELECT :resource_id::uuid, :prefix, :client_id::uuid, :kind, :priority, :enabled::boolean FROM go, fit
  RETURNING *
),
candidate AS (
  INSERT INTO route_candidates (route_id, provider, position, weight)
  SELECT r.id, w.provider, w.position, w.weight FROM route r, wanted w
),
${auditEntry('route.created', 'route', `'route ' || id`, ':detail::jsonb')}
SELECT id FROM route`;

/** What is not given stays; candidates are given as a whole or not at all. */
const change = `
WITH ${usable},
route AS (
  UPDATE routes r SET prefix = coalesce(:prefix::text, r.prefix),
    client_id = CASE WHEN :is_client_given::boolean THEN :client_id::uuid ELSE r.client_id END,
    kind = CASE WHEN :is_kind_given::boolean THEN :kind ELSE r.kind END,
    priority = CASE WHEN :is_priority_given::boolean THEN :priority ELSE r.priority END,
    enabled = coalesce(:enabled::boolean, r.enabled), updated_at = now()
  FROM fit WHERE r.id = :id::uuid
  RETURNING r.*
),
dropped AS (
  DELETE FROM route_candidates c USING route r
  WHERE c.route_id = r.id AND EXISTS (SELECT FROM wanted) AND c.provider NOT IN (SELECT provider FROM wanted)
),
candidate AS (
  INSERT INTO route_candidates AS c (route_id, provider, position, weight)
  SELECT r.id, w.provider, w.position, w.weight FROM route r, wanted w
  ON CONFLICT (route_id, provider) DO UPDATE SET position = excluded.position, weight = excluded.weight
),
${auditEntry('route.changed', 'route', `'route ' || id`, ':detail::jsonb')}
SELECT id FROM route`;

const standing = `SELECT name, enabled FROM providers WHERE name IN (SELECT jsonb_array_elements_text(:names::jsonb))`;

/** Why a route that was not written was not; undefined when nothing is in its way by now. */
const reasonOf = async (
  sql: Sql,
  candidates: CreateRoute['candidates'],
  clientId: string | null,
): Promise<RouteRefusal | undefined> => {
  const names = candidates.map(({ provider }) => provider);
  const rows = await sql<{ name: string; enabled: boolean }>(standing, { names });
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  const disabled = rows.filter(({ enabled }) => !enabled).map(({ name }) => name);
  if (unknown.length + disabled.length > 0) return { outcome: 'unusable', unknown, disabled };
  if (clientId === null) return undefined;
  const known = await sql('SELECT 1 AS one FROM clients WHERE id = :id::uuid', { id: clientId });
  return known.length === 0 ? { outcome: 'no-such-client' } : undefined;
};

const isAlike = (error: unknown): boolean =>
  error instanceof SqlError && error.sqlState === '23505' && error.message.includes('routes_unlike');

const isWritten = (error: unknown): boolean =>
  error instanceof SqlError && error.sqlState === '23505' && error.message.includes('routes_pkey');

const notWritten = (): Error => new Error('The route was neither written nor refused');

/** Writes a route to providers that are there and enabled, unless another one fits the same messages. */
export const createRoute = async (
  sql: Sql,
  { id, route }: { readonly id: string; readonly route: CreateRoute },
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<CreatedRoute> => {
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor), ...route, detail: route };
  const rows = await sql<{ id: string }>(create, parameters).catch((error: unknown) => {
    if (isAlike(error)) return 'alike' as const;
    if (isWritten(error)) return [];
    throw error;
  });
  const known = key && rows.length !== 1 ? await readKeyed(sql, actor.clientId, key) : null;
  if (known?.outcome === 'mismatch') return known;
  const written = await readRoute(sql, known?.resourceId ?? id);
  if (written) return { outcome: written.id === id ? 'created' : 'replayed', route: written };
  const other = rows === 'alike' ? await findRouteLike(sql, route) : null;
  if (other) return other.id === id ? { outcome: 'created', route: other } : { outcome: 'conflict', route: other };
  const reason = await reasonOf(sql, route.candidates, route.client_id);
  if (reason) return reason;
  throw notWritten();
};

/** Changes a route by the rules of making one. */
export const changeRoute = async (
  sql: Sql,
  { id, changes }: { readonly id: string; readonly changes: ChangeRoute },
  actor: Actor,
): Promise<ChangedRoute> => {
  const { prefix = null, client_id = null, kind = null, priority = null, enabled = null, candidates = [] } = changes;
  const given = {
    is_client_given: changes.client_id !== undefined,
    is_kind_given: changes.kind !== undefined,
    is_priority_given: changes.priority !== undefined,
  };
  const columns = { id, prefix, client_id, kind, priority, enabled, candidates };
  const parameters = { ...columns, ...given, detail: changes, ...actorParameters(actor) };
  const rows = await sql<{ id: string }>(change, parameters).catch((error: unknown) => {
    if (isAlike(error)) return 'alike' as const;
    throw error;
  });
  const route = await readRoute(sql, id);
  if (!route) return { outcome: 'no-such-route' };
  if (rows === 'alike') {
    const other = await findRouteLike(sql, { ...route, ...changes });
    if (other && other.id !== id) return { outcome: 'conflict', route: other };
    throw notWritten();
  }
  if (rows.length > 0) return { outcome: 'changed', route };
  const reason = await reasonOf(sql, candidates, client_id);
  if (reason) return reason;
  throw notWritten();
};

const remove = `
WITH removed AS (DELETE FROM routes WHERE id = :id::uuid RETURNING *),
${auditEntry(
  'route.removed',
  'removed',
  `'route ' || id`,
  `jsonb_build_object('prefix', prefix, 'client_id', client_id, 'kind', kind, 'priority', priority)`,
)}
SELECT id FROM removed`;

/** @returns false when there is no such route. */
export const removeRoute = async (sql: Sql, id: string, actor: Actor): Promise<boolean> =>
  (await sql(remove, { id, ...actorParameters(actor) })).length > 0;
