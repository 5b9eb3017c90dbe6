import type { CdrManifest, CdrObject } from '#shared/domain/cdr/cdr-manifest.ts';
import type { Sql } from '../data-api.ts';

/** An hour, with what was written of it last. */
export interface CdrHour {
  readonly hour: Date;
  readonly last: {
    readonly edition: number;
    readonly objects: readonly CdrObject[];
    /** When it was to be looked at again, in microseconds as text: another value later says that somebody asked for it anew. */
    readonly nextLookAt: string | null;
  } | null;
}

/**
 * First the hours that were never written, the oldest first: since the first message there is (an hour less, for clocks
 * differ), at most since `:back_hours` ago or, after a standstill, since the youngest hour that was written. Then those that
 * are to be looked at again.
 */
const due = `
WITH first AS (
  SELECT date_trunc('hour', to_timestamp(('x' || left(replace(message_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0), 'UTC')
    - interval '1 hour' AS hour
  FROM message_events ORDER BY message_id LIMIT 1
),
span AS (
  SELECT greatest(first.hour, least(date_trunc('hour', :now::timestamptz, 'UTC') - make_interval(hours => :back_hours::integer),
    (SELECT max(hour) FROM cdr_exports))) AS since FROM first
),
fresh AS (
  SELECT h AS hour FROM span, generate_series(span.since,
    :now::timestamptz - make_interval(hours => :first_look_hours::integer + 1), interval '1 hour') h
  WHERE NOT EXISTS (SELECT FROM cdr_exports x WHERE x.hour = h)
),
turn AS (
  SELECT hour, 0 AS rank FROM fresh
  UNION ALL SELECT hour, 1 FROM cdr_exports WHERE next_look_at <= :now::timestamptz
)
SELECT hour FROM turn ORDER BY rank, hour LIMIT :limit`;

export interface DueHours {
  readonly now: Date;
  /** How long ago an hour has ended when it is written first; and how far back hours are written at all. */
  readonly firstLookHours: number;
  readonly backHours: number;
  readonly limit: number;
}

/** The hours that are to be written, or looked at again, in this order. */
export const dueHours = async (sql: Sql, { now, firstLookHours, backHours, limit }: DueHours): Promise<Date[]> => {
  const parameters = { now: now.toISOString(), first_look_hours: firstLookHours, back_hours: backHours, limit };
  return (await sql<{ readonly hour: Date }>(due, parameters)).map(({ hour }) => hour);
};

interface Row {
  readonly edition: number;
  readonly objects: readonly CdrObject[];
  readonly next_look_at: string | null;
}

const read = `
SELECT x.edition, x.objects, x.next_look_at::text AS next_look_at FROM cdr_exports x WHERE x.hour = :hour::timestamptz`;

/** What was written of one hour. */
export const readCdrHour = async (sql: Sql, hour: Date): Promise<CdrHour> => {
  const [row] = await sql<Row>(read, { hour: hour.toISOString() });
  return { hour, last: row ? { edition: row.edition, objects: row.objects, nextLookAt: row.next_look_at } : null };
};

/** Whoever asked for the hour anew while it was written still gets it: their time stays. */
const mark = `
INSERT INTO cdr_exports AS x (hour, edition, lines, cost_micros, price_cents, captured_cents, objects, looked_at, next_look_at)
VALUES (:hour::timestamptz, :edition, :lines, :cost_micros, :price_cents, :captured_cents, :objects::jsonb,
  :looked_at::timestamptz, :next_look_at::timestamptz)
ON CONFLICT (hour) DO UPDATE SET edition = excluded.edition, lines = excluded.lines, cost_micros = excluded.cost_micros,
  price_cents = excluded.price_cents, captured_cents = excluded.captured_cents, objects = excluded.objects,
  looked_at = excluded.looked_at,
  next_look_at = CASE WHEN x.next_look_at IS NOT DISTINCT FROM :seen::timestamptz THEN excluded.next_look_at
    ELSE x.next_look_at END`;

export interface CdrMark {
  readonly manifest: CdrManifest;
  readonly lookedAt: Date;
  /** Null: what is in it is final. */
  readonly nextLookAt: Date | null;
  /** As it was when the hour was taken up. */
  readonly seen: string | null;
}

/** Writes down what is in the objects of an hour. Repeatable. */
export const markCdrHour = async (sql: Sql, { manifest, lookedAt, nextLookAt, seen }: CdrMark): Promise<void> => {
  const { hour, edition, lines, cost_micros, price_cents, captured_cents, objects } = manifest;
  await sql(mark, {
    ...{ hour, edition, lines, cost_micros, price_cents, captured_cents, objects },
    looked_at: lookedAt.toISOString(),
    next_look_at: nextLookAt?.toISOString() ?? null,
    seen,
  });
};
