import type { CasCardSummary, CasCardView, ChangeCasCard } from '#shared/contracts/cas-cards.ts';
import { type Actor, actorParameters, auditEntry } from '../audited.ts';
import type { Sql } from '../data-api.ts';

type Dated<View> = Omit<View, 'barred_at' | 'created_at'> & Readonly<{ barred_at: Date | null; created_at: Date }>;

const columns = `c.card, c.group_number AS group, c.device_key IS NOT NULL AS has_key, c.owner, c.language, c.box,
  c.barred_at, c.created_at`;

const dated = <View>({ barred_at, created_at, ...rest }: Dated<View>) => ({
  ...rest,
  barred_at: barred_at?.toISOString() ?? null,
  created_at: created_at.toISOString(),
});

const read = `
SELECT ${columns},
  (SELECT coalesce(jsonb_agg(jsonb_build_object('code', e.code, 'starts_at', e.starts_at, 'ends_at', e.ends_at)
      ORDER BY e.code), '[]')
    FROM cas_entitlements e WHERE e.client_id = c.client_id AND e.card = c.card AND e.ends_at > now()) AS entitlements
FROM cas_cards c WHERE c.client_id = :client_id::uuid AND c.card = :card`;

const utc = (time: string): string => new Date(time).toISOString();

/** A card with what it is entitled to, without its key; null when the client has none of that number. */
export const readCasCard = async (sql: Sql, clientId: string, card: string): Promise<CasCardView | null> => {
  const [row] = await sql<Dated<CasCardView>>(read, { client_id: clientId, card });
  if (!row) return null;
  const entitlements = row.entitlements.map(({ code, starts_at, ends_at }) => ({
    code,
    starts_at: utc(starts_at),
    ends_at: utc(ends_at),
  }));
  return { ...dated(row), entitlements };
};

export interface WantedCasCards {
  readonly clientId: string;
  /** Null, here and below: any. */
  readonly group: string | null;
  readonly owner: string | null;
  readonly barred: boolean | null;
  /** The number that the page before ended with; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** One row without a card stands for an empty list, none for a client without a CA system. */
const list = `
SELECT ${columns} FROM cas_systems s LEFT JOIN cas_cards c ON c.client_id = s.client_id
  AND (:after::text IS NULL OR c.card > :after) AND (:group::text IS NULL OR c.group_number = :group)
  AND (:owner::text IS NULL OR c.owner = :owner)
  AND (:barred::boolean IS NULL OR (c.barred_at IS NOT NULL) = :barred::boolean)
WHERE s.client_id = :client_id::uuid ORDER BY c.card LIMIT :limit`;

/** Cards by number, at most `limit`; null when the client has no CA system. */
export const listCasCards = async (
  sql: Sql,
  { clientId, ...wanted }: WantedCasCards,
): Promise<CasCardSummary[] | null> => {
  const rows = await sql<Dated<CasCardSummary> | { readonly card: null }>(list, { client_id: clientId, ...wanted });
  return rows.length === 0 ? null : rows.filter((row) => row.card !== null).map((row) => dated<CasCardSummary>(row));
};

/**
 * A decision that is being taken on what the card was is taken anew. Of a new key the card is told by new EMMs: those
 * that were sealed under the one before are withdrawn.
 */
const change = `
WITH changed AS (
  UPDATE cas_cards c SET version = c.version + 1,
    group_number = CASE WHEN :gives_group::boolean THEN :group::text ELSE c.group_number END,
    owner = CASE WHEN :gives_owner::boolean THEN :owner::text ELSE c.owner END,
    language = CASE WHEN :gives_language::boolean THEN :language::text ELSE c.language END,
    device_key = coalesce(:device_key::text, c.device_key),
    barred_at = CASE WHEN :is_barred::boolean THEN coalesce(c.barred_at, now())
      WHEN NOT :is_barred::boolean THEN NULL ELSE c.barred_at END
  WHERE c.client_id = :client_id::uuid AND c.card = :card
    AND (:group::text IS NULL OR EXISTS (SELECT FROM cas_groups g WHERE g.client_id = c.client_id AND g.number = :group))
  RETURNING c.client_id, c.card
),
untold AS (
  UPDATE emms e SET withdrawn_at = now() FROM changed c
  WHERE :device_key::text IS NOT NULL AND e.client_id = c.client_id AND e.class = 'unique' AND e.device = c.card
    AND e.kind LIKE 'key-%' AND e.withdrawn_at IS NULL
),
${auditEntry('cas_card.changed', 'changed', `'client ' || client_id`, `:detail::jsonb`)}
SELECT card FROM changed`;

export type ChangedCasCard =
  | { readonly outcome: 'changed'; readonly card: CasCardView }
  | { readonly outcome: 'no-such-card' }
  | { readonly outcome: 'no-such-group' };

export interface CasCardChange {
  readonly clientId: string;
  readonly card: string;
  readonly changes: Omit<ChangeCasCard, 'key'>;
  /** Its new key as encrypt-emm keeps it; null: it stays. */
  readonly deviceKey: string | null;
}

/** Changes what is named, and leaves the rest. */
export const changeCasCard = async (
  sql: Sql,
  { clientId, card, changes, deviceKey }: CasCardChange,
  actor: Actor,
): Promise<ChangedCasCard> => {
  const { owner, ...told } = changes;
  const { is_barred = null, group, language } = told;
  const rows = await sql(change, {
    client_id: clientId,
    card,
    is_barred,
    gives_group: group !== undefined,
    group: group ?? null,
    gives_owner: owner !== undefined,
    owner: owner ?? null,
    gives_language: language !== undefined,
    language: language ?? null,
    device_key: deviceKey,
    // Neither a key nor a number: the log is never changed.
    detail: { card, ...told, has_new_owner: owner !== undefined, has_new_key: deviceKey !== null },
    ...actorParameters(actor),
  });
  const stored = await readCasCard(sql, clientId, card);
  if (!stored) return { outcome: 'no-such-card' };
  return rows.length > 0 ? { outcome: 'changed', card: stored } : { outcome: 'no-such-group' };
};
