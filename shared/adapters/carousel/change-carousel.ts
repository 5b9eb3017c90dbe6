import type { CarouselView, ChangeCarousel } from '#shared/contracts/carousels.ts';
import type { Sql } from '../data-api.ts';
import { lastSentAt } from './plan-carousels.ts';

/** A row of `carouselView`. */
export type CarouselViewRow = Omit<CarouselView, 'last_sent_at' | 'planned_at' | 'updated_at'> & {
  readonly last_sent_at: Date | null;
  readonly planned_at: Date | null;
  readonly updated_at: Date;
};

/** What kept EMMs from being sent as short messages, within a day. */
const problems = `coalesce((
    SELECT jsonb_agg(jsonb_build_object('code', p.problem, 'emms', p.emms,
      'last_at', to_char(p.last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY p.problem)
    FROM (SELECT s.problem, count(*) AS emms, max(s.created_at) AS last_at FROM emm_messages s
      WHERE s.carousel_id = c.id AND s.problem IS NOT NULL AND s.created_at > now() - interval '1 day'
      GROUP BY s.problem) p), '[]')`;

/**
 * Carousels as they are told of.
 *
 * @param more columns of `c` beside those of a view.
 */
export const carouselView = (from: string, more?: string): string => `
SELECT ${more === undefined ? '' : `${more}, `}c.id, c.name, c.output, c.bandwidth_kbit_s, c.classes,
  '{"unique": 0, "shared": 0, "global": 0}'::jsonb || c.emms AS emms, c.cycle_seconds, c.on_air_seconds, s.last_sent_at,
  c.planned_at, c.updated_at, ${problems} AS problems, CASE
    WHEN c.paused_at IS NOT NULL THEN 'PAUSED'
    WHEN s.last_sent_at > now() - interval '2 minutes' THEN 'ON_AIR'
    ELSE 'SILENT' END AS status
FROM ${from} c CROSS JOIN LATERAL (SELECT ${lastSentAt} AS last_sent_at) s`;

export const toCarouselView = ({ last_sent_at, planned_at, updated_at, ...row }: CarouselViewRow): CarouselView => ({
  ...row,
  last_sent_at: last_sent_at?.toISOString() ?? null,
  planned_at: planned_at?.toISOString() ?? null,
  updated_at: updated_at.toISOString(),
});

const list = `${carouselView('carousels')} WHERE c.client_id = :client_id::uuid ORDER BY c.name`;

export const listCarousels = async (sql: Sql, clientId: string): Promise<CarouselView[]> =>
  (await sql<CarouselViewRow>(list, { client_id: clientId })).map(toCarouselView);

const read = `${carouselView('carousels')} WHERE c.client_id = :client_id::uuid AND c.id = :id::uuid`;

/** @returns null when there is none, and when it is another client's. */
export const readCarousel = async (sql: Sql, clientId: string, id: string): Promise<CarouselView | null> => {
  const [row] = await sql<CarouselViewRow>(read, { client_id: clientId, id });
  return row ? toCarouselView(row) : null;
};

/** What is withdrawn is off the air of all its client's carousels; nothing is unless the carousel is the client's. */
const change = `
WITH changed AS (
  UPDATE carousels SET updated_at = now(),
    bandwidth_kbit_s = coalesce(:bandwidth_kbit_s::integer, bandwidth_kbit_s),
    classes = coalesce(:classes::jsonb, classes),
    paused_at = CASE WHEN :is_paused::boolean THEN coalesce(paused_at, now())
      WHEN NOT :is_paused::boolean THEN NULL ELSE paused_at END
  WHERE client_id = :client_id::uuid AND id = :id::uuid
  RETURNING *
),
withdrawn AS (
  UPDATE emms e SET withdrawn_at = now() FROM changed
  WHERE e.client_id = changed.client_id AND e.withdrawn_at IS NULL
    AND e.id IN (SELECT jsonb_array_elements_text(:withdraw::jsonb)::uuid)
)
${carouselView('changed')}`;

/** @returns the carousel as it is now; null when there is none, and when it is another client's. */
export const changeCarousel = async (
  sql: Sql,
  clientId: string,
  id: string,
  { is_paused = null, bandwidth_kbit_s = null, classes = null, withdraw }: Nullable<ChangeCarousel>,
): Promise<CarouselView | null> => {
  const [row] = await sql<CarouselViewRow>(change, {
    client_id: clientId,
    id,
    is_paused,
    bandwidth_kbit_s,
    classes,
    withdraw: withdraw ?? [],
  });
  return row ? toCarouselView(row) : null;
};

type Nullable<Type> = { readonly [Name in keyof Type]?: Type[Name] | null };
