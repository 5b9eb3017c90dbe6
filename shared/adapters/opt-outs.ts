import type { OptOut } from '#shared/contracts/recipients.ts';
import type { Sql } from './data-api.ts';

type Row = Omit<OptOut, 'created_at'> & { readonly created_at: Date };

const toView = ({ msisdn, source, created_at }: Row): OptOut => ({
  msisdn,
  source,
  created_at: created_at.toISOString(),
});

export interface OptOutPage {
  readonly clientId: string;
  /** How the numbers begin; '' for all. */
  readonly prefix: string;
  /** The number that the page before ended with; '' for the first page. */
  readonly after: string;
  readonly limit: number;
}

/** No number has more than 15 digits: the bounds let the primary key narrow what `starts_with` says. */
const list = `
SELECT msisdn, source, created_at FROM opt_outs
WHERE client_id = :client_id::uuid AND msisdn > :after AND msisdn >= :prefix AND msisdn <= :prefix || repeat('9', 15)
  AND starts_with(msisdn, :prefix)
ORDER BY msisdn LIMIT :limit`;

/** A client's opt-outs, in the order of their digits: at most `limit`. */
export const listOptOuts = async (sql: Sql, { clientId, prefix, after, limit }: OptOutPage): Promise<OptOut[]> =>
  (await sql<Row>(list, { client_id: clientId, prefix, after, limit })).map(toView);

const read = 'SELECT msisdn, source, created_at FROM opt_outs WHERE client_id = :client_id::uuid AND msisdn = :msisdn';

export const readOptOut = async (sql: Sql, clientId: string, msisdn: string): Promise<OptOut | null> => {
  const [row] = await sql<Row>(read, { client_id: clientId, msisdn });
  return row ? toView(row) : null;
};

const put = `
INSERT INTO opt_outs (client_id, msisdn)
SELECT c.id, :msisdn FROM clients c WHERE c.id = :client_id::uuid
ON CONFLICT (client_id, msisdn) DO NOTHING
RETURNING msisdn, source, created_at`;

/** Puts a number on the list; one that is there stays as it is. @returns null when there is no such client. */
export const putOptOut = async (
  sql: Sql,
  clientId: string,
  msisdn: string,
): Promise<{ readonly isNew: boolean; readonly optOut: OptOut } | null> => {
  const [row] = await sql<Row>(put, { client_id: clientId, msisdn });
  if (row) return { isNew: true, optOut: toView(row) };
  const optOut = await readOptOut(sql, clientId, msisdn);
  return optOut && { isNew: false, optOut };
};

const remove = 'DELETE FROM opt_outs WHERE client_id = :client_id::uuid AND msisdn = :msisdn RETURNING msisdn';

/** @returns whether it was on the list. */
export const deleteOptOut = async (sql: Sql, clientId: string, msisdn: string): Promise<boolean> =>
  (await sql(remove, { client_id: clientId, msisdn })).length > 0;
