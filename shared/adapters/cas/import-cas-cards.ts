import type { IdempotencyKey } from '../accept-message.ts';
import { type Actor, actorParameters, auditEntry } from '../audited.ts';
import type { Sql } from '../data-api.ts';
import { claimKeyWhen, keyParameters, readKeyed } from '../keyed.ts';

/** One line of a batch of cards. */
export interface CasCardRow {
  /** Its place in the file. */
  readonly line: number;
  readonly card: string;
  readonly group_number: string | null;
  /** As encrypt-emm keeps it; null where the card has none of its own. */
  readonly device_key: string | null;
  readonly owner: string | null;
  readonly language: string | null;
}

export interface ImportedCasLine {
  readonly line: number;
  /** `known`: the card was there, and keeps the key that it has. */
  readonly outcome: 'imported' | 'known' | 'group_unknown' | 'line_repeated';
}

/** A card's key is never replaced by a file; one that had none gets it. */
const importLines = `
WITH system AS (SELECT client_id FROM cas_systems WHERE client_id = :client_id::uuid),
${claimKeyWhen('EXISTS (SELECT FROM system)')},
input AS (
  SELECT l.*, s.client_id, row_number() OVER (PARTITION BY l.card ORDER BY l.line) AS nth
  FROM system s, go, jsonb_to_recordset(:lines::jsonb) AS l(line integer, card text, group_number text, device_key text,
    owner text, language text)
),
judged AS (
  SELECT i.*, CASE
      WHEN i.nth > 1 THEN 'line_repeated'
      WHEN i.group_number IS NOT NULL AND NOT EXISTS (SELECT FROM cas_groups g
        WHERE g.client_id = i.client_id AND g.number = i.group_number) THEN 'group_unknown'
      WHEN EXISTS (SELECT FROM cas_cards c WHERE c.client_id = i.client_id AND c.card = i.card) THEN 'known'
      ELSE 'imported'
    END AS outcome
  FROM input i
),
card AS (
  INSERT INTO cas_cards AS c (client_id, card, group_number, device_key, owner, language)
  SELECT client_id, card, group_number, device_key, owner, language FROM judged
  WHERE outcome IN ('known', 'imported') ORDER BY card
  ON CONFLICT (client_id, card) DO UPDATE SET group_number = excluded.group_number,
    device_key = coalesce(c.device_key, excluded.device_key), owner = excluded.owner, language = excluded.language,
    version = c.version + 1
    WHERE (c.group_number, c.owner, c.language) IS DISTINCT FROM (excluded.group_number, excluded.owner, excluded.language)
      OR (c.device_key IS NULL AND excluded.device_key IS NOT NULL)
),
done AS (SELECT (SELECT count(*) FROM judged WHERE outcome = 'imported') AS imported FROM go, system),
batch AS (
  INSERT INTO batches (id, client_id, items)
  SELECT :resource_id::uuid, :actor_client_id::uuid, (SELECT coalesce(jsonb_agg(jsonb_build_object('line', line,
    'outcome', outcome)), '[]') FROM judged) FROM done
  ON CONFLICT (id) DO NOTHING
),
${auditEntry(
  'cas_cards.imported',
  'done',
  `'client ' || :client_id::text`,
  `jsonb_build_object('cards', imported, 'import_id', :resource_id::text)`,
)}
SELECT line, outcome FROM judged ORDER BY line`;

const stored = `
SELECT i.line, i.outcome FROM batches b CROSS JOIN LATERAL jsonb_to_recordset(b.items) AS i(line integer, outcome text)
WHERE b.id = :id::uuid AND b.client_id = :client_id::uuid ORDER BY i.line`;

export interface CasCardBatch {
  /** A new UUID v7. */
  readonly id: string;
  /** Whose cards they are. */
  readonly clientId: string;
  /** At least one; each of the shape of a line already. */
  readonly lines: readonly CasCardRow[];
}

export type ImportedCasBatch =
  | { readonly outcome: 'imported' | 'replayed'; readonly lines: readonly ImportedCasLine[] }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'no-system' };

/**
 * Writes the lines of a batch that can be written, in one statement with its audit entry, and says of each line what
 * became of it. Given the same lines again, it says that they are known; under the same key, what it said first.
 */
export const importCasCards = async (
  sql: Sql,
  { id, clientId, lines }: CasCardBatch,
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<ImportedCasBatch> => {
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor), client_id: clientId };
  const written = await sql<ImportedCasLine>(importLines, { lines, ...parameters });
  if (written.length > 0) return { outcome: 'imported', lines: written };
  const known = key && (await readKeyed(sql, actor.clientId, key));
  if (!known) return { outcome: 'no-system' };
  if (known.outcome === 'mismatch') return known;
  const asked = { id: known.resourceId, client_id: actor.clientId };
  const outcome = known.resourceId === id ? 'imported' : 'replayed';
  return { outcome, lines: await sql<ImportedCasLine>(stored, asked) };
};
