import type { CardSummary, CardView } from '#shared/contracts/cards.ts';
import type { Sql } from './data-api.ts';

type Times = 'stopped_at' | 'created_at' | 'updated_at';
type Dated<View> = Omit<View, Times> & Readonly<{ stopped_at: Date | null; created_at: Date; updated_at: Date }>;

const columns = 'c.iccid, c.msisdn, c.profile, c.stopped_at, c.stopped_for, c.created_at, c.updated_at';

const dated = <View>({ stopped_at, created_at, updated_at, ...rest }: Dated<View>) => ({
  ...rest,
  stopped_at: stopped_at?.toISOString() ?? null,
  created_at: created_at.toISOString(),
  updated_at: updated_at.toISOString(),
});

const read = `
SELECT ${columns},
  (SELECT coalesce(jsonb_agg(jsonb_build_object('version', k.version, 'kic_algorithm', k.kic_algorithm, 'kid_algorithm',
      k.kid_algorithm, 'location', k.location, 'last_counter', k.last_counter, 'created_at', k.created_at)
      ORDER BY k.version DESC), '[]') FROM card_keysets k WHERE k.iccid = c.iccid) AS keysets,
  (SELECT count(*)::integer FROM pushes p WHERE p.iccid = c.iccid AND p.state = 'WAITING') AS waiting,
  (SELECT p.id FROM pushes p WHERE p.iccid = c.iccid AND p.state IN ('BUILDING', 'SENDING', 'AWAITING_POR')) AS under_way
FROM cards c WHERE c.iccid = :iccid`;

/** A card with its counters and its line, without what is secret of its keys; null when there is none. */
export const readCard = async (sql: Sql, iccid: string): Promise<CardView | null> => {
  const [row] = await sql<Dated<CardView>>(read, { iccid });
  if (!row) return null;
  const keysets = row.keysets.map((keyset) => ({ ...keyset, created_at: new Date(keyset.created_at).toISOString() }));
  return { ...dated(row), keysets };
};

export interface WantedCards {
  /** Null, here and below: any. */
  readonly msisdn: string | null;
  readonly profile: string | null;
  readonly stopped: boolean | null;
  /** The ICCID that the page before ended with; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

const list = `
SELECT ${columns} FROM cards c
WHERE (:after::text IS NULL OR c.iccid > :after) AND (:msisdn::text IS NULL OR c.msisdn = :msisdn)
  AND (:profile::text IS NULL OR c.profile = :profile)
  AND (:stopped::boolean IS NULL OR (c.stopped_at IS NOT NULL) = :stopped::boolean)
ORDER BY c.iccid LIMIT :limit`;

/** Cards by ICCID, at most `limit`. */
export const listCards = async (sql: Sql, wanted: WantedCards): Promise<CardSummary[]> =>
  (await sql<Dated<CardSummary>>(list, { ...wanted })).map((row) => dated<CardSummary>(row));
