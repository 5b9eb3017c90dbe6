import type { CardView } from '#shared/contracts/cards.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import type { Sql } from './data-api.ts';
import { claimKey, keyParameters, readKeyed } from './keyed.ts';
import { readCard } from './read-cards.ts';

const release = `
WITH ${claimKey},
stopped AS (SELECT c.iccid, c.stopped_for FROM cards c, go WHERE c.iccid = :iccid FOR NO KEY UPDATE OF c),
released AS (
  UPDATE cards c SET stopped_at = NULL, stopped_for = NULL, updated_at = now() FROM stopped s
  WHERE c.iccid = s.iccid AND c.stopped_at IS NOT NULL RETURNING c.iccid, s.stopped_for
),
${auditEntry('card.released', 'released', `'card ' || iccid`, `jsonb_build_object('stopped_for', stopped_for)`)}
SELECT 1 AS went FROM go`;

export type ReleasedCard =
  | { readonly outcome: 'released' | 'replayed'; readonly card: CardView }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'no-such-card' };

/**
 * Lets a card go on that was stopped; one that is not stays as it is. Repeated under its key, it does not undo that the
 * card was stopped again since.
 *
 * @param id a new UUID, for which the key stands.
 */
export const releaseCard = async (
  sql: Sql,
  { id, iccid }: { readonly id: string; readonly iccid: string },
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<ReleasedCard> => {
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor), iccid };
  const went = await sql(release, parameters);
  const known = went.length === 0 && key ? await readKeyed(sql, actor.clientId, key) : null;
  if (known?.outcome === 'mismatch') return known;
  const card = await readCard(sql, iccid);
  return card ? { outcome: known ? 'replayed' : 'released', card } : { outcome: 'no-such-card' };
};
