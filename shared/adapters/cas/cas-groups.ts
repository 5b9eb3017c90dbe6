import type { CasGroupView } from '#shared/contracts/cas-cards.ts';
import { type Actor, actorParameters, auditEntry } from '../audited.ts';
import type { Sql } from '../data-api.ts';

const cards = `(SELECT count(*)::integer FROM cas_cards c
  WHERE c.client_id = g.client_id AND c.group_number = g.number) AS cards`;

/** Of a new key the cards are told by new EMMs: those that were sealed under the one before are withdrawn. */
const put = `
WITH g AS (
  INSERT INTO cas_groups (client_id, number, device_key)
  SELECT s.client_id, :number, :device_key FROM cas_systems s WHERE s.client_id = :client_id::uuid
  ON CONFLICT (client_id, number) DO UPDATE SET device_key = excluded.device_key
  RETURNING client_id, number
),
untold AS (
  UPDATE emms e SET withdrawn_at = now() FROM g
  WHERE e.client_id = g.client_id AND e.class = 'shared' AND e.device = g.number AND e.kind LIKE 'key-%'
    AND e.withdrawn_at IS NULL
),
${auditEntry('cas_group.set', 'g', `'client ' || client_id`, `jsonb_build_object('group', number)`)}
SELECT g.number, ${cards} FROM g`;

/**
 * Makes a group of cards, or gives it another key; rotate-keys tells it the keys of the epochs under that.
 *
 * @param deviceKey as encrypt-emm keeps it.
 * @returns null when the client has no CA system.
 */
export const putCasGroup = async (
  sql: Sql,
  { clientId, number, deviceKey }: { readonly clientId: string; readonly number: string; readonly deviceKey: string },
  actor: Actor,
): Promise<CasGroupView | null> => {
  const parameters = { client_id: clientId, number, device_key: deviceKey, ...actorParameters(actor) };
  return (await sql<CasGroupView>(put, parameters))[0] ?? null;
};

/** One row without a number stands for an empty list, none for a client without a CA system. */
const list = `
SELECT g.number, ${cards} FROM cas_systems s LEFT JOIN cas_groups g ON g.client_id = s.client_id
  AND (:after::text IS NULL OR g.number > :after)
WHERE s.client_id = :client_id::uuid ORDER BY g.number LIMIT :limit`;

export interface WantedOfSystem {
  readonly clientId: string;
  /** What the page before ended with; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** Groups by number, at most `limit`; null when the client has no CA system. */
export const listCasGroups = async (
  sql: Sql,
  { clientId, after, limit }: WantedOfSystem,
): Promise<CasGroupView[] | null> => {
  const rows = await sql<CasGroupView | { readonly number: null }>(list, { client_id: clientId, after, limit });
  return rows.length === 0 ? null : rows.filter((row) => row.number !== null);
};
