import type { ChangeRouting, RoutingView } from '#shared/contracts/routing.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import type { Sql } from './data-api.ts';

const columns = 's.price_weight, s.success_weight, s.latency_weight, s.statistics_hours, s.parts_per_second, s.version';

const only = ([row]: readonly RoutingView[]): RoutingView => {
  if (!row) throw new Error('The row of the routing settings is gone');
  return row;
};

export const readRouting = async (sql: Sql): Promise<RoutingView> =>
  only(await sql<RoutingView>(`SELECT ${columns} FROM routing_settings s`));

const change = `
WITH changed AS (
  UPDATE routing_settings s SET
    (price_weight, success_weight, latency_weight, statistics_hours, parts_per_second, version) =
      (SELECT n.price_weight, n.success_weight, n.latency_weight, n.statistics_hours, n.parts_per_second, s.version + 1
       FROM jsonb_populate_record(s, :changes::jsonb) n)
  RETURNING *
),
${auditEntry('routing.changed', 'changed', `'routing'`, ':changes::jsonb')}
SELECT ${columns} FROM changed s`;

/** What the changes do not name stays. */
export const changeRouting = async (sql: Sql, changes: ChangeRouting, actor: Actor): Promise<RoutingView> =>
  only(await sql<RoutingView>(change, { changes, ...actorParameters(actor) }));
