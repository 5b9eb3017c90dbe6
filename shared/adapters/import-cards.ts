import type { KicAlgorithm, KidAlgorithm } from '#shared/domain/ota/key-indication.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import type { Sql } from './data-api.ts';
import { claimKey, keyParameters, readKeyed } from './keyed.ts';

/** One line of a card batch: a card with one version of its keys, which are sealed, or labels of keys in the HSM. */
export interface CardLine {
  /** Its place in the file. */
  readonly line: number;
  readonly iccid: string;
  readonly msisdn: string | null;
  readonly profile: string;
  readonly version: number;
  readonly kic_algorithm: KicAlgorithm;
  readonly kid_algorithm: KidAlgorithm;
  readonly location: 'sealed' | 'hsm';
  readonly kic: string | null;
  readonly kid: string | null;
  readonly counter: number;
}

/** What card keys are sealed under, as KMS wrapped it. */
export interface NewDataKey {
  readonly id: string;
  readonly wrapped_base64: string;
}

export interface ImportedLine {
  readonly line: number;
  /** `known`: the card has this version of its keys, which stay as they are. */
  readonly outcome: 'imported' | 'known' | 'profile_unknown' | 'msisdn_taken' | 'line_repeated';
}

/**
 * Keys and counters that are there are never replaced: a file that is imported twice sets no counter back. Of a card
 * that is known its number and profile follow the file.
 */
const importLines = `
WITH ${claimKey},
input AS (
  SELECT *, row_number() OVER (PARTITION BY iccid, version ORDER BY line) AS nth,
    first_value(iccid) OVER (PARTITION BY msisdn ORDER BY line) AS owner
  FROM jsonb_to_recordset(:lines::jsonb) AS l(line integer, iccid text, msisdn text, profile text, version integer,
    kic_algorithm text, kid_algorithm text, location text, kic text, kid text, counter bigint), go
),
judged AS (
  SELECT i.*, CASE
      WHEN i.nth > 1 THEN 'line_repeated'
      WHEN NOT EXISTS (SELECT FROM card_profiles p WHERE p.name = i.profile) THEN 'profile_unknown'
      WHEN i.msisdn IS NOT NULL AND (i.owner <> i.iccid
        OR EXISTS (SELECT FROM cards c WHERE c.msisdn = i.msisdn AND c.iccid <> i.iccid)) THEN 'msisdn_taken'
      WHEN EXISTS (SELECT FROM card_keysets k WHERE k.iccid = i.iccid AND k.version = i.version) THEN 'known'
      ELSE 'imported'
    END AS outcome
  FROM input i
),
good AS (SELECT * FROM judged WHERE outcome IN ('known', 'imported')),
card AS (
  INSERT INTO cards AS c (iccid, msisdn, profile)
  SELECT DISTINCT ON (iccid) iccid, msisdn, profile FROM good ORDER BY iccid, line DESC
  ON CONFLICT (iccid) DO UPDATE SET msisdn = excluded.msisdn, profile = excluded.profile, updated_at = now()
    WHERE (c.msisdn, c.profile) IS DISTINCT FROM (excluded.msisdn, excluded.profile)
  RETURNING iccid
),
data_key AS (
  INSERT INTO card_data_keys (id, wrapped_base64)
  SELECT d.id, d.wrapped_base64 FROM jsonb_to_record(:data_key::jsonb) AS d(id uuid, wrapped_base64 text)
  WHERE d.id IS NOT NULL AND EXISTS (SELECT FROM good WHERE location = 'sealed')
  ON CONFLICT (id) DO NOTHING
),
keyset AS (
  INSERT INTO card_keysets (iccid, version, kic_algorithm, kid_algorithm, location, data_key_id, kic, kid, last_counter)
  SELECT iccid, version, kic_algorithm, kid_algorithm, location,
    CASE location WHEN 'sealed' THEN (:data_key::jsonb->>'id')::uuid END, kic, kid, counter
  FROM good WHERE outcome = 'imported' ORDER BY iccid, version
  ON CONFLICT (iccid, version) DO NOTHING
  RETURNING iccid
),
done AS (SELECT (SELECT count(*) FROM keyset) AS imported FROM go),
batch AS (
  INSERT INTO batches (id, client_id, items)
  SELECT :resource_id::uuid, :actor_client_id::uuid, (SELECT coalesce(jsonb_agg(jsonb_build_object('line', line,
    'outcome', outcome)), '[]') FROM judged) FROM go
  ON CONFLICT (id) DO NOTHING
),
${auditEntry('cards.imported', 'done', `'cards'`, `jsonb_build_object('keysets', imported, 'import_id', :resource_id)`)}
SELECT line, outcome FROM judged ORDER BY line`;

const stored = `
SELECT i.line, i.outcome FROM batches b CROSS JOIN LATERAL jsonb_to_recordset(b.items) AS i(line integer, outcome text)
WHERE b.id = :id::uuid AND b.client_id = :client_id::uuid ORDER BY i.line`;

export interface CardBatch {
  /** A new UUID v7. */
  readonly id: string;
  /** At most a thousand, each of the shape of a card line already. */
  readonly lines: readonly CardLine[];
  /** What the sealed keys among them are sealed under; null when there are none. */
  readonly dataKey: NewDataKey | null;
}

export type ImportedBatch =
  | { readonly outcome: 'imported' | 'replayed'; readonly lines: readonly ImportedLine[] }
  | { readonly outcome: 'mismatch' };

/**
 * Writes the lines of a card batch that can be written, in one statement with its audit entry, and says of each line
 * what became of it. Given the same lines again, it says that they are known; under the same key, what it said first.
 */
export const importCards = async (
  sql: Sql,
  { id, lines, dataKey }: CardBatch,
  actor: Actor,
  key: IdempotencyKey | null = null,
): Promise<ImportedBatch> => {
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor) };
  const written = await sql<ImportedLine>(importLines, { lines, data_key: dataKey ?? {}, ...parameters });
  const known = written.length === 0 && key ? await readKeyed(sql, actor.clientId, key) : null;
  if (known?.outcome === 'mismatch') return known;
  if (!known) return { outcome: 'imported', lines: written };
  const asked = { id: known.resourceId, client_id: actor.clientId };
  const outcome = known.resourceId === id ? 'imported' : 'replayed';
  return { outcome, lines: await sql<ImportedLine>(stored, asked) };
};
