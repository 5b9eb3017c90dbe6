import type { InboundPart } from '#shared/domain/inbound/inbound-part.ts';
import type { Sql } from './data-api.ts';

/** Whose parts belong together. */
export interface AssemblyKey {
  readonly provider: string;
  readonly source_addr: string;
  readonly destination_addr: string;
  readonly scheme: 'udh8' | 'udh16' | 'sar';
  readonly reference: number;
  readonly total: number;
}

/** What one of its parts is. */
export interface PartContent extends InboundPart {
  readonly protocol_id: number;
}

/** Parts of one message that came together, each number once. */
export interface NewParts extends AssemblyKey {
  /** A UUID: what the message is called if nothing of it has come yet. */
  readonly id: string;
  readonly received_at: string;
  /** By the part's number. */
  readonly digests: Readonly<Record<number, string>>;
  readonly contents: Readonly<Record<number, PartContent>>;
}

/** A long message as far as it has come. */
export interface Assembly extends AssemblyKey {
  readonly id: string;
  readonly received_at: Date;
  /** In the order of their numbers. */
  readonly parts: readonly PartContent[];
}

export interface Collected {
  /** All their parts are here, and none of them has been taken for whole yet. */
  readonly whole: readonly Assembly[];
  /** What stands in the way of new parts under the same key, another message's: to be given up, and then asked again. */
  readonly inTheWay: readonly Assembly[];
  /** Messages of which a part came again after they were stored: their ids. */
  readonly stored: readonly string[];
}

/** For how long what comes again of a message that is whole is known for it. Telephones use a reference again soon. */
const remembered = `interval '1 hour'`;

const key = 'provider, source_addr, destination_addr, scheme, reference, total';

/**
 * The row's lock makes one after another of whoever adds parts of a message, and each goes by the row as the one before
 * has left it: exactly those who find it whole are told, and it stays to be told until somebody has stored the message.
 */
const collect = `
WITH input AS (
  SELECT * FROM jsonb_to_recordset(:parts::jsonb) AS p(id uuid, provider text, source_addr text, destination_addr text,
    scheme text, reference integer, total integer, digests jsonb, contents jsonb, received_at timestamptz)
),
held AS (
  INSERT INTO inbound_assemblies AS a (id, ${key}, digests, contents, received_at)
  SELECT id, ${key}, digests, contents, received_at FROM input ORDER BY ${key}
  ON CONFLICT (${key}) DO UPDATE SET (id, digests, contents, received_at, created_at, completed_at) = (
    SELECT
      CASE WHEN f.is_another THEN excluded.id ELSE a.id END,
      CASE WHEN f.is_another THEN excluded.digests WHEN f.joins THEN a.digests || excluded.digests ELSE a.digests END,
      CASE WHEN f.is_another THEN excluded.contents WHEN f.joins THEN a.contents || excluded.contents ELSE a.contents END,
      CASE WHEN f.is_another THEN excluded.received_at ELSE a.received_at END,
      CASE WHEN f.is_another THEN now() ELSE a.created_at END,
      CASE WHEN f.is_another THEN NULL ELSE a.completed_at END
    FROM (SELECT
      a.completed_at IS NOT NULL
        AND NOT (a.digests @> excluded.digests AND a.completed_at > now() - ${remembered}) AS is_another,
      a.completed_at IS NULL AND NOT EXISTS (SELECT FROM jsonb_each(excluded.digests) e
        WHERE a.digests -> e.key <> e.value) AS joins) f)
  RETURNING *
),
seen AS (
  SELECT h.*, NOT h.digests @> i.digests AS is_in_the_way,
    (SELECT count(*) FROM jsonb_object_keys(h.digests)) = h.total AS is_whole
  FROM held h JOIN input i USING (${key}) WHERE h.completed_at IS NULL
)
SELECT s.id, ${key}, s.received_at, s.is_in_the_way, e.value AS content, e.key::integer AS place
FROM seen s CROSS JOIN LATERAL jsonb_each(s.contents) e WHERE s.is_in_the_way OR s.is_whole
UNION ALL
SELECT id, ${key}, received_at, false, NULL, 0 FROM held WHERE completed_at IS NOT NULL
ORDER BY id, place`;

const overdue = `
WITH late AS (
  SELECT * FROM inbound_assemblies
  WHERE completed_at IS NULL AND created_at < now() - make_interval(mins => :wait_minutes::integer)
  ORDER BY created_at LIMIT :limit
)
SELECT l.id, ${key}, l.received_at, e.value AS content
FROM late l CROSS JOIN LATERAL jsonb_each(l.contents) e ORDER BY l.id, e.key::integer`;

/** A part a row: a row of the Data API is limited to 64 KB. */
type Row = AssemblyKey & {
  readonly id: string;
  readonly received_at: Date;
  readonly is_in_the_way?: boolean;
  readonly place?: number;
  /** Null: it is stored, and forgotten here. */
  readonly content: PartContent | null;
};

const toAssemblies = (rows: readonly Row[]): Assembly[] =>
  [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((ofOne) => {
    const [first] = ofOne;
    if (!first) return [];
    const { content: _content, is_in_the_way: _isInTheWay, place: _place, ...assembly } = first;
    return [{ ...assembly, parts: ofOne.flatMap(({ content }) => content ?? []) }];
  });

/**
 * Puts parts to those of their messages that are here already, in one statement. What comes again changes nothing, and
 * a part that is none of the message under its key begins another one, once that is whole or given up.
 *
 * @param parts each key once.
 */
export const collectParts = async (sql: Sql, parts: readonly NewParts[]): Promise<Collected> => {
  const rows = parts.length === 0 ? [] : await sql<Row>(collect, { parts });
  const came = rows.filter(({ content }) => content !== null);
  const [inTheWay = [], whole = []] = [true, false].map((isInTheWay) =>
    toAssemblies(came.filter((row) => row.is_in_the_way === isInTheWay)),
  );
  return { whole, inTheWay, stored: rows.flatMap(({ id, content }) => (content === null ? [id] : [])) };
};

/** Messages that have waited for the rest of their parts for too long, the oldest first: at most `limit`. */
export const findOverdue = async (
  sql: Sql,
  { waitMinutes, limit }: { readonly waitMinutes: number; readonly limit: number },
): Promise<Assembly[]> => toAssemblies(await sql<Row>(overdue, { wait_minutes: waitMinutes, limit }));

/** Forgets a bounded number of messages that were whole long enough ago. */
export const sweepAssemblies = async (sql: Sql): Promise<void> => {
  await sql(`DELETE FROM inbound_assemblies WHERE id IN
    (SELECT id FROM inbound_assemblies WHERE completed_at < now() - ${remembered} LIMIT 1000)`);
};
