import type { CarouselClasses } from '#shared/contracts/carousels.ts';
import type { EmmClass } from '#shared/domain/emm/section.ts';
import type { Sql } from '../data-api.ts';

/** A carousel with what its plan is made from. */
export interface PlannedCarousel {
  readonly id: string;
  readonly client_id: string;
  readonly classes: CarouselClasses;
  /** What the emitter was allocated; before that what it is to ask for. */
  readonly bandwidth_kbit_s: number;
  readonly is_paused: boolean;
  readonly last_sent_at: Date | null;
  /** Of the EMMs on air, those of late that it has not sent yet. */
  readonly waiting_emms: number;
  readonly waiting_octets: number;
}

/** By carousel and the last minute that its log has: one look into the index. */
export const lastSentAt = `(SELECT max(l.last_at) FROM carousel_log l WHERE l.carousel_id = c.id
  AND l.minute = (SELECT max(m.minute) FROM carousel_log m WHERE m.carousel_id = c.id))`;

const onAir = `e.encrypted_emm IS NOT NULL AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL
  AND e.starts_at <= now() AND e.expires_at > now()`;
const octets = 'coalesce(sum(e.section_octets), 0)::bigint';

const read = `
SELECT c.id, c.client_id, c.classes, coalesce(nullif(c.granted_kbit_s, 0), c.bandwidth_kbit_s) AS bandwidth_kbit_s,
  c.paused_at IS NOT NULL AS is_paused, ${lastSentAt} AS last_sent_at, w.emms AS waiting_emms, w.octets AS waiting_octets
FROM carousels c CROSS JOIN LATERAL (
  SELECT count(*)::integer AS emms, ${octets} AS octets FROM emms e
  WHERE e.client_id = c.client_id AND e.sealed_at > now() - interval '10 minutes' AND ${onAir}
    AND NOT EXISTS (SELECT FROM carousel_log l WHERE l.emm_id = e.id AND l.carousel_id = c.id)) w
WHERE c.output <> 'sms'
ORDER BY c.id`;

/** Those that are streams: short messages have no cycle. */
export const readCarouselsToPlan = (sql: Sql): Promise<PlannedCarousel[]> => sql(read);

/** What a client has on air of a class. */
export interface ClassLoad {
  readonly client_id: string;
  readonly class: EmmClass;
  readonly emms: number;
  readonly octets: number;
}

/** Out of the index emms_load alone: what has expired leaves that within a minute. */
const loads = `
SELECT e.client_id, e.class, count(*)::integer AS emms, ${octets} AS octets FROM emms e
WHERE e.client_id IN (SELECT client_id FROM carousels) AND ${onAir} AND e.expired_at IS NULL
GROUP BY e.client_id, e.class`;

export const readClassLoads = (sql: Sql): Promise<ClassLoad[]> => sql(loads);

export interface CarouselPlan {
  readonly id: string;
  readonly on_air_seconds: number | null;
  readonly cycle_seconds: number | null;
  readonly emms: Readonly<Record<EmmClass, number>>;
}

const store = `
UPDATE carousels c SET on_air_seconds = p.on_air_seconds, cycle_seconds = p.cycle_seconds, emms = p.emms, planned_at = now()
FROM jsonb_to_recordset(:plans::jsonb)
  AS p(id uuid, on_air_seconds double precision, cycle_seconds double precision, emms jsonb)
WHERE c.id = p.id`;

export const storeCarouselPlans = async (sql: Sql, plans: readonly CarouselPlan[]): Promise<void> => {
  if (plans.length > 0) await sql(store, { plans });
};
