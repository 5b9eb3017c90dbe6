import { type ProviderState, ProviderView } from '#shared/contracts/provider-admin.ts';
import type { ProviderKind } from '#shared/contracts/providers.ts';
import type { Sql } from './data-api.ts';

/** The columns of a ProviderRow of the provider `p`. */
export const providerColumns =
  'p.id, p.name, p.kind, p.enabled, p.settings, p.revision, p.secret_set_at, p.traced_until, p.created_at, p.updated_at';

export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly kind: ProviderKind;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly revision: number;
  readonly secret_set_at: Date | null;
  readonly traced_until: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const told = (at: Date | null): string | null => at?.toISOString() ?? null;

/** @throws ZodError when what is stored is no provider. */
export const toProviderView = (row: ProviderRow): ProviderView =>
  ProviderView.parse({
    ...row.settings,
    name: row.name,
    kind: row.kind,
    enabled: row.enabled,
    password_set_at: told(row.secret_set_at),
    traced_until: told(row.traced_until),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  });

export const readProvider = async (sql: Sql, name: string): Promise<ProviderRow | null> => {
  const [row] = await sql<ProviderRow>(`SELECT ${providerColumns} FROM providers p WHERE p.name = :name`, { name });
  return row ?? null;
};

export interface WantedProviders {
  /** Null: any. */
  readonly kind: ProviderKind | null;
  /** The name of the last one of the page before; null: from the beginning. */
  readonly after: string | null;
  readonly limit: number;
}

const list = `
SELECT ${providerColumns} FROM providers p
WHERE (:kind::text IS NULL OR p.kind = :kind) AND p.name COLLATE "C" > coalesce(:after::text, '')
ORDER BY p.name COLLATE "C" LIMIT :limit`;

/** Providers in the order of their names. */
export const listProviders = async (sql: Sql, { kind, after, limit }: WantedProviders): Promise<ProviderView[]> =>
  (await sql<ProviderRow>(list, { kind, after, limit })).map(toProviderView);

const states = `
SELECT p.name, p.enabled, coalesce((p.settings ->> 'binds')::integer, 1) AS binds, p.kind, s.task, s.slots, s.bound,
  s.window_size, s.in_flight, s.parts_per_second, s.circuit_open, s.reason, s.updated_at
FROM providers p LEFT JOIN provider_states s ON s.provider = p.name AND s.updated_at > now() - interval '1 minute'
WHERE p.name = :name ORDER BY s.task`;

interface Spoken {
  readonly task: string;
  readonly slots: number;
  readonly bound: number;
  readonly window_size: number;
  readonly in_flight: number;
  readonly parts_per_second: number | null;
  readonly circuit_open: boolean;
  readonly reason: string | null;
  readonly updated_at: Date;
}

type StateRow = {
  readonly name: string;
  readonly enabled: boolean;
  readonly binds: number;
  readonly kind: ProviderKind;
} & (Spoken | { readonly task: null });

const statusOf = (
  { enabled, kind, binds }: Pick<StateRow, 'enabled' | 'kind' | 'binds'>,
  spoken: readonly Spoken[],
): ProviderState['status'] => {
  if (!enabled) return 'disabled';
  if (spoken.length === 0) return 'unknown';
  if (spoken.every(({ circuit_open: isOpen }) => isOpen)) return 'down';
  if (kind === 'http') return spoken.some(({ circuit_open: isOpen }) => isOpen) ? 'degraded' : 'up';
  const bound = spoken.reduce((sum, each) => sum + each.bound, 0);
  if (bound === 0) return 'down';
  return bound < binds ? 'degraded' : 'up';
};

/** What the bridge's tasks said of a provider within the last minute; null when there is no such provider. */
export const readProviderState = async (sql: Sql, name: string): Promise<ProviderState | null> => {
  const rows = await sql<StateRow>(states, { name });
  const [first] = rows;
  if (!first) return null;
  const spoken = rows.flatMap((row): Spoken[] => (row.task === null ? [] : [row]));
  return {
    name: first.name,
    enabled: first.enabled,
    status: statusOf(first, spoken),
    bound: spoken.reduce((sum, { bound }) => sum + bound, 0),
    in_flight: spoken.reduce((sum, each) => sum + each.in_flight, 0),
    reasons: [...new Set(spoken.flatMap(({ reason }) => reason ?? []))],
    tasks: spoken.map((each) => ({
      task: each.task,
      slots: each.slots,
      bound: each.bound,
      window: each.window_size,
      in_flight: each.in_flight,
      parts_per_second: each.parts_per_second,
      circuit_open: each.circuit_open,
      reason: each.reason,
      updated_at: each.updated_at.toISOString(),
    })),
  };
};
