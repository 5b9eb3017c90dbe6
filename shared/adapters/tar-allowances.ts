import type { PutTarAllowance, TarAllowance } from '#shared/contracts/cards.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import type { Sql } from './data-api.ts';

const columns = 'a.tar, a.least_integrity, a.must_cipher, a.least_counter, a.max_parts, a.created_at';

type Row = Omit<TarAllowance, 'created_at'> & { readonly created_at: Date };

const toView = (row: Row): TarAllowance => ({ ...row, created_at: row.created_at.toISOString() });

const subject = `'client ' || client_id`;
const detail = `jsonb_build_object('tar', tar, 'least_integrity', least_integrity, 'must_cipher', must_cipher,
  'least_counter', least_counter, 'max_parts', max_parts)`;

const put = `
WITH allowance AS (
  INSERT INTO tar_allowances (client_id, tar, least_integrity, must_cipher, least_counter, max_parts)
  SELECT c.id, :tar, :least_integrity, :must_cipher::boolean, :least_counter, :max_parts::integer
  FROM clients c WHERE c.id = :client_id::uuid
  ON CONFLICT (client_id, tar) DO UPDATE SET least_integrity = excluded.least_integrity,
    must_cipher = excluded.must_cipher, least_counter = excluded.least_counter, max_parts = excluded.max_parts
  RETURNING *
),
${auditEntry('tar.allowed', 'allowance', subject, detail)}
SELECT ${columns} FROM allowance a`;

export interface ClientTar {
  readonly clientId: string;
  /** Six hexadecimal digits in lower case. */
  readonly tar: string;
}

/** Lets a client reach an application, or says anew how. @returns null when there is no such client. */
export const putTarAllowance = async (
  sql: Sql,
  { clientId, tar }: ClientTar,
  allowance: PutTarAllowance,
  actor: Actor,
): Promise<TarAllowance | null> => {
  const [row] = await sql<Row>(put, { client_id: clientId, tar, ...allowance, ...actorParameters(actor) });
  return row ? toView(row) : null;
};

const remove = `
WITH allowance AS (
  DELETE FROM tar_allowances WHERE client_id = :client_id::uuid AND tar = :tar RETURNING *
),
${auditEntry('tar.disallowed', 'allowance', subject, detail)}
SELECT tar FROM allowance`;

/** What was accepted by then is still sent. @returns false when the client had no such allowance. */
export const removeTarAllowance = async (sql: Sql, { clientId, tar }: ClientTar, actor: Actor): Promise<boolean> =>
  (await sql(remove, { client_id: clientId, tar, ...actorParameters(actor) })).length > 0;

const list = `
SELECT ${columns} FROM clients c LEFT JOIN tar_allowances a ON a.client_id = c.id AND a.tar > coalesce(:after::text, '')
WHERE c.id = :client_id::uuid ORDER BY a.tar LIMIT :limit`;

/** What a client may reach, by TAR; null when there is no such client. */
export const listTarAllowances = async (
  sql: Sql,
  clientId: string,
  after: string | null,
  limit: number,
): Promise<TarAllowance[] | null> => {
  const rows = await sql<Row | { readonly tar: null }>(list, { client_id: clientId, after, limit });
  // One row without a TAR stands for an empty list, none for nobody.
  return rows.length === 0 ? null : rows.filter((row) => row.tar !== null).map(toView);
};
