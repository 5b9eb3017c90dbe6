import type { CarouselClasses } from '#shared/contracts/carousels.ts';
import type { Sql } from '../data-api.ts';

/** A stream of EMMs as its emitter needs it. */
export interface CarouselRow {
  readonly id: string;
  readonly client_id: string;
  readonly name: string;
  readonly output: 'log' | 'udp' | 'mux' | 'sms';
  readonly settings: unknown;
  readonly bandwidth_kbit_s: number;
  readonly classes: CarouselClasses;
  readonly is_paused: boolean;
  readonly ca_system_id: number;
}

const read = `
SELECT c.id, c.client_id, c.name, c.output, c.settings, c.bandwidth_kbit_s, c.classes,
  c.paused_at IS NOT NULL AS is_paused, s.ca_system_id
FROM carousels c JOIN cas_systems s ON s.client_id = c.client_id
WHERE c.output <> 'sms'
ORDER BY c.id`;

/** Every carousel that is emitted as a stream. */
export const readCarousels = (sql: Sql): Promise<CarouselRow[]> => sql(read);

const lastSent = `
SELECT max(last_at) AS at FROM carousel_log
WHERE carousel_id = :id::uuid AND minute = (SELECT max(minute) FROM carousel_log WHERE carousel_id = :id::uuid)`;

/** When something was last on air, as far as the log knows; null: never. */
export const readLastSent = async (sql: Sql, id: string): Promise<Date | null> =>
  (await sql<{ at: Date | null }>(lastSent, { id }))[0]?.at ?? null;
