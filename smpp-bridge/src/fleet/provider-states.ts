import type { Sql } from '#shared/adapters/data-api.ts';
import { type ProviderStateRow, recordProviderStates } from '#shared/adapters/record-provider-states.ts';
import { logger } from '#shared/telemetry.ts';
import type { FleetKeeper } from './fleet-keeper.ts';
import type { ProviderLink } from './provider-link.ts';

const everyMs = 10_000;

const rowOf = ({ name, state }: ProviderLink, version: string | null): ProviderStateRow => ({
  provider: name,
  slots: state.slots,
  bound: state.bound,
  window_size: state.window,
  in_flight: state.inFlight,
  parts_per_second: state.bound > 0 ? state.rate : null,
  circuit_open: state.isCircuitOpen || state.openCircuits > 0,
  reason: state.reason,
  version,
});

const unusable = ([provider, reason]: readonly [string, string], version: string | null): ProviderStateRow => ({
  ...{ provider, reason, version, slots: 0, bound: 0, window_size: 0, in_flight: 0 },
  ...{ parts_per_second: null, circuit_open: false },
});

/** Writes down every ten seconds how this task stands with each provider, for `GET /v1/admin/providers/{name}`. */
export const reportProviderStates = (
  sql: Sql,
  task: string,
  fleet: FleetKeeper,
  faults: ReadonlyMap<string, string>,
): { stop(): Promise<void> } => {
  let writing: Promise<void> = Promise.resolve();
  const write = (rows: readonly ProviderStateRow[]): Promise<void> =>
    recordProviderStates(sql, task, rows).catch((error: unknown) =>
      logger.warn('How the providers stand could not be written down', { error: error as Error }),
    );
  const rows = (): ProviderStateRow[] => {
    const version = fleet.version ?? null;
    const linked = [...fleet.links.values()].map((link) => rowOf(link, version));
    const others = [...faults].filter(([name]) => !fleet.links.has(name));
    return [...linked, ...others.map((fault) => unusable(fault, version))];
  };
  const timer = setInterval(() => {
    writing = writing.then(() => write(rows()));
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await writing;
      await write([]);
    },
  };
};
