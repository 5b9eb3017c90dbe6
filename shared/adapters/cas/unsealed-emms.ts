import type { EmmToSeal, SealedEmm } from '#shared/contracts/emm-encryption.ts';
import { type EmmCommand, encodeCommands } from '#shared/domain/emm/commands.ts';
import type { EmmClass, SectionFormats } from '#shared/domain/emm/section.ts';
import { wholeFormats } from '#shared/domain/emm/whole-formats.ts';
import type { Sql } from '../data-api.ts';

interface Row {
  readonly id: string;
  readonly number: string;
  readonly client_id: string;
  readonly class: EmmClass;
  readonly device: string;
  readonly kind: string;
  readonly revision: number;
  readonly epoch: number;
  readonly expires_at: Date;
  readonly ca_system_id: number;
  readonly sections: Parameters<typeof wholeFormats>[0];
  readonly wrapped_key: string | null;
  readonly device_key: string | null;
  readonly box: string | null;
  readonly entitlements: readonly { readonly product: number; readonly from: number; readonly until: number }[];
}

/** EMMs of one CA system that are to be sealed. */
export interface UnsealedEmms {
  readonly tenant: string;
  readonly ca_system_id: number;
  readonly sections: SectionFormats;
  readonly emms: readonly EmmToSeal[];
}

/** Kinds whose content follows from what is in the tables. The content of others is known only to whoever orders them. */
const derived = `(e.kind IN ('entitlements', 'pairing') OR e.kind LIKE 'key-%')`;

const seconds = (column: string): string => `extract(epoch FROM ${column})::bigint`;

const read = `
SELECT e.id, e.number::text AS number, e.client_id, e.class, e.device, e.kind, e.revision, e.epoch, e.expires_at,
  s.ca_system_id, s.sections, k.wrapped_key, c.box, CASE e.class WHEN 'unique' THEN c.device_key ELSE g.device_key END AS device_key,
  coalesce((SELECT jsonb_agg(jsonb_build_object('product', p.product, 'from', ${seconds('t.starts_at')},
        'until', ceil(extract(epoch FROM t.ends_at))::bigint) ORDER BY p.product)
    FROM cas_entitlements t JOIN cas_packages p ON p.client_id = t.client_id AND p.code = t.code
    WHERE e.kind = 'entitlements' AND t.client_id = e.client_id AND t.card = e.device AND t.ends_at > now()), '[]') AS entitlements
FROM emms e
JOIN cas_systems s ON s.client_id = e.client_id
LEFT JOIN key_epochs k ON k.client_id = e.client_id AND k.epoch = e.epoch
LEFT JOIN cas_cards c ON e.class = 'unique' AND c.client_id = e.client_id AND c.card = e.device
LEFT JOIN cas_groups g ON e.class = 'shared' AND g.client_id = e.client_id AND g.number = e.device
WHERE e.encrypted_emm IS NULL AND e.withdrawn_at IS NULL AND e.expires_at > now() AND k.wrapped_key IS NOT NULL
  AND (e.request_id = :request_id::uuid OR e.id IN (SELECT jsonb_array_elements_text(:ids::jsonb)::uuid)) AND ${derived}
ORDER BY e.client_id, e.number`;

const commandsOf = ({ kind, entitlements, box }: Row): readonly EmmCommand[] => {
  if (kind === 'pairing') return [box === null ? { command: 'unpair' } : { command: 'pair', box }];
  return [
    { command: 'entitlement_reset' },
    ...entitlements.map((each) => ({ command: 'entitlement_add', ...each }) as const),
  ];
};

export const expiryOf = (time: Date): number => Math.floor(time.getTime() / 1000);

export const toggleOf = (revision: number): 0 | 1 => (revision % 2 === 0 ? 0 : 1);

const toSeal = (row: Row): EmmToSeal[] => {
  const { wrapped_key, device_key, epoch } = row;
  const common = {
    number: row.number,
    class: row.class,
    device: row.device,
    toggle: toggleOf(row.revision),
    expiry: expiryOf(row.expires_at),
  };
  if (wrapped_key === null) return [];
  if (!row.kind.startsWith('key-')) {
    const content = { kind: 'commands', hex: encodeCommands(commandsOf(row)).toString('hex') } as const;
    return [{ ...common, key: { suite: 'epoch', epoch, wrapped_key }, content, is_kept: true }];
  }
  // Without a key of its own the device cannot be told another; its group is.
  if (device_key === null) return [];
  const content = { kind: 'key-delivery', epoch, wrapped_key } as const;
  return [{ ...common, key: { suite: 'device', epoch, device_key }, content, is_kept: false }];
};

/**
 * What is reserved and not sealed, of one request or by their ids, with its content as the tables have it now: an EMM of a
 * card's rights has all of them, since it replaces the one before.
 */
export const readUnsealedEmms = async (
  sql: Sql,
  { requestId = null, ids = [] }: { readonly requestId?: string | null; readonly ids?: readonly string[] },
): Promise<readonly UnsealedEmms[]> => {
  const rows = await sql<Row>(read, { request_id: requestId, ids });
  return [...Map.groupBy(rows, ({ client_id }) => client_id)].flatMap(([tenant, some]) => {
    const [first] = some;
    if (!first) return [];
    return [
      { tenant, ca_system_id: first.ca_system_id, sections: wholeFormats(first.sections), emms: some.flatMap(toSeal) },
    ];
  });
};

/**
 * Of each device and kind the highest revision among those that are sealed now replaces whatever is lower, sealed or not:
 * one that is sealed late is stored as replaced already. Rows are locked by id, as whoever notes what went on air locks
 * them: in another order the two could wait for each other.
 */
const store = `
WITH sealed AS (
  SELECT e.id, e.client_id, e.class, e.device, e.kind, e.revision, s.section, s.section_hash, s.emm_data
  FROM jsonb_to_recordset(:sealed::jsonb) AS s(number bigint, section text, section_hash text, emm_data text)
  JOIN emms e ON e.number = s.number AND e.client_id = :client_id::uuid
),
newest AS (SELECT DISTINCT ON (class, device, kind) * FROM sealed ORDER BY class, device, kind, revision DESC),
concerned AS (
  SELECT e.id, n.id AS newest_id, n.revision AS newest_revision, s.id IS NOT NULL AS is_sealed_now, s.section,
    s.section_hash, s.emm_data
  FROM newest n
  JOIN emms e ON e.client_id = n.client_id AND e.class = n.class AND e.device = n.device AND e.kind = n.kind
    AND e.revision <= n.revision AND (e.encrypted_emm IS NULL OR e.replaced_by IS NULL)
  LEFT JOIN sealed s ON s.id = e.id
),
in_order AS (SELECT e.id FROM emms e JOIN concerned c ON c.id = e.id ORDER BY e.id FOR UPDATE OF e)
UPDATE emms e SET
  encrypted_emm = coalesce(e.encrypted_emm, c.section),
  section_hash = coalesce(e.section_hash, c.section_hash),
  emm_data = coalesce(e.emm_data, c.emm_data),
  sealed_at = coalesce(e.sealed_at, CASE WHEN c.is_sealed_now THEN now() END),
  replaced_by = coalesce(e.replaced_by, CASE WHEN e.revision < c.newest_revision THEN c.newest_id END)
FROM concerned c JOIN in_order o ON o.id = c.id WHERE e.id = c.id
RETURNING e.id, c.is_sealed_now AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL AS is_new`;

/** @returns the ids of those that are on air from now on. */
export const storeSealedEmms = async (sql: Sql, clientId: string, sealed: readonly SealedEmm[]): Promise<string[]> => {
  if (sealed.length === 0) return [];
  const rows = await sql<{ id: string; is_new: boolean }>(store, { client_id: clientId, sealed });
  return rows.filter(({ is_new }) => is_new).map(({ id }) => id);
};
