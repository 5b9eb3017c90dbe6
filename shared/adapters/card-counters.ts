import type { Sql } from './data-api.ts';

/**
 * Lets a keyset's counter jump: all that waits for the card gets new counters, in its order, above `floor` and above
 * whatever was given before. Each push's trace says so.
 *
 * @returns the counter that was given last; null when there is no such keyset.
 */
export const jumpCounter = async (
  sql: Sql,
  { iccid, keyVersion, floor, reason }: { iccid: string; keyVersion: number; floor: number; reason: string },
): Promise<number | null> => {
  const [row] = await sql<{ counter: number | null }>(
    'SELECT renumber_pushes(:iccid, :key_version::integer, :floor::bigint, :reason) AS counter',
    { iccid, key_version: keyVersion, floor, reason },
  );
  return row?.counter ?? null;
};

const stop = `
UPDATE cards SET stopped_at = now(), stopped_for = :reason, updated_at = now()
WHERE iccid = :iccid AND stopped_at IS NULL RETURNING iccid`;

/**
 * Stops a card: nothing is taken for it any more, and nothing accepted, until an operator lets it go on.
 *
 * @returns false when it was stopped before, or is unknown.
 */
export const stopCard = async (sql: Sql, iccid: string, reason: string): Promise<boolean> =>
  (await sql(stop, { iccid, reason })).length === 1;
