import type { CasBarredSender } from '#shared/contracts/cas-cards.ts';
import { type Actor, actorParameters, auditEntry } from '../audited.ts';
import type { Sql } from '../data-api.ts';
import type { WantedOfSystem } from './cas-groups.ts';

const subject = `'client ' || client_id`;
/** The log is never changed, also where a number is to be forgotten: it has its end alone. */
const detail = `jsonb_build_object('msisdn_end', right(msisdn, 4))`;

const bar = `
WITH barred AS (
  INSERT INTO cas_barred_senders (client_id, msisdn)
  SELECT s.client_id, :msisdn FROM cas_systems s WHERE s.client_id = :client_id::uuid
  ON CONFLICT (client_id, msisdn) DO NOTHING
  RETURNING *
),
${auditEntry('cas_sender.barred', 'barred', subject, detail)}
SELECT client_id FROM cas_systems WHERE client_id = :client_id::uuid`;

interface SenderOf {
  readonly clientId: string;
  readonly msisdn: string;
}

/** From now on its texts meet silence; one that is barred stays so. @returns false when the client has no CA system. */
export const barCasSender = async (sql: Sql, { clientId, msisdn }: SenderOf, actor: Actor): Promise<boolean> =>
  (await sql(bar, { client_id: clientId, msisdn, ...actorParameters(actor) })).length > 0;

const unbar = `
WITH unbarred AS (
  DELETE FROM cas_barred_senders WHERE client_id = :client_id::uuid AND msisdn = :msisdn RETURNING *
),
${auditEntry('cas_sender.unbarred', 'unbarred', subject, detail)}
SELECT msisdn FROM unbarred`;

/** @returns whether it was barred. */
export const unbarCasSender = async (sql: Sql, { clientId, msisdn }: SenderOf, actor: Actor): Promise<boolean> =>
  (await sql(unbar, { client_id: clientId, msisdn, ...actorParameters(actor) })).length > 0;

/** One row without a number stands for an empty list, none for a client without a CA system. */
const list = `
SELECT b.msisdn FROM cas_systems s LEFT JOIN cas_barred_senders b ON b.client_id = s.client_id
  AND (:after::text IS NULL OR b.msisdn > :after)
WHERE s.client_id = :client_id::uuid ORDER BY b.msisdn LIMIT :limit`;

/** In the order of the digits, at most `limit`; null when the client has no CA system. */
export const listCasBarredSenders = async (
  sql: Sql,
  { clientId, after, limit }: WantedOfSystem,
): Promise<CasBarredSender[] | null> => {
  const rows = await sql<CasBarredSender | { readonly msisdn: null }>(list, { client_id: clientId, after, limit });
  return rows.length === 0 ? null : rows.filter((row) => row.msisdn !== null);
};
