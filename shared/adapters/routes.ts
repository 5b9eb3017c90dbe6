import type { RouteView } from '#shared/contracts/routing.ts';
import type { Sql } from './data-api.ts';

/** The columns of a RouteRow of the route `r`. */
const columns = `r.id, r.prefix, r.client_id, r.kind, r.priority, r.enabled, r.created_at, r.updated_at, (
  SELECT coalesce(jsonb_agg(jsonb_build_object('provider', c.provider, 'weight', c.weight) ORDER BY c.position), '[]')
  FROM route_candidates c WHERE c.route_id = r.id) AS candidates`;

type RouteRow = Omit<RouteView, 'created_at' | 'updated_at'> & {
  readonly created_at: Date;
  readonly updated_at: Date;
};

const toRouteView = ({ created_at, updated_at, ...row }: RouteRow): RouteView => ({
  ...row,
  created_at: created_at.toISOString(),
  updated_at: updated_at.toISOString(),
});

export const readRoute = async (sql: Sql, id: string): Promise<RouteView | null> => {
  const [row] = await sql<RouteRow>(`SELECT ${columns} FROM routes r WHERE r.id = :id::uuid`, { id });
  return row ? toRouteView(row) : null;
};

const alike = `
SELECT ${columns} FROM routes r
WHERE r.prefix = :prefix AND r.client_id IS NOT DISTINCT FROM :client_id::uuid AND r.kind IS NOT DISTINCT FROM :kind::text
  AND r.priority IS NOT DISTINCT FROM :priority::text`;

/** The one route that fits exactly the messages that such a route would fit; null when there is none. */
export const findRouteLike = async (
  sql: Sql,
  { prefix, client_id, kind, priority }: Pick<RouteView, 'prefix' | 'client_id' | 'kind' | 'priority'>,
): Promise<RouteView | null> => {
  const [row] = await sql<RouteRow>(alike, { prefix, client_id, kind, priority });
  return row ? toRouteView(row) : null;
};

export interface WantedRoutes {
  /** Null: any; and so with the next. */
  readonly prefix: string | null;
  readonly client_id: string | null;
  readonly provider: string | null;
  /** The id of the last one of the page before; null: from the newest. */
  readonly after: string | null;
  readonly limit: number;
}

const list = `
SELECT ${columns} FROM routes r
WHERE (:after::uuid IS NULL OR r.id < :after::uuid) AND (:prefix::text IS NULL OR r.prefix = :prefix)
  AND (:client_id::uuid IS NULL OR r.client_id = :client_id::uuid)
  AND (:provider::text IS NULL
    OR EXISTS (SELECT FROM route_candidates c WHERE c.route_id = r.id AND c.provider = :provider))
ORDER BY r.id DESC LIMIT :limit`;

/** Routes, the newest first. */
export const listRoutes = async (sql: Sql, wanted: WantedRoutes): Promise<RouteView[]> =>
  (await sql<RouteRow>(list, { ...wanted })).map(toRouteView);
