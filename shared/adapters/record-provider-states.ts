import type { Sql } from './data-api.ts';

/** How one task stands with one provider; the columns of `provider_states`. */
export interface ProviderStateRow {
  readonly provider: string;
  readonly slots: number;
  readonly bound: number;
  readonly window_size: number;
  readonly in_flight: number;
  readonly parts_per_second: number | null;
  readonly circuit_open: boolean;
  readonly reason: string | null;
  /** The version of the fleet that it works by. */
  readonly version: string | null;
}

const record = `
WITH input AS (
  SELECT * FROM jsonb_to_recordset(:states::jsonb) AS s(provider text, slots integer, bound integer, window_size integer,
    in_flight integer, parts_per_second double precision, circuit_open boolean, reason text, version text)
),
gone AS (
  DELETE FROM provider_states WHERE task = :task::uuid AND provider NOT IN (SELECT provider FROM input)
    OR updated_at < now() - interval '1 day'
)
INSERT INTO provider_states AS p (provider, task, slots, bound, window_size, in_flight, parts_per_second, circuit_open,
  reason, version, updated_at)
SELECT provider, :task::uuid, slots, bound, window_size, in_flight, parts_per_second, circuit_open, reason,
  version::bigint, now() FROM input
ON CONFLICT (provider, task) DO UPDATE SET slots = excluded.slots, bound = excluded.bound,
  window_size = excluded.window_size, in_flight = excluded.in_flight, parts_per_second = excluded.parts_per_second,
  circuit_open = excluded.circuit_open, reason = excluded.reason, version = excluded.version, updated_at = now()`;

/** Says how a task stands with all of its providers; those that it no longer names are forgotten, all of them by none. */
export const recordProviderStates = async (
  sql: Sql,
  task: string,
  states: readonly ProviderStateRow[],
): Promise<void> => {
  await sql(record, { task, states });
};
