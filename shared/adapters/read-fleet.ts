import { HttpSettings, type Provider, SmppSettings } from '#shared/contracts/providers.ts';
import type { Achievement, FleetRoute, RoutingData, RoutingWeights } from '#shared/domain/routing/fleet.ts';
import type { Sql } from './data-api.ts';

/** Everything that is enabled, with what choosing between it depends on. */
export interface Fleet {
  /** Another one whenever anything of this has changed. */
  readonly version: string;
  readonly providers: readonly Provider[];
  readonly routing: RoutingData;
  /** Parts per second of all providers together; null: no such limit. */
  readonly partsPerSecond: number | null;
  /** What is stored and cannot be used, and why: it is left out of `providers`, and not of `routing.providers`. */
  readonly faults: readonly { readonly provider: string; readonly reason: string }[];
}

interface StoredProvider {
  readonly name: string;
  readonly kind: 'smpp' | 'http';
  readonly settings: unknown;
  readonly revision: number;
  readonly secret_set_at: string | null;
}

interface FleetRow {
  readonly version: string;
  readonly parts_per_second: number | null;
  readonly weights: RoutingWeights;
  readonly providers: readonly StoredProvider[];
  readonly routes: readonly FleetRoute[];
  readonly prices: RoutingData['prices'];
  readonly statistics: Readonly<Record<string, Achievement>>;
}

/** One statement, so that all of it is of one moment. No row where the version is known already. */
const read = `
SELECT s.version::text AS version, s.parts_per_second,
  jsonb_build_object('price', s.price_weight, 'success', s.success_weight, 'latency', s.latency_weight) AS weights,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'kind', p.kind, 'settings', p.settings,
      'revision', p.revision, 'secret_set_at', p.secret_set_at) ORDER BY p.name), '[]')
    FROM providers p WHERE p.enabled) AS providers,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'prefix', r.prefix, 'client_id', r.client_id,
      'kind', r.kind, 'priority', r.priority, 'candidates', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('provider', c.provider, 'weight', c.weight) ORDER BY c.position), '[]')
        FROM route_candidates c WHERE c.route_id = r.id)) ORDER BY r.id), '[]')
    FROM routes r WHERE r.enabled) AS routes,
  (SELECT coalesce(jsonb_object_agg(provider, prices), '{}') FROM (
    SELECT t.provider, jsonb_object_agg(t.prefix, t.part_cost_micros) AS prices
    FROM provider_prices t JOIN providers p ON p.name = t.provider AND p.enabled GROUP BY t.provider) t) AS prices,
  (SELECT coalesce(jsonb_object_agg(provider, jsonb_build_object('succeeded', delivered,
      'failed', refused + failed + expired, 'latency_ms', latency_ms / nullif(latency_parts, 0))), '{}') FROM (
    SELECT h.provider, sum(h.delivered) AS delivered, sum(h.refused) AS refused, sum(h.failed) AS failed,
      sum(h.expired) AS expired, sum(h.latency_ms)::bigint AS latency_ms, sum(h.latency_parts)::bigint AS latency_parts
    FROM provider_statistics h WHERE h.hour > now() - make_interval(hours => s.statistics_hours)
    GROUP BY h.provider) h) AS statistics
FROM routing_settings s WHERE s.version::text <> coalesce(:known_version::text, '')`;

type Read = { readonly provider: Provider } | { readonly fault: Fleet['faults'][number] };

const toProvider = ({ name, kind, settings, revision, secret_set_at }: StoredProvider): Read => {
  const common = { name, revision, secret_set_at };
  const parsed =
    kind === 'smpp'
      ? SmppSettings.transform((value) => ({ ...common, kind, settings: value })).safeParse(settings)
      : HttpSettings.transform((value) => ({ ...common, kind, settings: value })).safeParse(settings);
  if (parsed.success) return { provider: parsed.data };
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  return { fault: { provider: name, reason: faults.join(', ') } };
};

/** Reads the fleet anew, as a bridge does when it starts. */
export async function readFleet(sql: Sql): Promise<Fleet>;
/** @returns null when nothing has changed since `knownVersion` was read. */
export async function readFleet(sql: Sql, knownVersion: string): Promise<Fleet | null>;
export async function readFleet(sql: Sql, knownVersion: string | null = null): Promise<Fleet | null> {
  const [row] = await sql<FleetRow>(read, { known_version: knownVersion });
  if (!row) return null;
  const providers = row.providers.map(toProvider);
  return {
    version: row.version,
    providers: providers.flatMap((each) => ('provider' in each ? [each.provider] : [])),
    routing: {
      providers: new Set(row.providers.map(({ name }) => name)),
      routes: row.routes,
      prices: row.prices,
      statistics: row.statistics,
      weights: row.weights,
    },
    partsPerSecond: row.parts_per_second,
    faults: providers.flatMap((each) => ('fault' in each ? [each.fault] : [])),
  };
}
