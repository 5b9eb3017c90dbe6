import type { EmmClass, SectionFormats } from '#shared/domain/emm/section.ts';
import { wholeFormats } from '#shared/domain/emm/whole-formats.ts';
import type { IdempotencyKey } from '../accept-message.ts';
import type { Sql } from '../data-api.ts';
import { claimKey, keyParameters, readKeyed } from '../keyed.ts';

/** What EMMs of a CA system are sealed with now. */
export interface SealingSystem {
  readonly ca_system_id: number;
  readonly sections: SectionFormats;
  readonly emm_hours: number;
  /** Null while there is no ACTIVE epoch. */
  readonly epoch: number | null;
  readonly wrapped_key: string | null;
}

const system = `
SELECT s.ca_system_id, s.sections, s.emm_hours, k.epoch, k.wrapped_key
FROM cas_systems s LEFT JOIN key_epochs k ON k.client_id = s.client_id AND k.state = 'ACTIVE'
WHERE s.client_id = :client_id::uuid`;

/** @returns null when the client has no CA system. */
export const readSealingSystem = async (sql: Sql, clientId: string): Promise<SealingSystem | null> => {
  const [row] = await sql<Omit<SealingSystem, 'sections'> & { sections: Parameters<typeof wholeFormats>[0] }>(system, {
    client_id: clientId,
  });
  return row ? { ...row, sections: wholeFormats(row.sections) } : null;
};

/** An EMM whose content its client knows. */
export interface OrderedEmm {
  readonly id: string;
  readonly client_id: string;
  readonly class: EmmClass;
  readonly device: string;
  readonly kind: string;
  readonly epoch: number;
  readonly starts_at: string | null;
  readonly expires_at: string;
}

/** The revision is counted under its row's lock; a repetition after a timeout meets its own row, and adds none. */
const order = `
WITH ${claimKey},
counted AS (
  INSERT INTO emm_revisions AS v (client_id, class, device, kind, revision)
  SELECT :client_id::uuid, :class, :device, :kind, 1 FROM go WHERE NOT EXISTS (SELECT FROM emms WHERE id = :id::uuid)
  ON CONFLICT (client_id, class, device, kind) DO UPDATE SET revision = v.revision + 1
  RETURNING *
)
INSERT INTO emms (id, client_id, class, device, kind, revision, epoch, starts_at, expires_at)
SELECT :id::uuid, client_id, class, device, kind, revision, :epoch::integer, coalesce(:starts_at::timestamptz, now()),
  :expires_at::timestamptz
FROM counted
RETURNING id`;

/** The row of an EMM that is to be sealed, as its sealing needs it. */
export interface ReservedEmm {
  readonly id: string;
  readonly number: string;
  readonly revision: number;
  readonly epoch: number;
  readonly wrapped_key: string | null;
  readonly expires_at: Date;
  readonly is_sealed: boolean;
}

const reserved = `
SELECT e.id, e.number::text AS number, e.revision, e.epoch, k.wrapped_key, e.expires_at, e.encrypted_emm IS NOT NULL AS is_sealed
FROM emms e LEFT JOIN key_epochs k ON k.client_id = e.client_id AND k.epoch = e.epoch
WHERE e.id = :id::uuid AND e.client_id = :client_id::uuid`;

/**
 * Reserves an EMM under its key. What a key stands for already may still be to be sealed: its content is in the request,
 * which comes again.
 */
export const orderEmm = async (
  sql: Sql,
  emm: OrderedEmm,
  key: IdempotencyKey | null,
): Promise<
  { readonly outcome: 'reserved' | 'replayed'; readonly emm: ReservedEmm } | { readonly outcome: 'mismatch' }
> => {
  const rows = await sql<{ id: string }>(order, { ...keyParameters(emm.client_id, key, emm.id), ...emm });
  const known = rows.length === 0 && key ? await readKeyed(sql, emm.client_id, key) : null;
  if (known?.outcome === 'mismatch') return known;
  const id = known?.resourceId ?? emm.id;
  const [row] = await sql<ReservedEmm>(reserved, { id, client_id: emm.client_id });
  if (!row) throw new Error('An EMM that was reserved is not there');
  return { outcome: id === emm.id ? 'reserved' : 'replayed', emm: row };
};

const numbers = `SELECT nextval('emm_numbers')::text AS number FROM generate_series(1, :count)`;

/** Ids on air for EMMs that are not kept. */
export const takeEmmNumbers = async (sql: Sql, count: number): Promise<string[]> =>
  (await sql<{ number: string }>(numbers, { count })).map(({ number }) => number);

const keep = `
WITH ${claimKey}
INSERT INTO batches (id, client_id, items) SELECT :id::uuid, :client_id::uuid, :items::jsonb FROM go
ON CONFLICT (id) DO NOTHING
RETURNING id`;

const kept = 'SELECT items FROM batches WHERE id = :id::uuid AND client_id = :client_id::uuid';

/**
 * Keeps what was encrypted for as long as its key may be repeated: sections only, nothing in clear.
 *
 * @returns what the key stands for: this, or what an earlier request with it came to.
 */
export const keepEncryptions = async <Items extends readonly object[]>(
  sql: Sql,
  { id, clientId, items }: { readonly id: string; readonly clientId: string; readonly items: Items },
  key: IdempotencyKey,
): Promise<{ readonly outcome: 'kept' | 'replayed'; readonly items: Items } | { readonly outcome: 'mismatch' }> => {
  const rows = await sql(keep, { ...keyParameters(clientId, key, id), id, client_id: clientId, items });
  if (rows.length > 0) return { outcome: 'kept', items };
  const known = await readKeyed(sql, clientId, key);
  if (known?.outcome === 'mismatch') return known;
  const [row] = await sql<{ items: Items }>(kept, { id: known?.resourceId ?? id, client_id: clientId });
  if (!row) throw new Error('What a key stands for is not there');
  return { outcome: known && known.resourceId !== id ? 'replayed' : 'kept', items: row.items };
};

/** What a key stands for, before anything is encrypted anew. */
export const readKeptEncryptions = async <Items>(
  sql: Sql,
  clientId: string,
  key: IdempotencyKey,
): Promise<{ readonly outcome: 'replayed'; readonly items: Items } | { readonly outcome: 'mismatch' } | null> => {
  const known = await readKeyed(sql, clientId, key);
  if (known?.outcome !== 'replayed') return known;
  const [row] = await sql<{ items: Items }>(kept, { id: known.resourceId, client_id: clientId });
  return row ? { outcome: 'replayed', items: row.items } : null;
};
