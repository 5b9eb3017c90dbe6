import type { OperatedCarousel, PutCarousel } from '#shared/contracts/carousels.ts';
import { type Actor, actorParameters, auditEntry } from '../audited.ts';
import type { Sql } from '../data-api.ts';
import { type CarouselViewRow, carouselView, toCarouselView } from './change-carousel.ts';

type Row = CarouselViewRow & Pick<OperatedCarousel, 'settings'>;

const toOperated = ({ settings, ...row }: Row): OperatedCarousel => ({ ...toCarouselView(row), settings });

const put = `
WITH carousel AS (
  INSERT INTO carousels AS c (id, client_id, name, output, settings, bandwidth_kbit_s, classes)
  SELECT new_uuid_v7(), s.client_id, :name, :output, :settings::jsonb, :bandwidth_kbit_s::integer, :classes::jsonb
  FROM cas_systems s WHERE s.client_id = :client_id::uuid
  ON CONFLICT (client_id, name) DO UPDATE SET output = excluded.output, settings = excluded.settings,
    bandwidth_kbit_s = excluded.bandwidth_kbit_s, classes = excluded.classes, updated_at = now()
  RETURNING *
),
${auditEntry('carousel.set', 'carousel', `'carousel ' || id`, ':detail::jsonb')}
${carouselView('carousel', 'c.settings')}`;

interface Named {
  readonly clientId: string;
  readonly name: string;
}

/**
 * Makes a carousel, or says anew where and how it sends; mux-bridge follows within five seconds. One that is paused
 * stays so.
 *
 * @returns null when the client has no CA system.
 */
export const putCarousel = async (
  sql: Sql,
  { clientId, name }: Named,
  carousel: PutCarousel,
  actor: Actor,
): Promise<OperatedCarousel | null> => {
  const detail = { client_id: clientId, name, ...carousel };
  const parameters = { client_id: clientId, name, ...carousel, detail, ...actorParameters(actor) };
  const [row] = await sql<Row>(put, parameters);
  return row ? toOperated(row) : null;
};

const remove = `
WITH gone AS (DELETE FROM carousels WHERE client_id = :client_id::uuid AND name = :name RETURNING *),
${auditEntry(
  'carousel.removed',
  'gone',
  `'carousel ' || id`,
  `jsonb_build_object('client_id', client_id, 'name', name)`,
)}
SELECT id FROM gone`;

/** Its log stays until its retention is over. @returns whether there was one. */
export const removeCarousel = async (sql: Sql, { clientId, name }: Named, actor: Actor): Promise<boolean> =>
  (await sql(remove, { client_id: clientId, name, ...actorParameters(actor) })).length > 0;

const list = `${carouselView('carousels', 'c.settings')} WHERE c.client_id = :client_id::uuid ORDER BY c.name`;
const system = 'SELECT client_id FROM cas_systems WHERE client_id = :client_id::uuid';

/** By name, with where they send to; null when the client has no CA system. */
export const listOperatedCarousels = async (sql: Sql, clientId: string): Promise<OperatedCarousel[] | null> => {
  const rows = await sql<Row>(list, { client_id: clientId });
  if (rows.length === 0 && (await sql(system, { client_id: clientId })).length === 0) return null;
  return rows.map(toOperated);
};
