import type { EmmView } from '#shared/contracts/cas.ts';
import type { Sql } from '../data-api.ts';

type Row = Omit<EmmView, 'section_hex' | 'created_at' | 'sealed_at' | 'on_air_at' | 'starts_at' | 'expires_at'> & {
  readonly section: string | null;
  readonly created_at: Date;
  readonly sealed_at: Date | null;
  readonly on_air_at: Date | null;
  readonly starts_at: Date;
  readonly expires_at: Date;
};

/** What is over stays over in this order: replaced by a newer one, withdrawn, expired. */
const columns = `e.id, e.number::text AS number, CASE
    WHEN e.replaced_by IS NOT NULL THEN 'REPLACED'
    WHEN e.withdrawn_at IS NOT NULL THEN 'WITHDRAWN'
    WHEN e.expires_at <= now() THEN 'EXPIRED'
    WHEN e.encrypted_emm IS NULL THEN 'PENDING'
    WHEN e.starts_at > now() THEN 'SCHEDULED'
    ELSE 'ON_AIR' END AS status,
  e.class, e.device, e.kind, e.revision, e.epoch, e.request_id, e.encrypted_emm AS section, e.section_hash, e.replaced_by,
  e.created_at, e.sealed_at, e.on_air_at, e.starts_at, e.expires_at`;

const toView = ({ section, created_at, sealed_at, on_air_at, starts_at, expires_at, ...row }: Row): EmmView => ({
  ...row,
  section_hex: section === null ? null : Buffer.from(section, 'base64').toString('hex'),
  created_at: created_at.toISOString(),
  sealed_at: sealed_at?.toISOString() ?? null,
  on_air_at: on_air_at?.toISOString() ?? null,
  starts_at: starts_at.toISOString(),
  expires_at: expires_at.toISOString(),
});

const read = `SELECT ${columns} FROM emms e WHERE e.id = :id::uuid AND e.client_id = :client_id::uuid`;

/** @returns null when there is none, and when it is another client's. */
export const readEmm = async (sql: Sql, clientId: string, id: string): Promise<EmmView | null> => {
  const [row] = await sql<Row>(read, { id, client_id: clientId });
  return row ? toView(row) : null;
};

const list = `
SELECT ${columns} FROM emms e
WHERE e.client_id = :client_id::uuid AND (:before::text IS NULL OR e.id < :before::uuid)
  AND (:device::text IS NULL OR e.device = :device::text)
ORDER BY e.id DESC LIMIT :limit`;

/** The newest first. */
export const listEmms = async (
  sql: Sql,
  page: {
    readonly clientId: string;
    readonly device: string | null;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<EmmView[]> => {
  const { clientId, device, before, limit } = page;
  return (await sql<Row>(list, { client_id: clientId, device, before, limit })).map(toView);
};
