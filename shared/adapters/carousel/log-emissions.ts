import { tellOfEmms } from '../cas/emm-callbacks.ts';
import type { Sql } from '../data-api.ts';

/** How often an EMM was sent within a minute, so far. */
export interface LoggedEmissions {
  readonly minute: string;
  readonly emm_id: string;
  readonly times: number;
  readonly first_at: string;
  readonly last_at: string;
}

/**
 * The hash is that of the EMM's row: a section never changes. A count within a generation only grows. Whichever carousel
 * is the first to have sent an EMM says so of its row, all of them in one order, so that no two wait for each other.
 */
const log = `
WITH noted AS (
  UPDATE carousels SET granted_kbit_s = :granted_kbit_s::double precision
  WHERE id = :carousel_id::uuid AND granted_kbit_s IS DISTINCT FROM :granted_kbit_s::double precision
),
sent AS (
  SELECT emm_id, min(first_at) AS first_at FROM jsonb_to_recordset(:emissions::jsonb) AS g(emm_id uuid, first_at timestamptz)
  GROUP BY emm_id
),
unsent AS (
  SELECT e.id, s.first_at FROM emms e JOIN sent s ON s.emm_id = e.id WHERE e.on_air_at IS NULL
  ORDER BY e.id FOR NO KEY UPDATE OF e
),
aired AS (UPDATE emms e SET on_air_at = u.first_at FROM unsent u WHERE e.id = u.id AND e.on_air_at IS NULL RETURNING e.*),
${tellOfEmms('cas.emm.on_air', 'aired', `'carousel_id', :carousel_id::text, 'on_air_at', f.on_air_at`)}
INSERT INTO carousel_log AS l (carousel_id, minute, emm_id, generation, section_hash, times, first_at, last_at)
SELECT :carousel_id::uuid, g.minute, g.emm_id, :generation, e.section_hash, g.times, g.first_at, g.last_at
FROM jsonb_to_recordset(:emissions::jsonb)
  AS g(minute timestamptz, emm_id uuid, times integer, first_at timestamptz, last_at timestamptz)
JOIN emms e ON e.id = g.emm_id
ON CONFLICT (carousel_id, minute, emm_id, generation) DO UPDATE
SET times = greatest(l.times, excluded.times), last_at = greatest(l.last_at, excluded.last_at)`;

/** As many rows as one statement has: some 200 KiB. */
const mostRows = 1_000;

/**
 * Writes proof of what was sent; counts are since the minute began, so that what is written again changes nothing. Of an
 * EMM that was never sent before its client is told, where it wants to be.
 *
 * @param granted_kbit_s what is allocated to the stream now; null: nobody allocates.
 * @param generation of the lease under which it was sent: no two emitters count together.
 */
export const logEmissions = async (
  sql: Sql,
  carouselId: string,
  generation: number,
  granted_kbit_s: number | null,
  emissions: readonly LoggedEmissions[],
): Promise<void> => {
  const common = { carousel_id: carouselId, generation, granted_kbit_s };
  // Also when nothing was sent: what is allocated is noted.
  for (let at = 0; at === 0 || at < emissions.length; at += mostRows)
    await sql(log, { ...common, emissions: emissions.slice(at, at + mostRows) });
};
